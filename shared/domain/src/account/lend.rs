//! What the directory adds to a request for a variant.

use super::Account;
use crate::experiment::known::is_segment;
use crate::experiment::{Definition, Unit};

impl Account {
    /// Adds to a unit of a request what the request does not have: attributes that it leaves out or sends as null, and
    /// the covariate. The unit gets the id of this account.
    ///
    /// An attribute that a test declares as a segment, and whose value cannot be one, is not added, because the
    /// request would be refused for a value that it does not contain.
    pub fn lend_to(&self, unit: &mut Unit, definition: &Definition) {
        unit.id = self.unit_id.clone();
        unit.covariate = unit.covariate.or(self.covariate);
        for (name, attribute) in &self.attributes {
            let value = attribute.value();
            let fits = !definition.segments.contains(name) || is_segment(&value);
            let given = unit.attributes.get(name.as_str()).is_some_and(|value| !value.is_null());
            if fits && !given {
                unit.attributes.insert(name.to_string(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::account::attribute::Attribute;
    use crate::account::tests::account;
    use crate::clock::Timestamp;
    use crate::experiment::id::AttributeName;
    use crate::experiment::{Experiment, Seed};
    use crate::validation::typed;

    fn requested(attributes: &Value, covariate: Option<f64>) -> Unit {
        let body = json!({ "unit_id": "0015", "attributes": attributes, "covariate": covariate });
        Unit::parse(typed(body).unwrap(), &test()).unwrap()
    }

    fn test() -> Experiment {
        let body = json!({ "test_id": "t", "name": "T", "segments": ["industry", "regions"],
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0))
    }

    #[test]
    fn the_request_wins_for_each_attribute_and_the_directory_fills_the_gaps() {
        let mut acme = account("acme.com", None);
        for (name, value) in
            [("industry", json!("software")), ("employees", json!(900)), ("regions", json!(["eu"]))]
        {
            let name = AttributeName::parse(name).unwrap();
            acme.attributes.insert(name, Attribute::parse(value).unwrap());
        }
        acme.covariate = Some(12.5);
        let mut asked = requested(&json!({ "employees": 7, "industry": null }), None);
        acme.lend_to(&mut asked, &test().definition);
        assert_eq!(asked.id.as_str(), "acme.com");
        let expected = json!({ "employees": 7, "industry": "software" });
        assert_eq!(Value::Object(asked.attributes), expected, "a list cannot be the value of a segment");
        assert_eq!(asked.covariate, Some(12.5));
        let mut own = requested(&json!({}), Some(1.0));
        acme.lend_to(&mut own, &test().definition);
        assert_eq!(own.covariate, Some(1.0));
    }
}
