//! What is kept of each unit of a list that was known before the test.

/// A known unit that has been assigned.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownOutcome {
    /// Its arm.
    pub arm: usize,
    /// Its number for each goal, and for a ratio the denominator, else 1.
    pub outcomes: Vec<(f64, f64)>,
}
