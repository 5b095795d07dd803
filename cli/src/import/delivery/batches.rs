//! Divides items into requests.

use std::ops::Range;

use serde_json::Value;

/// The largest number of items that the server accepts in a request.
const ITEMS: usize = 100;
/// The largest body that is sent. The server accepts 64 KiB.
const BYTES: usize = 60 * 1024;

/// Returns the ranges of items that are sent together.
#[must_use]
pub fn batches(items: &[Value]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, item) in items.iter().enumerate() {
        let size = item.to_string().len() + 1;
        if index > start && (index - start == ITEMS || bytes + size > BYTES) {
            ranges.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += size;
    }
    if start < items.len() {
        ranges.push(start..items.len());
    }
    ranges
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::batches;

    #[test]
    fn a_batch_has_at_most_100_items_and_60_kib() {
        let small = vec![json!({ "unit_id": "a" }); 250];
        assert_eq!(batches(&small), [0..100, 100..200, 200..250]);
        let large: Vec<Value> = vec![json!("x".repeat(25_000)); 5];
        assert_eq!(batches(&large), [0..2, 2..4, 4..5]);
        let huge: Vec<Value> = vec![json!("x".repeat(90_000)); 2];
        assert_eq!(batches(&huge), [0..1, 1..2]);
        assert!(batches(&[]).is_empty());
    }
}
