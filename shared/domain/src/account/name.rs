//! The names of accounts: which texts are the same id or alias.

use crate::experiment::{UnitId, UnitKind};

/// A text that names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The form under which the directory stores it, as an id or an alias.
    pub key: UnitId,
    /// The id of the unit that it names, unless it is an alias; or why it cannot be an id.
    pub id: Result<UnitId, String>,
}

impl Name {
    /// Reads a text in a workspace or a test with units of `kind`. An alias need not be of this kind: the id of a
    /// Salesforce record can be an alias of an account whose id is a domain. It gets the form of the first kind that
    /// it is: `kind`, Salesforce, domain. Any other text is an alias as it is, without spaces around it. Where units
    /// are verbatim, so are aliases.
    ///
    /// # Errors
    /// Returns the limits of a name if the text is outside them.
    pub fn read(kind: UnitKind, text: &str) -> Result<Self, String> {
        let id = kind.unit(text).map_err(|error| error.to_string());
        let key = match &id {
            Ok(id) => id.clone(),
            Err(why) if kind == UnitKind::Verbatim => return Err(why.clone()),
            Err(_) => alias(text)?,
        };
        Ok(Self { key, id })
    }
}

fn alias(text: &str) -> Result<UnitId, String> {
    let known = [UnitKind::Salesforce, UnitKind::Domain].into_iter().find_map(|kind| kind.unit(text).ok());
    known.map_or_else(|| UnitId::parse(text.trim()).map_err(|limits| limits.to_string()), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: UnitKind, text: &str) -> String {
        Name::read(kind, text).unwrap().key.to_string()
    }

    #[test]
    fn an_alias_has_the_form_of_the_first_kind_that_it_is() {
        let domain = UnitKind::Domain;
        for (text, begins) in [
            ("https://www.Acme.com/", "acme.com"),
            ("001500000Gv7qJ1", "001500000Gv7qJ1"),
            (" Acme Inc ", "Acme Inc"),
            ("joe@gmail.com", "joe@gmail.com"),
        ] {
            let own = key(domain, text);
            assert!(own.starts_with(begins), "{own}");
            assert_eq!(key(domain, &own), own, "the form of a form is itself");
        }
        assert_eq!(key(domain, "001500000Gv7qJ1").len(), 18);
        assert_eq!(key(UnitKind::Salesforce, "WWW.Acme.com"), "acme.com");
        assert!(Name::read(domain, "Acme Inc").unwrap().id.is_err());
        assert!(Name::read(domain, "joe@gmail.com").unwrap().id.is_err());
    }

    #[test]
    fn verbatim_names_are_unchanged() {
        assert_eq!(key(UnitKind::Verbatim, "WWW.Acme.com"), "WWW.Acme.com");
        assert!(Name::read(UnitKind::Verbatim, "").is_err());
        assert!(Name::read(UnitKind::Domain, "a\nb").is_err());
    }
}
