//! Lines as accounts: the items of `POST /accounts`.

use serde_json::{Map, Value};

use super::super::file::columns::{Columns, Field};
use super::super::infer::Column;
use super::super::infer::notation::Notation;
use super::unit::UNIT_ID;
use super::{Item, quoted};

/// The fields of an account, apart from its aliases and attributes.
pub const FIELDS: [Field; 3] = [
    UNIT_ID,
    Field { name: "parent", headers: &["parentaccount", "parentdomain", "ultimateparent"] },
    Field { name: "covariate", headers: &[] },
];

/// An attribute that a column gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The place of its column.
    pub place: usize,
    /// The type of its cells.
    pub column: Column,
}

/// Reads lines as accounts.
#[derive(Debug)]
pub struct Accounts<'a> {
    /// The columns.
    pub columns: &'a Columns,
    /// The places of the columns with aliases.
    pub aliases: &'a [usize],
    /// The attributes.
    pub attributes: &'a [Attribute],
    /// The notation of the covariate.
    pub notation: Notation,
}

impl Accounts<'_> {
    /// Returns the account of a line.
    ///
    /// # Errors
    /// Why the line is not an account.
    pub fn item(&self, cells: &[String]) -> Result<Item, String> {
        let unit = self.cell(cells, "unit_id").ok_or("unit_id is empty")?;
        let mut body = Map::new();
        body.insert("unit_id".to_owned(), unit.into());
        let mut aliases: Vec<&str> = self.aliases.iter().filter_map(|place| filled(cells, *place)).collect();
        aliases.sort_unstable();
        aliases.dedup();
        if !aliases.is_empty() {
            body.insert("aliases".to_owned(), aliases.into());
        }
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .filter_map(|own| Some((own.name.clone(), own.column.value(filled(cells, own.place)?)?)))
            .collect();
        if !attributes.is_empty() {
            body.insert("attributes".to_owned(), Value::Object(attributes));
        }
        if let Some(parent) = self.cell(cells, "parent") {
            body.insert("parent".to_owned(), parent.into());
        }
        if let Some(cell) = self.cell(cells, "covariate") {
            let number = self.notation.number(cell);
            let number = number.ok_or_else(|| format!("covariate: {} is not a number", quoted(cell)))?;
            body.insert("covariate".to_owned(), number);
        }
        Ok(Item { body: Value::Object(body), identity: unit.to_owned() })
    }

    fn cell<'c>(&self, cells: &'c [String], field: &str) -> Option<&'c str> {
        filled(cells, self.columns.place(field)?)
    }
}

fn filled(cells: &[String], place: usize) -> Option<&str> {
    cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
}
