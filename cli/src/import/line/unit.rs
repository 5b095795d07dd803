//! Lines as units: the items of `POST /tests/{test_id}/assignments`.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::super::file::columns::{Columns, Field};
use super::Item;
use super::attribute::Attribute;
use super::moment::{self, Day};
use super::number::Numbers;

/// The id of the unit.
pub const UNIT_ID: Field = Field {
    name: "unit_id",
    headers: &[
        "unit",
        "domain",
        "accountdomain",
        "companydomain",
        "companydomainname",
        "accountid",
        "account",
        "company",
    ],
};

/// The fields of a unit, apart from its attributes.
pub const FIELDS: [Field; 4] = [
    UNIT_ID,
    Field { name: "covariate", headers: &[] },
    Field { name: "variant", headers: &["arm"] },
    Field { name: "assigned_at", headers: &["assignedon", "assignedat"] },
];

/// Reads lines as units.
#[derive(Debug)]
pub struct Units<'a> {
    /// The columns.
    pub columns: &'a Columns,
    /// The columns of attributes.
    pub attributes: &'a [Attribute],
    /// The time zone of times without an offset.
    pub zone: Option<&'a TimeZone>,
    /// Whether ids of units are written in lower case.
    pub lowercase: bool,
    /// How covariates are written.
    pub numbers: Numbers,
}

impl Units<'_> {
    /// Returns the unit of a line.
    ///
    /// # Errors
    /// Why the line is not a unit.
    pub fn item(&self, cells: &[String]) -> Result<Item, String> {
        let cell = |field: &str| {
            self.columns.place(field).and_then(|place| cells.get(place)).filter(|cell| !cell.is_empty())
        };
        let id = id(cell("unit_id"), self.lowercase)?;
        let mut body = Map::new();
        body.insert("unit_id".to_owned(), id.clone().into());
        let mut attributes = Map::new();
        for attribute in self.attributes {
            let value = attribute.value(cells.get(attribute.place).map_or("", String::as_str));
            if let Some(value) = value.map_err(|error| format!("{}: {error}", attribute.name))? {
                attributes.insert(attribute.name.clone(), value);
            }
        }
        if !attributes.is_empty() {
            body.insert("attributes".to_owned(), Value::Object(attributes));
        }
        if let Some(value) = cell("covariate") {
            let value = self.numbers.parse(value).map_err(|error| format!("covariate: {error}"))?;
            body.insert("covariate".to_owned(), value);
        }
        if let Some(variant) = cell("variant") {
            body.insert("variant".to_owned(), variant.clone().into());
        }
        if let Some(time) = cell("assigned_at") {
            let moment = moment::parse(time, self.zone, Day::Beginning);
            body.insert(
                "assigned_at".to_owned(),
                moment.map_err(|error| format!("assigned_at: {error}"))?.sent.into(),
            );
        }
        Ok(Item { body: Value::Object(body), identity: id })
    }
}

/// Returns the id of a unit.
///
/// # Errors
/// When the cell is empty.
pub fn id(cell: Option<&String>, lowercase: bool) -> Result<String, String> {
    let id = cell.ok_or("the unit_id is empty")?;
    Ok(if lowercase { id.to_lowercase() } else { id.clone() })
}

#[cfg(test)]
mod tests {
    use domain::validation::numeral::Mark;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::super::super::file::columns::Columns;
    use super::super::attribute::Attribute;
    use super::super::number::Numbers;
    use super::{FIELDS, Units};

    #[test]
    fn a_line_is_a_unit_with_typed_attributes() {
        let header = ["Domain", "industry", "Size", "variant", "assigned_at", "covariate"].map(str::to_owned);
        let columns = Columns::of(&FIELDS, &header, &[]).unwrap();
        let attributes =
            ["industry", "employees=Size"].map(|option| Attribute::parse(option, &columns).unwrap());
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let numbers = Numbers::Marked(Mark::Comma);
        let units = Units {
            columns: &columns,
            attributes: &attributes,
            zone: Some(&zone),
            lowercase: false,
            numbers,
        };
        let item = |cells: [&str; 6]| units.item(&cells.map(str::to_owned));
        let full = item(["ACME.com", "software", "250", "control", "2026-11-21", "1.012,5"]).unwrap();
        let body = json!({ "unit_id": "ACME.com", "attributes": { "industry": "software", "employees": 250 },
            "covariate": 1_012.5, "variant": "control", "assigned_at": "2026-11-20T23:00:00Z" });
        assert_eq!((full.body, full.identity.as_str()), (body, "ACME.com"));
        assert_eq!(item(["a", "", "", "", "", ""]).unwrap().body, json!({ "unit_id": "a" }));
        assert_eq!(item(["", "", "", "", "", ""]).unwrap_err(), "the unit_id is empty");
        assert!(item(["a", "", "", "", "", "1.5"]).unwrap_err().starts_with("covariate: "));
        assert!(item(["a", "", "", "", "1.2.2026", ""]).unwrap_err().starts_with("assigned_at: "));
    }
}
