//! Lines as outcomes: the items of `POST /tests/{test_id}/conversions`.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::file::columns::{Columns, Field};
use super::derived::Ids;
use super::moment::{self, Day};
use super::number::Numbers;
use super::{Item, unit, version};

/// The fields of an outcome.
pub const FIELDS: [Field; 7] = [
    unit::UNIT_ID,
    Field { name: "goal", headers: &["event", "eventname", "goalkey", "outcome", "metric"] },
    Field {
        name: "event_id",
        headers: &["externalid", "recordid", "dealid", "opportunityid", "transactionid", "orderid"],
    },
    Field { name: "version", headers: &[] },
    Field { name: "void", headers: &["isdeleted", "deleted"] },
    Field { name: "value", headers: &["amount", "dealamount", "dealvalue", "revenue", "total"] },
    Field {
        name: "occurred_at",
        headers: &[
            "timestamp",
            "datetime",
            "date",
            "time",
            "closedate",
            "closedat",
            "createdat",
            "createdate",
        ],
    },
];

/// Reads lines as outcomes.
#[derive(Debug)]
pub struct Outcomes<'a> {
    /// The columns.
    pub columns: &'a Columns,
    /// The goal of every line.
    pub goal: Option<&'a str>,
    /// The time zone of times without an offset.
    pub zone: Option<&'a TimeZone>,
    /// Whether ids of units are written in lower case.
    pub lowercase: bool,
    /// The ids of lines without one.
    pub ids: Ids,
    /// How values are written.
    pub numbers: Numbers,
}

