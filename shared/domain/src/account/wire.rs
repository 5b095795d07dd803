//! The body of an item of `POST /accounts`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use validator::Validate;

use super::attribute::{self, Attribute};
use super::name::Name;
use super::{ALIASES, ATTRIBUTES};
use crate::experiment::UnitId;
use crate::experiment::id::AttributeName;
use crate::validation::{self, Invalid, escape};

/// One entry of `POST /accounts`. What is left out stays as it is.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    unit_id: Option<String>,
    #[serde(default)]
    #[validate(length(max = 20, message = "must contain at most 20 aliases"))]
    aliases: Vec<String>,
    #[serde(default)]
    #[validate(length(max = 20, message = "must contain at most 20 aliases"))]
    remove_aliases: Vec<String>,
    #[serde(default)]
    parent: Setting<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    covariate: Setting<f64>,
}

/// What a request says about a value of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting<T> {
    /// The request leaves it out: it stays.
    #[default]
    Kept,
    /// The request sends null: it is removed.
    Removed,
    /// The request sends a value.
    Set(T),
}

impl<T> Setting<T> {
    /// Returns the value, if the request sends one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Kept | Self::Removed => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Setting<T> {
    fn deserialize<D: Deserializer<'de>>(field: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(field)?.map_or(Self::Removed, Self::Set))
    }
}

/// A requested change of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The account, by its id or an alias. A new account gets it as its id.
    pub name: Option<Name>,
    /// The aliases to add.
    pub aliases: Vec<UnitId>,
    /// The aliases to remove.
    pub removed: Vec<UnitId>,
    /// The parent, by its id or an alias.
    pub parent: Setting<UnitId>,
    /// The attributes to set, or None to remove one.
    pub attributes: BTreeMap<AttributeName, Option<Attribute>>,
    /// The covariate.
    pub covariate: Setting<f64>,
}

impl Change {
    /// Parses an entry. `name` gives the normal forms of a text, or the limits of a name.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer, and an entry that names no account.
    pub fn parse(
        body: AccountBody,
        name: impl Fn(&str) -> Result<Name, String>,
    ) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let mut broken = Vec::new();
        let mut read = |pointer: String, text: &str| {
            name(text).map_err(|detail| broken.push(Invalid::new(pointer, detail))).ok()
        };
        let unit = body.unit_id.as_deref().and_then(|text| read("/unit_id".to_owned(), text));
        let mut keys = |field: &str, texts: &[String]| -> Vec<UnitId> {
            let each = texts.iter().enumerate();
            each.filter_map(|(n, text)| read(format!("/{field}/{n}"), text)).map(|name| name.key).collect()
        };
        let aliases = keys("aliases", &body.aliases);
        let removed = keys("remove_aliases", &body.remove_aliases);
        let parent = match body.parent {
            Setting::Kept => Setting::Kept,
            Setting::Removed => Setting::Removed,
            Setting::Set(text) => {
                read("/parent".to_owned(), &text).map_or(Setting::Kept, |name| Setting::Set(name.key))
            }
        };
        let attributes = attributes(body.attributes, &mut broken);
        if body.unit_id.is_none() && body.aliases.is_empty() {
            broken.push(Invalid::new(
                "/unit_id",
                "is required, unless `aliases` names an account of the directory",
            ));
        }
        if let Some(n) = removed.iter().position(|alias| aliases.contains(alias)) {
            broken.push(Invalid::new(
                format!("/remove_aliases/{n}"),
                "is in `aliases` too; send it in one of them",
            ));
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        Ok(Self { name: unit, aliases, removed, parent, attributes, covariate: body.covariate })
    }

    /// Returns the keys of the names that say which account is meant: its id and the aliases to add.
    pub fn keys(&self) -> impl Iterator<Item = &UnitId> {
        self.name.iter().map(|name| &name.key).chain(&self.aliases)
    }
}

fn attributes(
    given: Map<String, Value>,
    broken: &mut Vec<Invalid>,
) -> BTreeMap<AttributeName, Option<Attribute>> {
    let mut read = BTreeMap::new();
    if given.len() > ATTRIBUTES {
        broken.push(Invalid::new("/attributes", format!("must contain at most {ATTRIBUTES} attributes")));
    }
    for (text, value) in given {
        let pointer = format!("/attributes/{}", escape(&text));
        let name = match AttributeName::parse(text) {
            Ok(name) if !name.as_str().contains('.') && !name.as_str().starts_with('$') => name,
            Ok(_) => {
                let detail = "must have a name without '.' and without '$' at its beginning: targeting could not \
                              refer to it";
                broken.push(Invalid::new(pointer, detail));
                continue;
            }
            Err(limits) => {
                broken.push(Invalid::new(pointer, format!("must have a name within the limits: {limits}")));
                continue;
            }
        };
        match value {
            Value::Null => drop(read.insert(name, None)),
            value => match Attribute::parse(value) {
                Some(value) => drop(read.insert(name, Some(value))),
                None => broken.push(Invalid::new(pointer, attribute::LIMITS)),
            },
        }
    }
    read
}

const _: () = assert!(ALIASES == 20, "the limits of the fields state this number");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::validation::typed;

    fn parse(body: Value) -> Result<Change, Vec<Invalid>> {
        Change::parse(typed(body)?, |text| match UnitId::parse(text) {
            Ok(key) => Ok(Name { id: Ok(key.clone()), key }),
            Err(limits) => Err(limits.to_string()),
        })
    }

    #[test]
    fn a_field_that_is_null_is_removed_and_one_that_is_left_out_stays() {
        let left = parse(json!({ "unit_id": "acme.com" })).unwrap();
        assert_eq!((left.parent, left.covariate), (Setting::Kept, Setting::Kept));
        let null =
            json!({ "unit_id": "a", "parent": null, "covariate": null, "attributes": { "size": null } });
        let removed = parse(null).unwrap();
        assert_eq!((removed.parent, removed.covariate), (Setting::Removed, Setting::Removed));
        assert_eq!(removed.attributes.values().collect::<Vec<_>>(), [&None]);
    }

    #[test]
    fn every_invalid_field_is_named() {
        let long = vec!["a".to_owned(); 21];
        for (body, pointer) in [
            (json!({}), "/unit_id"),
            (json!({ "unit_id": "" }), "/unit_id"),
            (json!({ "unit_id": 7 }), "/unit_id"),
            (json!({ "unit_id": "a", "aliases": ["b", ""] }), "/aliases/1"),
            (json!({ "unit_id": "a", "aliases": long }), "/aliases"),
            (json!({ "unit_id": "a", "aliases": ["b"], "remove_aliases": ["c", "b"] }), "/remove_aliases/1"),
            (json!({ "unit_id": "a", "parent": "\n" }), "/parent"),
            (json!({ "unit_id": "a", "covariate": "7" }), "/covariate"),
            (json!({ "unit_id": "a", "attributes": { "no.": 1 } }), "/attributes/no."),
            (json!({ "unit_id": "a", "attributes": { "$or": 1 } }), "/attributes/$or"),
            (json!({ "unit_id": "a", "attributes": { "x": { "y": 1 } } }), "/attributes/x"),
            (json!({ "unit_id": "a", "colour": "red" }), "/colour"),
        ] {
            let broken = parse(body.clone()).unwrap_err();
            assert_eq!(broken[0].pointer, pointer, "{body}");
        }
    }
}
