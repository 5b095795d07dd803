//! The numbers of the single units of an arm, for permutation tests.

/// Above this number of units, an arm's single numbers are not stored: a permutation test would take too
/// long.
const MAX_NUMBERS: usize = 10_000;

/// The number of each unit, with the denominator of a ratio. Empty for binary goals, for which the counts are
/// sufficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers(Option<Vec<(f64, f64)>>);

impl Default for Numbers {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl Numbers {
    /// Adds a unit's number.
    pub fn push(&mut self, number: f64, denominator: f64) {
        self.0 = self.0.take().filter(|all| all.len() < MAX_NUMBERS).map(|mut all| {
            all.push((number, denominator));
            all
        });
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let (own, theirs) = (self.0.take(), other.0.as_deref());
        self.0 = own.zip(theirs).filter(|(a, b)| a.len() + b.len() <= MAX_NUMBERS).map(|(mut a, b)| {
            a.extend_from_slice(b);
            a
        });
    }

    /// Returns all of them in ascending order, independent of the order in which they were added. Returns
    /// None when there were too many.
    #[must_use]
    pub fn sorted(&self) -> Option<Vec<(f64, f64)>> {
        let mut all = self.0.clone()?;
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Some(all)
    }
}
