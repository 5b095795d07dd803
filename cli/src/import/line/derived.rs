//! Ids of outcomes that are derived from the content of their lines.

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Derives ids.
#[derive(Debug)]
pub struct Ids {
    /// How often each content has occurred, if equal lines are different outcomes.
    seen: Option<HashMap<String, u64>>,
}

impl Ids {
    /// Starts with the first line of a file. With `count_equal`, equal lines get different ids.
    #[must_use]
    pub fn new(count_equal: bool) -> Self {
        Self { seen: count_equal.then(HashMap::new) }
    }

    /// Returns an id that is the same for the same content, whenever and wherever the file is sent.
    pub fn of(&mut self, mut content: String) -> String {
        if let Some(seen) = &mut self.seen {
            let times = seen.entry(content.clone()).or_default();
            *times += 1;
            if *times > 1 {
                let _ = write!(content, "#{times}");
            }
        }
        let digest = Sha256::digest(content.as_bytes());
        let mut id = "csv-".to_owned();
        for byte in &digest[..16] {
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}
