//! Counts what became of the lines. This is pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::file::records::Records;
use crate::text::count;

/// The reasons that are shown; the report has all.
const SHOWN: usize = 5;

/// What became of the lines.
#[derive(Debug, Default)]
pub struct Tally {
    /// Lines that were taken, by how.
    pub taken: BTreeMap<String, u64>,
    /// Lines that were not taken: their places, and why.
    pub not_taken: Vec<(usize, String)>,
    /// Lines that are equal to an earlier one.
    pub repeated: u64,
}

impl Tally {
    /// Counts a line that was taken.
    pub fn take(&mut self, how: String) {
        *self.taken.entry(how).or_default() += 1;
    }

    /// Returns the counts as lines.
    #[must_use]
    pub fn summary(&self) -> String {
        let total: u64 = self.taken.values().sum();
        let ways: Vec<String> =
            self.taken.iter().map(|(how, number)| format!("{} {how}", count(*number))).collect();
        let ways = if ways.is_empty() { String::new() } else { format!(": {}", ways.join(", ")) };
        let mut text = format!("taken      {}{ways}\n", count(total));
        if self.repeated > 0 {
            let _ =
                writeln!(text, "repeated   {}, equal to an earlier line and sent once", count(self.repeated));
        }
        let _ = writeln!(text, "not taken  {}", count(self.not_taken.len() as u64));
        text
    }

    /// Returns the most frequent reasons as lines, each with its first line.
    #[must_use]
    pub fn reasons(&self, records: &Records) -> String {
        let mut reasons: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for (place, why) in &self.not_taken {
            let line = records.rows[*place].line;
            let entry = reasons.entry(why).or_insert((0, line));
            *entry = (entry.0 + 1, entry.1.min(line));
        }
        let mut sorted: Vec<_> = reasons.into_iter().collect();
        sorted.sort_by_key(|(_, (number, line))| (std::cmp::Reverse(*number), *line));
        let mut text = String::new();
        for (why, (number, line)) in sorted.iter().take(SHOWN) {
            let others = if *number > 1 { format!(" and {} more", count(number - 1)) } else { String::new() };
            let _ = writeln!(text, "  line {line}{others}: {}", crate::text::printable(why));
        }
        if sorted.len() > SHOWN {
            let _ = writeln!(text, "  and {} other reasons", count((sorted.len() - SHOWN) as u64));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::records::read;
    use super::Tally;

    #[test]
    fn the_most_frequent_reasons_come_first_with_their_first_line() {
        let records = read("a\n1\n2\n3\n4\n", b',').unwrap();
        let not_taken =
            vec![(3, "busy\u{1b}".to_owned()), (0, "bad".to_owned()), (1, "busy\u{1b}".to_owned())];
        let mut tally = Tally { not_taken, repeated: 1, ..Tally::default() };
        tally.take("new".to_owned());
        assert_eq!(tally.reasons(&records), "  line 3 and 1 more: busy\\u{1b}\n  line 2: bad\n");
        assert_eq!(
            tally.summary(),
            "taken      1: 1 new\nrepeated   1, equal to an earlier line and sent once\nnot taken  3\n"
        );
    }
}
