//! The stored outcome of a unit on the list of known units.

/// A known unit that has been assigned.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownOutcome {
    /// Its arm.
    pub arm: usize,
    /// Its number for each goal, with the denominator of a ratio, otherwise 1.
    pub outcomes: Vec<(f64, f64)>,
}
