//! Which column of a file is which field of a request.

use crate::Failure;
use crate::text::printable;

/// A field of a request.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Names of columns that usually contain it, best first, without case, spaces and punctuation.
    pub headers: &'static [&'static str],
}

/// The columns of the fields.
#[derive(Debug)]
pub struct Columns {
    header: Vec<String>,
    places: Vec<(&'static str, usize)>,
}

impl Columns {
    /// Finds the columns of the fields: as `explicit` says, each `FIELD=HEADER`, or else by the names in the header.
    ///
    /// # Errors
    /// When `explicit` names a field or a column that does not exist, or a column that exists twice.
    pub fn of(fields: &[Field], header: &[String], explicit: &[String]) -> Result<Self, Failure> {
        let mut columns = Self { header: header.to_vec(), places: Vec::new() };
        for pair in explicit {
            let (name, column) = pair.split_once('=').ok_or_else(|| {
                Failure::usage(format!(
                    "--column {:?} lacks its =; an example is unit_id=Domain",
                    printable(pair)
                ))
            })?;
            let field = fields.iter().find(|field| field.name == name).ok_or_else(|| {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                let name = printable(name);
                Failure::usage(format!(
                    "--column: {name:?} is not a field; the fields are {}",
                    names.join(", ")
                ))
            })?;
            if columns.place(field.name).is_some() {
                return Err(Failure::usage(format!("--column specifies {name} twice")));
            }
            let place = columns.find(column)?;
            columns.places.push((field.name, place));
        }
        for field in fields {
            if columns.place(field.name).is_none()
                && let Some(place) = columns.guess(field)
            {
                columns.places.push((field.name, place));
            }
        }
        Ok(columns)
    }

    /// Returns the place of the column with exactly this name.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find(&self, column: &str) -> Result<usize, Failure> {
        let mut places = (0..self.header.len()).filter(|place| self.header[*place] == column);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(Failure::usage(format!("the file has two columns {:?}; rename one", printable(column))))
            }
            (None, _) => Err(Failure::usage(format!(
                "the file has no column {:?}; its columns are {}",
                printable(column),
                self.quoted(|_| true)
            ))),
        }
    }

    /// Returns the place of a field's column.
    #[must_use]
    pub fn place(&self, field: &str) -> Option<usize> {
        self.places.iter().find(|(name, _)| *name == field).map(|(_, place)| *place)
    }

    /// Returns whether the column at a place is a field.
    #[must_use]
    pub fn is_field(&self, place: usize) -> bool {
        self.places.iter().any(|(_, taken)| *taken == place)
    }

    /// Returns the name of the column at a place.
    #[must_use]
    pub fn name(&self, place: usize) -> String {
        printable(self.header.get(place).map_or("", String::as_str))
    }

    /// Returns the names of the columns without a field, except those that `is_used` accepts, in quotes.
    pub fn unused(&self, is_used: impl Fn(usize) -> bool) -> String {
        self.quoted(|place| !is_used(place) && !self.places.iter().any(|(_, taken)| *taken == place))
    }

    fn quoted(&self, wanted: impl Fn(usize) -> bool) -> String {
        let names = (0..self.header.len())
            .filter(|place| wanted(*place))
            .map(|place| format!("\"{}\"", self.name(place)));
        names.collect::<Vec<_>>().join(", ")
    }

    fn guess(&self, field: &Field) -> Option<usize> {
        let normal: Vec<String> = self.header.iter().map(|name| normalized(name)).collect();
        let is_free = |place: &usize| !self.places.iter().any(|(_, taken)| taken == place);
        let own = normalized(field.name);
        std::iter::once(own.as_str()).chain(field.headers.iter().copied()).find_map(|candidate| {
            let mut places = (0..normal.len()).filter(|place| normal[*place] == candidate).filter(is_free);
            places.next().filter(|_| places.next().is_none())
        })
    }
}

fn normalized(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Columns, Field};

    const FIELDS: [Field; 2] = [
        Field { name: "unit_id", headers: &["domain", "account"] },
        Field { name: "value", headers: &["amount"] },
    ];

    fn columns(header: &[&str], explicit: &[&str]) -> Result<Columns, crate::Failure> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Columns::of(&FIELDS, &owned(header), &owned(explicit))
    }

    #[test]
    fn columns_are_found_by_their_names_in_the_order_of_preference() {
        let found = columns(&["Account", "Do-main", "AMOUNT ", "Owner"], &[]).unwrap();
        assert_eq!((found.place("unit_id"), found.place("value")), (Some(1), Some(2)));
        assert_eq!(found.unused(|_| false), "\"Account\", \"Owner\"");
        let own = columns(&["domain", "Unit ID"], &[]).unwrap();
        assert_eq!((own.place("unit_id"), own.place("value")), (Some(1), None));
        assert_eq!(
            columns(&["domain", "Domain"], &[]).unwrap().place("unit_id"),
            None,
            "which one is unclear"
        );
    }

    #[test]
    fn a_specified_column_comes_before_the_guess() {
        let found = columns(&["domain", "amount", "Firm=Name"], &["unit_id=Firm=Name"]).unwrap();
        assert_eq!((found.place("unit_id"), found.place("value")), (Some(2), Some(1)));
        let taken = columns(&["domain", "amount"], &["unit_id=amount"]).unwrap();
        assert_eq!(taken.place("value"), None, "a column is one field");
    }

    #[test]
    fn a_wrong_column_is_an_error_that_lists_the_right_ones() {
        let error = |explicit: &[&str]| columns(&["a", "b", "b"], explicit).unwrap_err().to_string();
        assert_eq!(
            error(&["unit_id=c"]),
            "the file has no column \"c\"; its columns are \"a\", \"b\", \"b\""
        );
        assert_eq!(error(&["unit_id=b"]), "the file has two columns \"b\"; rename one");
        assert_eq!(error(&["unit=a"]), "--column: \"unit\" is not a field; the fields are unit_id, value");
        assert_eq!(error(&["unit_id"]), "--column \"unit_id\" lacks its =; an example is unit_id=Domain");
        assert_eq!(error(&["unit_id=a", "unit_id=a"]), "--column specifies unit_id twice");
    }
}
