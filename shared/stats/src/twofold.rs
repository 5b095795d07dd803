//! Numbers of twice the usual precision, as the unevaluated sum of two numbers. Long sums are stored in this
//! form.
//!
//! Source: Dekker 1971; Hida, Li and Bailey 2001, "Algorithms for quad-double precision arithmetic".

/// `high + low`, where `low` contains the digits that `high` cannot represent: about 31 decimal digits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Twofold {
    high: f64,
    low: f64,
}

impl Twofold {
    /// Returns the nearest ordinary number.
    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let (sum, lost) = add(self.high, other.high);
        let (low, lower) = add(self.low, other.low);
        let (sum, lost) = renormalised(sum, lost + low);
        let (high, low) = renormalised(sum, lost + lower);
        Self { high, low }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(Self { high: -other.high, low: -other.low })
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let product = self.high * other.high;
        let lost = self.high.mul_add(other.high, -product);
        let (high, low) = renormalised(product, lost + (self.high * other.low + self.low * other.high));
        Self { high, low }
    }

    pub(crate) fn over(self, divisor: f64) -> Self {
        let first = self.high / divisor;
        let rest = self.minus(Self::from(first).times(Self::from(divisor)));
        let (high, low) = renormalised(first, rest.value() / divisor);
        Self { high, low }
    }
}

impl From<f64> for Twofold {
    fn from(x: f64) -> Self {
        Self { high: x, low: 0.0 }
    }
}

/// Returns the rounded sum and its rounding error (Knuth 1969).
fn add(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// Does the same as [`add`] when `large` is known to be the larger one (Dekker 1971).
fn renormalised(large: f64, small: f64) -> (f64, f64) {
    let sum = large + small;
    (sum, small - (sum - large))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_beyond_the_sixteenth_survive_sums_products_and_quotients() {
        let third = Twofold::from(1.0).over(3.0);
        let rest = Twofold::from(1.0).minus(third.times(Twofold::from(3.0)));
        assert!(rest.value().abs() < 1e-31);
        let sum = Twofold::from(1e20).plus(Twofold::from(1e-8)).minus(Twofold::from(1e20));
        assert!((sum.value() - 1e-8).abs() < 1e-11);
    }
}
