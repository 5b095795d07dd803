//! Counts by the value of one declared attribute, with a bounded number of values.

use std::collections::BTreeMap;

use stats::joint::Joint;

/// The maximum number of separate values of an attribute. If there are more, the first in byte order are kept
/// and the others are counted together. Which values are kept does not depend on the order of the units.
pub const MAX_VALUES: usize = 200;

/// The maximum number of figures over all attributes, values and arms, because a report is stored and
/// returned in one piece.
const MAX_FIGURES: usize = 4_000;

/// Units and outcomes of each arm, by value.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentCounts {
    arms: usize,
    most: usize,
    /// Counts by value, with one entry per arm.
    pub values: BTreeMap<String, Vec<SegmentCount>>,
    /// All other values together.
    pub others: Vec<SegmentCount>,
}

/// One value in one arm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentCount {
    /// Units with this value.
    pub units: u64,
    /// Those of them that converted to the primary goal.
    pub converted: u64,
    /// Their number of the primary goal, with the denominator if that is a ratio.
    pub paired: Joint,
}

impl SegmentCount {
    fn add(&mut self, other: &Self) {
        self.units += other.units;
        self.converted += other.converted;
        self.paired.merge(&other.paired);
    }
}

impl SegmentCounts {
    /// Creates counts without units, for a test with this number of arms and attributes.
    #[must_use]
    pub fn new(arms: usize, attributes: usize) -> Self {
        let most = MAX_VALUES.min(MAX_FIGURES / (arms * attributes).max(1));
        Self { arms, most, values: BTreeMap::new(), others: vec![SegmentCount::default(); arms] }
    }

    /// Counts one unit.
    pub fn count(&mut self, value: &str, arm: usize, converted: bool, (number, base): (f64, f64)) {
        if let Some(count) = self.entry(value).get_mut(arm) {
            count.units += 1;
            count.converted += u64::from(converted);
            count.paired.add(number, base);
        }
    }

    /// Adds the counts of another part of the same test.
    pub fn merge(&mut self, other: &Self) {
        for (value, counts) in &other.values {
            add_all(self.entry(value), counts);
        }
        add_all(&mut self.others, &other.others);
    }

    /// Returns the counts of `value`: its own, or those of all others if it is beyond the limit.
    fn entry(&mut self, value: &str) -> &mut Vec<SegmentCount> {
        if !self.values.contains_key(value) {
            if self.values.len() >= self.most {
                let past = self.values.last_key_value().is_some_and(|(last, _)| last.as_str() < value);
                if past {
                    return &mut self.others;
                }
                if let Some((_, counts)) = self.values.pop_last() {
                    add_all(&mut self.others, &counts);
                }
            }
            self.values.insert(value.to_owned(), vec![SegmentCount::default(); self.arms]);
        }
        self.values.entry(value.to_owned()).or_default()
    }
}

fn add_all(own: &mut [SegmentCount], other: &[SegmentCount]) {
    own.iter_mut().zip(other).for_each(|(a, b)| a.add(b));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: impl Iterator<Item = u32>) -> SegmentCounts {
        let mut segments = SegmentCounts::new(2, 1);
        values.for_each(|n| segments.count(&format!("{n:05}"), (n % 2) as usize, n % 3 == 0, (1.0, 1.0)));
        segments
    }

    #[test]
    fn separate_values_and_their_counts_do_not_depend_on_the_order() {
        let rising = counted((0..1_000).chain(0..1_000));
        let falling = counted((0..1_000).rev().chain((0..1_000).rev()));
        assert_eq!(rising, falling);
        assert_eq!((rising.values.len(), rising.values["00000"][0].units), (MAX_VALUES, 2));
        let all: u64 = rising.values.values().flatten().chain(&rising.others).map(|c| c.units).sum();
        assert_eq!(all, 2_000, "no unit is lost");
        let mut parts = counted(500..1_000);
        parts.merge(&counted(0..500));
        parts.merge(&counted(0..1_000));
        assert_eq!(parts, rising);
    }
}