impl Outcomes<'_> {
    /// Returns the outcome of a line.
    ///
    /// # Errors
    /// Why the line is not an outcome.
    pub fn item(&mut self, cells: &[String]) -> Result<Item, String> {
        let cell = |field: &str| {
            self.columns.place(field).and_then(|place| cells.get(place)).filter(|cell| !cell.is_empty())
        };
        let mut body = Map::new();
        body.insert("unit_id".to_owned(), unit::id(cell("unit_id"), self.lowercase)?.into());
        let goal = self.goal.or(cell("goal").map(String::as_str)).ok_or("the goal is empty")?;
        body.insert("goal".to_owned(), goal.into());
        if let Some(value) = cell("value") {
            let value = self.numbers.parse(value).map_err(|error| format!("value: {error}"))?;
            body.insert("value".to_owned(), value);
        }
        let mut same = Value::Null;
        if let Some(time) = cell("occurred_at") {
            let moment = moment::parse(time, self.zone, Day::Whole);
            let moment = moment.map_err(|error| format!("occurred_at: {error}"))?;
            body.insert("occurred_at".to_owned(), moment.sent.into());
            same = moment.identity.into();
        }
        let event_id = match cell("event_id") {
            Some(id) => id.clone(),
            None if self.columns.place("event_id").is_some() => {
                return Err("the event_id is empty".to_owned());
            }
            None => {
                let content = json!([body["unit_id"], goal, body.get("value"), same]).to_string();
                self.ids.of(content)
            }
        };
        let version = cell("version").map(|cell| version::parse(cell, self.zone)).transpose()?;
        let identity = json!([body["unit_id"], goal, event_id, version.unwrap_or_default()]).to_string();
        body.insert("event_id".to_owned(), event_id.into());
        if let Some(version) = version {
            body.insert("version".to_owned(), version.into());
        }
        if cell("void").map(|cell| version::void(cell)).transpose()? == Some(true) {
            if version.unwrap_or_default() == 0 {
                return Err("void: a removed outcome needs a version; add a column for it".to_owned());
            }
            body.remove("value");
            body.remove("occurred_at");
            body.insert("void".to_owned(), true.into());
        }
        Ok(Item { body: Value::Object(body), identity })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::file::columns::Columns;
    use super::super::Item;
    use super::super::derived::Ids;
    use super::super::number::Numbers;
    use super::{FIELDS, Outcomes};

    fn items(header: &str, count_equal: bool, lines: &[&str]) -> Vec<Result<Item, String>> {
        let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
        let columns = Columns::of(&FIELDS, &cells(header), &[]).unwrap();
        let goal = columns.place("goal").is_none().then_some("demo-booked");
        let mut outcomes = Outcomes {
            columns: &columns,
            goal,
            zone: None,
            lowercase: true,
            ids: Ids::new(count_equal),
            numbers: Numbers::Plain,
        };
        lines.iter().map(|line| outcomes.item(&cells(line))).collect()
    }

    #[test]
    fn a_line_with_all_columns_is_an_outcome() {
        let found =
            items("Domain|Goal|Deal ID|Amount|Date", false, &["ACME.com|pipeline|d-1|18000.50|2026-11-21"]);
        let body = json!({ "unit_id": "acme.com", "goal": "pipeline", "value": 18_000.5, "occurred_at": "2026-11-21",
            "event_id": "d-1" });
        assert_eq!(found[0].as_ref().unwrap().body, body);
    }

    #[test]
    fn a_derived_id_depends_on_the_content_that_is_sent_and_on_nothing_else() {
        let id = |header: &str, line: &str| {
            items(header, false, &[line])[0].as_ref().unwrap().body["event_id"].clone()
        };
        let first = id("domain|amount|date", "acme.com|5|2026-11-21T10:00Z");
        assert_eq!(
            first, "csv-72d1c1560c970678983131f3ca04141f",
            "the id must never change between versions"
        );
        assert_eq!(first, id("date|note|amount|domain", "2026-11-21T11:00+01:00|new|5.0|ACME.com"));
        for other in [
            "globex.com|5|2026-11-21T10:00Z",
            "acme.com|6|2026-11-21T10:00Z",
            "acme.com||2026-11-21T10:00Z",
            "acme.com|5|",
        ] {
            assert_ne!(first, id("domain|amount|date", other), "{other}");
        }
    }

    #[test]
    fn equal_lines_are_one_outcome_unless_each_shall_count() {
        let lines = ["acme.com|1", "acme.com|1", "acme.com|2", "acme.com|1"];
        let ids = |count_equal: bool| -> Vec<String> {
            items("domain|value", count_equal, &lines)
                .into_iter()
                .map(|item| item.unwrap().identity)
                .collect()
        };
        let once = ids(false);
        assert!(once[0] == once[1] && once[0] == once[3] && once[0] != once[2]);
        let each = ids(true);
        assert_eq!(each[0], once[0], "the first is the same in both modes");
        assert!(each[0] != each[1] && each[1] != each[3] && each[0] != each[3]);
        assert_eq!(each, ids(true), "the same in every run");
    }

    #[test]
    fn a_version_is_a_number_or_a_time_and_a_void_has_no_content() {
        let found = items(
            "domain|goal|event_id|version|deleted|amount|date",
            false,
            &[
                "a|g|e|7|false|5|2026-11-21",
                "a|g|e|2026-11-21T10:00:00.250Z|true|5|2026-11-21",
                "a|g|e||yes|5|",
                "a|g|e|-1||5|",
                "a|g|e|7|maybe|5|",
            ],
        );
        let body = json!({ "unit_id": "a", "goal": "g", "event_id": "e", "version": 7, "value": 5, "occurred_at": "2026-11-21" });
        assert_eq!(found[0].as_ref().unwrap().body, body);
        let void = json!({ "unit_id": "a", "goal": "g", "event_id": "e", "version": 1_795_255_200_250_i64, "void": true });
        assert_eq!(found[1].as_ref().unwrap().body, void);
        assert_ne!(found[0].as_ref().unwrap().identity, found[1].as_ref().unwrap().identity, "both are sent");
        let reasons: Vec<_> = found[2..].iter().map(|item| item.as_ref().unwrap_err().as_str()).collect();
        assert!(reasons[0].starts_with("void: ") && reasons[1].starts_with("version: "), "{reasons:?}");
        assert_eq!(reasons[2], "void: \"maybe\" is neither true nor false");
    }

    #[test]
    fn a_line_that_is_not_an_outcome_has_a_reason() {
        let found = items(
            "domain|goal|event_id|value|date",
            false,
            &[
                "|g|e|1|2026-11-21",
                "a||e|1|2026-11-21",
                "a|g||1|2026-11-21",
                "a|g|e|1,234|2026-11-21",
                "a|g|e|1|21.11.2026",
            ],
        );
        let reasons: Vec<_> = found.into_iter().map(|item| item.unwrap_err()).collect();
        assert_eq!(reasons[..3], ["the unit_id is empty", "the goal is empty", "the event_id is empty"]);
        assert!(
            reasons[3].starts_with("value: \"1,234\" is 1234 or 1.234")
                && reasons[4].starts_with("occurred_at: \"21.11.2026\"")
        );
    }
}
