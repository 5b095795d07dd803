//! The lines of a file as items to send, and the lines that cannot be sent. This is pure.

use std::collections::HashMap;

use super::file::records::{Records, Row};
use super::line::Item;
use serde_json::Value;

/// What is sent and what is not.
#[derive(Debug, Default)]
pub struct Plan {
    /// The items, in the order of the file.
    pub items: Vec<Value>,
    /// The place in the file of each item's line.
    pub rows: Vec<usize>,
    /// Lines that cannot be sent: their places, and why.
    pub refused: Vec<(usize, String)>,
    /// The number of lines that are equal to an earlier one. They are not sent.
    pub repeated: u64,
    /// The number of items that remove an outcome from another account or goal.
    pub moved: u64,
}

impl Plan {
    /// Makes the plan. Lines with the same identity but another content are refused.
    pub fn of(records: &Records, mut item: impl FnMut(&Row) -> Result<Item, String>) -> Self {
        let mut plan = Self::default();
        let mut first: HashMap<String, usize> = HashMap::new();
        for (place, row) in records.rows.iter().enumerate() {
            let found = row.problem.clone().map_or_else(|| item(row), Err);
            let Item { body, identity } = match found {
                Ok(item) => item,
                Err(why) => {
                    plan.refused.push((place, why));
                    continue;
                }
            };
            match first.get(&identity) {
                None => {
                    first.insert(identity, plan.items.len());
                    plan.items.push(body);
                    plan.rows.push(place);
                }
                Some(earlier) if plan.items[*earlier] == body => plan.repeated += 1,
                Some(earlier) => {
                    let line = records.rows[plan.rows[*earlier]].line;
                    plan.refused.push((place, format!("line {line} has the same id with other values")));
                }
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::file::records::read;
    use super::super::line::Item;
    use super::Plan;

    #[test]
    fn equal_lines_are_sent_once_and_contradicting_ones_are_refused() {
        let records = read("id,value\na,1\nb,2\na,1\n\na,3\nc\nbad,1\n", b',').unwrap();
        let plan = Plan::of(&records, |row| match row.cells[0].as_str() {
            "bad" => Err("bad line".to_owned()),
            id => Ok(Item { body: json!([id, row.cells[1]]), identity: id.to_owned() }),
        });
        assert_eq!(
            (plan.items, plan.rows, plan.repeated),
            (vec![json!(["a", "1"]), json!(["b", "2"])], vec![0, 1], 1)
        );
        let refused: Vec<_> =
            plan.refused.iter().map(|(place, why)| (records.rows[*place].line, why.as_str())).collect();
        assert_eq!(refused[0], (6, "line 2 has the same id with other values"));
        assert_eq!((refused[1].0, refused[2]), (7, (8, "bad line")));
    }
}
