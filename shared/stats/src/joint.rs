//! Joint moments of two numbers per unit, in one pass and mergeable: an outcome with its covariate, or the
//! two parts of a ratio.
//!
//! Source: Youngs and Cramer 1971; Chan, Golub and others 1979, as in [`crate::moments`].

use crate::moments::{Moments, count};
use crate::twofold::Twofold;

/// Moments of the pair (x, y) over units: an outcome x with its covariate y, or a numerator x with its
/// denominator y. The bounds and guarantees of [`Moments`] apply. The cross moment agrees in any order within
/// 1e-12 of √(Sxx·Syy), because it can itself be near 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Joint {
    x: Moments,
    y: Moments,
    products: Twofold,
}

impl Joint {
    /// Adds one unit's pair.
    pub fn add(&mut self, x: f64, y: f64) {
        let (off_x, off_y) = (self.x.deviate(x), self.y.deviate(y));
        let n = count(self.units());
        if n > 1.0 {
            self.products = self.products.plus(off_x.times(off_y).over(n * (n - 1.0)));
        }
    }

    /// Adds all of `other`'s units.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (count(self.units()), count(other.units()));
        let (apart_x, apart_y) = (self.x.join(&other.x), self.y.join(&other.y));
        self.products = self.products.plus(other.products);
        if own > 0.0 && theirs > 0.0 {
            self.products = self.products.plus(apart_x.times(apart_y).over(own * theirs).over(own + theirs));
        }
    }

    /// Returns the number of units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.x.units()
    }

    /// Returns the moments of the outcome or the numerator.
    #[must_use]
    pub fn x(&self) -> &Moments {
        &self.x
    }

    /// Returns the moments of the covariate or the denominator.
    #[must_use]
    pub fn y(&self) -> &Moments {
        &self.y
    }

    /// Returns the sum of products of both deviations from their means.
    #[must_use]
    pub fn products(&self) -> f64 {
        self.products.value()
    }

    /// Returns the sum of squares of `x − slope·y`, each as a deviation from its mean. It is never below 0.
    pub(crate) fn squares_along(&self, slope: f64) -> f64 {
        let slope = Twofold::from(slope);
        let (x, y) = (Twofold::from(self.x.squares()), Twofold::from(self.y.squares()));
        let twice = Twofold::from(2.0).times(slope).times(self.products);
        x.minus(twice).plus(slope.times(slope).times(y)).value().max(0.0)
    }
}

#[cfg(test)]
#[path = "joint/tests.rs"]
mod tests;
