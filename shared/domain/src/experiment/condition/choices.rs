//! The values of a list, found by hash. A lookup takes the same time for a list of any length.

use std::collections::HashSet;

use serde_json::Value;

use super::budget::{Budget, TooSlow};
use super::value::{equal, type_name};

/// The values of `$in` and the related operators.
#[derive(Debug, Clone, Default)]
pub(super) struct Choices {
    texts: HashSet<String>,
    /// The bits of each number as a double, with -0 as 0.
    numbers: HashSet<u64>,
    others: Vec<Value>,
    /// Whether case is ignored. If so, the texts are in lower case.
    any_case: bool,
}

impl Choices {
    pub(super) fn of(values: &[Value], any_case: bool) -> Self {
        let mut choices = Self { any_case, ..Self::default() };
        for value in values {
            match value {
                Value::String(text) if any_case => {
                    choices.texts.insert(text.to_lowercase());
                }
                Value::String(text) => {
                    choices.texts.insert(text.clone());
                }
                Value::Number(number) => choices.numbers.extend(number.as_f64().map(bits)),
                other => choices.others.push(other.clone()),
            }
        }
        choices
    }

    /// Returns the JSON types of the values, some of them repeatedly.
    pub(super) fn types(&self) -> impl Iterator<Item = &'static str> {
        let texts = (!self.texts.is_empty()).then_some("string");
        let numbers = (!self.numbers.is_empty()).then_some("number");
        texts.into_iter().chain(numbers).chain(self.others.iter().map(type_name))
    }

    /// Returns whether the value, or one of its items, is in the list.
    pub(super) fn contain(&self, value: &Value, budget: &Budget) -> Result<bool, TooSlow> {
        let Value::Array(items) = value else { return self.contain_one(value, budget) };
        for item in items {
            if self.contain_one(item, budget)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn contain_one(&self, value: &Value, budget: &Budget) -> Result<bool, TooSlow> {
        match value {
            Value::String(text) if self.any_case => {
                let lower = budget.lower(text)?;
                budget.find(lower.len())?;
                Ok(self.texts.contains(&*lower))
            }
            Value::String(text) => {
                budget.find(text.len())?;
                Ok(self.texts.contains(text))
            }
            Value::Number(number) => {
                budget.find(0)?;
                Ok(number.as_f64().is_some_and(|number| self.numbers.contains(&bits(number))))
            }
            value => {
                for other in &self.others {
                    if equal(value, other, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}
