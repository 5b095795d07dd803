//! Counts the accounts that meet a condition.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Account;
use crate::experiment::condition::{Condition, Mismatch, Mismatches};
use crate::validation::Invalid;

/// The body of `POST /accounts/count`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountBody {
    condition: Map<String, Value>,
}

impl CountBody {
    /// Parses the condition.
    ///
    /// # Errors
    /// Returns each part that is unknown or too large, by its pointer.
    pub fn condition(self) -> Result<Condition, Vec<Invalid>> {
        let parsed = Condition::parse(&Value::Object(self.condition));
        parsed.map_err(|broken| broken.into_iter().map(|part| part.under("/condition")).collect())
    }
}

/// The counts so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// The accounts that were examined.
    pub examined: u64,
    matched: u64,
    mismatches: BTreeMap<Mismatch, u64>,
}

/// The response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Count {
    matched: u64,
    examined: u64,
    complete: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    type_mismatches: Vec<Mismatches>,
}

impl Tally {
    /// Counts an account.
    ///
    /// # Errors
    /// Returns an error about the condition if it is too slow for this account.
    pub fn count(&mut self, condition: &Condition, account: &Account) -> Result<(), Invalid> {
        let attributes = account.values();
        let met = condition.is_met_by(&attributes);
        let met = met.map_err(|slow| Invalid::new("/condition", slow.to_string()))?;
        self.examined += 1;
        self.matched += u64::from(met);
        if !met {
            for mismatch in condition.mismatches(&attributes) {
                *self.mismatches.entry(mismatch).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Returns the response. `complete` is true if every account was examined.
    #[must_use]
    pub fn report(self, complete: bool) -> Count {
        let type_mismatches = Mismatches::counted(self.mismatches);
        Count { matched: self.matched, examined: self.examined, complete, type_mismatches }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::account::attribute::Attribute;
    use crate::account::tests::account;
    use crate::experiment::id::AttributeName;

    #[test]
    fn accounts_that_match_and_types_that_never_do_are_counted() {
        let body = json!({ "condition": { "employees": { "$gte": 200 } } });
        let condition = serde_json::from_value::<CountBody>(body).unwrap().condition().unwrap();
        let mut tally = Tally::default();
        for value in [json!(250), json!(100), json!("250")] {
            let mut own = account("acme.com", None);
            let name = AttributeName::parse("employees").unwrap();
            own.attributes.insert(name, Attribute::parse(value).unwrap());
            tally.count(&condition, &own).unwrap();
        }
        tally.count(&condition, &account("other.com", None)).unwrap();
        let expected = json!({ "matched": 1, "examined": 4, "complete": false, "type_mismatches":
            [{ "attribute": "employees", "expected": "number", "got": "string", "units": 1 }] });
        assert_eq!(serde_json::to_value(tally.report(false)).unwrap(), expected);
    }

    #[test]
    fn an_unknown_operator_is_named() {
        let body = json!({ "condition": { "employees": { "$over": 200 } } });
        let broken = serde_json::from_value::<CountBody>(body).unwrap().condition().unwrap_err();
        assert!(broken[0].pointer.starts_with("/condition/employees"), "{}", broken[0].pointer);
    }
}
