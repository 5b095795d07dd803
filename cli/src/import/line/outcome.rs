//! Lines as outcomes: the items of `POST /tests/{test_id}/conversions`.

use domain::clock::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::file::columns::{Columns, Field};
use super::derived::Ids;
use super::moment::{self, Day};
use super::{Item, number, unit};

/// The fields of an outcome.
pub const FIELDS: [Field; 5] = [
    unit::UNIT_ID,
    Field { name: "goal", headers: &["event", "eventname", "goalkey", "outcome", "metric"] },
    Field {
        name: "event_id",
        headers: &["externalid", "recordid", "dealid", "opportunityid", "transactionid", "orderid"],
    },
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
    /// The current time.
    pub now: Timestamp,
    /// The ids of lines without one.
    pub ids: Ids,
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
            let value = number::parse(value).map_err(|error| format!("value: {error}"))?;
            body.insert("value".to_owned(), value);
        }
        let mut same = Value::Null;
        if let Some(time) = cell("occurred_at") {
            let moment = moment::parse(time, self.zone, Day::End, self.now);
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
        let identity = json!([body["unit_id"], goal, event_id]).to_string();
        body.insert("event_id".to_owned(), event_id.into());
        Ok(Item { body: Value::Object(body), identity })
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Timestamp;
    use serde_json::json;

    use super::super::super::file::columns::Columns;
    use super::super::Item;
    use super::super::derived::Ids;
    use super::{FIELDS, Outcomes};

    fn items(header: &str, count_equal: bool, lines: &[&str]) -> Vec<Result<Item, String>> {
        let cells = |line: &str| line.split('|').map(str::to_owned).collect::<Vec<_>>();
        let columns = Columns::of(&FIELDS, &cells(header), &[]).unwrap();
        let goal = columns.place("goal").is_none().then_some("demo-booked");
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut outcomes = Outcomes {
            columns: &columns,
            goal,
            zone: None,
            lowercase: true,
            now,
            ids: Ids::new(count_equal),
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
    fn a_line_that_is_not_an_outcome_has_a_reason() {
        let found = items(
            "domain|goal|event_id|value|date",
            false,
            &[
                "|g|e|1|2026-11-21",
                "a||e|1|2026-11-21",
                "a|g||1|2026-11-21",
                "a|g|e|1,5|2026-11-21",
                "a|g|e|1|21.11.2026",
            ],
        );
        let reasons: Vec<_> = found.into_iter().map(|item| item.unwrap_err()).collect();
        assert_eq!(reasons[..3], ["the unit_id is empty", "the goal is empty", "the event_id is empty"]);
        assert!(
            reasons[3].starts_with("value: \"1,5\"") && reasons[4].starts_with("occurred_at: \"21.11.2026\"")
        );
    }
}
