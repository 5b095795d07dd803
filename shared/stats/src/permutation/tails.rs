//! How far the observed statistic lies in the tails of the permutations.

/// Squared statistics whose relative difference is below this are ties: they differ by rounding.
const TIE: f64 = 1e-9;

/// A studentized difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    /// Its square, with its sign. Infinite when the arms differ and nothing varies within them.
    Signed(f64),
    /// An arm has no denominator, so the permutation counts as farther apart than all others in both
    /// directions.
    Undefined,
}

impl Statistic {
    /// No difference.
    pub(super) const NONE: Self = Self::Signed(0.0);

    /// Returns the statistic of a difference and its variance.
    pub(super) fn of(difference: f64, variance: f64) -> Self {
        Self::Signed((difference * difference / variance).copysign(difference))
    }

    /// Returns the squares in the direction of the observed statistic, in the other direction, and without
    /// direction.
    fn squares(self) -> [f64; 3] {
        match self {
            Self::Signed(square) => [square, -square, square.abs()],
            Self::Undefined => [f64::INFINITY; 3],
        }
    }
}

/// The weights of the permutations above the observed statistic, below it, and farther from 0, with ties
/// counted half.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tails {
    observed: Statistic,
    even: bool,
    seen: u64,
    weight: f64,
    beyond: [f64; 3],
}

impl Tails {
    /// Creates empty tails. `even` is true when both arms have the same size.
    pub(super) fn new(observed: Statistic, even: bool) -> Self {
        Self { observed, even, seen: 0, weight: 0.0, beyond: [0.0; 3] }
    }

    /// Adds a permutation, or several with the same statistic.
    pub(super) fn add(&mut self, other: Statistic, weight: f64) {
        self.seen += 1;
        self.weight += weight;
        let pairs = other.squares().into_iter().zip(self.observed.squares());
        for (sum, (other, observed)) in self.beyond.iter_mut().zip(pairs) {
            *sum += weight * share(other, observed);
        }
    }

    /// Adds the observed assignment to drawn permutations. It ties with itself.
    pub(super) fn add_observed(&mut self) {
        self.weight += 1.0;
        self.beyond.iter_mut().for_each(|sum| *sum += 0.5);
    }

    /// Returns the number of calls of [`Self::add`].
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Returns the two-sided mid-p.
    pub(super) fn p_value(&self) -> f64 {
        let [above, below, apart] = self.beyond;
        let two_sided = if self.even { apart } else { (2.0 * above.min(below)).min(self.weight) };
        two_sided / self.weight
    }
}

/// Returns 1 for a statistic beyond the observed one, ½ for a tie, and 0 otherwise.
pub(super) fn share(other: f64, observed: f64) -> f64 {
    let slack = if observed.is_finite() { TIE * observed.abs() + TIE * TIE } else { 0.0 };
    if other > observed + slack {
        1.0
    } else if other >= observed - slack {
        0.5
    } else {
        0.0
    }
}
