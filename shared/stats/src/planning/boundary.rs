//! The boundaries of a test that spends its error rate over interim looks, and how likely it crosses them.
//!
//! The standardized difference is a Brownian motion B(t) of the information fraction t. B has the drift 0
//! without a difference. The density of B among the tests that have not crossed yet is carried from one
//! interim look to the next by numerical integration, and each boundary is the value that spends exactly the
//! rate of its interim look. Source: Armitage, McPherson and Rowe 1969; Lan and DeMets 1983; Jennison and
//! Turnbull 2000, chapter 19.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::spending::Spending;

/// The distance between two points of the integration, in standard deviations of the step from one interim
/// look to the next. Critical values are exact to 1e-4.
const STEP: f64 = 0.5;

/// The number of standard deviations beyond which a density is 0.
const FAR: f64 = 7.0;

/// The number of halvings of an interval in which a boundary lies.
const HALVINGS: usize = 60;

/// The interim looks of a test, up to twice its plan and in order.
#[derive(Debug, Clone)]
pub struct Boundary {
    looks: Vec<Look>,
}

/// One interim look.
#[derive(Debug, Clone)]
struct Look {
    /// The information fraction.
    t: f64,
    /// The test crosses at this value of B and above.
    upper: f64,
    /// The test crosses at this value of B and below; −∞ when it has one side.
    lower: f64,
    /// The tests that have not crossed before this interim look: values of B at the one before, with their
    /// probability without a difference.
    before: Vec<(f64, f64)>,
}

/// The probabilities that a test has crossed by an interim look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossed {
    /// The information fraction of the interim look.
    pub t: f64,
    /// At the upper boundary.
    pub upper: f64,
    /// At the lower boundary.
    pub lower: f64,
}

impl Boundary {
    /// Computes the boundaries of interim looks at the increasing information fractions `times`, above 0.
    /// `spent` returns the error rate that the upper boundary has spent by an information fraction. The lower
    /// boundary, if there is one, mirrors it.
    #[must_use]
    pub fn new(times: &[f64], two_sided: bool, spent: impl Fn(f64) -> f64) -> Self {
        let (mut looks, mut before, mut last) = (Vec::<Look>::new(), vec![(0.0, 1.0)], 0.0);
        for &t in times {
            let deviation = (t - last).sqrt();
            let upper = upper_bound(&before, deviation, spent(t) - spent(last), FAR * t.sqrt());
            let lower = if two_sided { -upper } else { f64::NEG_INFINITY };
            let look = Look { t, upper, lower, before };
            before = look.carried(deviation, t);
            looks.push(look);
            last = t;
        }
        Self { looks }
    }

    /// Computes the boundaries at a number of equally spaced interim looks up to the plan and as many after it, up
    /// to twice the plan. `level` is the error rate in all.
    #[must_use]
    pub fn of(spending: Spending, level: f64, two_sided: bool, looks: u32) -> Self {
        let times: Vec<f64> = (1..=2 * looks).map(|k| f64::from(k) / f64::from(looks)).collect();
        let share = level / crate::spending::LEVEL / if two_sided { 2.0 } else { 1.0 };
        Self::new(&times, two_sided, |t| share * spending.spent(t))
    }

    /// Returns the upper critical value of each interim look, in standard deviations.
    #[must_use]
    pub fn critical_values(&self) -> Vec<f64> {
        self.looks.iter().map(|look| look.upper / look.t.sqrt()).collect()
    }

    /// Returns the probability without a difference that the test has not crossed before its last interim look, and is
    /// at this standardized difference or above then. 0 without a look.
    #[must_use]
    pub fn beyond(&self, score: f64) -> f64 {
        let Some((last, earlier)) = self.looks.split_last() else { return 0.0 };
        let deviation = (last.t - earlier.last().map_or(0.0, |look| look.t)).sqrt();
        let b = score * last.t.sqrt();
        last.before.iter().map(|(from, mass)| mass * normal().sf((b - from) / deviation)).sum()
    }

    /// Returns the cumulative probabilities at each interim look when B has the drift `drift`, which is the
    /// expected standardized difference at an information fraction of 1.
    #[must_use]
    pub fn crossed(&self, drift: f64) -> Vec<Crossed> {
        let (mut upper, mut lower, mut last) = (0.0, 0.0, 0.0);
        let mut one = |look: &Look| {
            let deviation = (look.t - last).sqrt();
            let step = drift * (look.t - last);
            for (b, mass) in &look.before {
                // The likelihood ratio turns the density without a difference into that with the drift.
                let mass = mass * (drift * b - drift * drift * last / 2.0).exp();
                upper += mass * normal().sf((look.upper - b - step) / deviation);
                lower += mass * normal().cdf((look.lower - b - step) / deviation);
            }
            last = look.t;
            Crossed { t: look.t, upper, lower }
        };
        self.looks.iter().map(&mut one).collect()
    }
}

impl Look {
    /// Returns the density of B after this interim look, at the points of Simpson's rule with their weights.
    fn carried(&self, deviation: f64, t: f64) -> Vec<(f64, f64)> {
        let far = FAR * t.sqrt();
        let (from, to) = (self.lower.max(-far), self.upper.min(far));
        let halves = ((to - from) / (2.0 * STEP * deviation)).ceil().max(16.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "16 to a few thousand")]
        let points = 2 * halves as u32;
        let width = (to - from) / f64::from(points);
        let density = |b: f64| -> f64 {
            let one = |(a, mass): &(f64, f64)| mass * normal().pdf((b - a) / deviation);
            self.before.iter().map(one).sum::<f64>() / deviation
        };
        let weight = |n: u32| match n {
            0 => 1.0,
            n if n == points => 1.0,
            n => f64::from(2 + 2 * (n % 2)),
        };
        (0..=points)
            .map(|n| {
                let b = from + width * f64::from(n);
                (b, density(b) * weight(n) * width / 3.0)
            })
            .collect()
    }
}

/// Returns the value that the next B exceeds with the probability `rate`, at most `far`.
fn upper_bound(before: &[(f64, f64)], deviation: f64, rate: f64, far: f64) -> f64 {
    let above =
        |bound: f64| before.iter().map(|(b, mass)| mass * normal().sf((bound - b) / deviation)).sum::<f64>();
    let (mut low, mut high) = (-far, far);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        *(if above(middle) > rate { &mut low } else { &mut high }) = middle;
    }
    high
}

fn normal() -> Normal {
    Normal::standard()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIFTHS: [f64; 5] = [0.2, 0.4, 0.6, 0.8, 1.0];

    fn assert_near(found: &[f64], published: &[f64], tolerance: f64) {
        assert_eq!(found.len(), published.len());
        for (found, published) in found.iter().zip(published) {
            assert!((found - published).abs() < tolerance, "{found} {published}");
        }
    }

    #[test]
    fn five_interim_looks_have_the_published_boundaries() {
        let z = Normal::standard();
        // Lan and DeMets 1983, the spending functions of the type of O'Brien and Fleming, of Pocock, and αt,
        // each for 5 % on two sides.
        let half = z.inverse_cdf(1.0 - 0.025 / 2.0);
        let late = Boundary::new(&FIFTHS, true, |t| 2.0 * z.sf(half / t.max(1e-9).sqrt()));
        assert_near(&late.critical_values(), &[4.8769, 3.3569, 2.6803, 2.2898, 2.0310], 2e-4);
        let even = Boundary::new(&FIFTHS, true, |t| 0.025 * (1.0 + (std::f64::consts::E - 1.0) * t).ln());
        assert_near(&even.critical_values(), &[2.4380, 2.4268, 2.4101, 2.3966, 2.3859], 2e-4);
        let linear = Boundary::new(&FIFTHS, true, |t| 0.025 * t);
        assert_near(&linear.critical_values(), &[2.576, 2.49, 2.41, 2.34, 2.28], 6e-3);
    }

    #[test]
    fn a_rate_that_is_spent_by_the_square_of_the_information_crosses_as_often_as_it_spends() {
        for (two_sided, share) in [(true, 0.5), (false, 1.0)] {
            let boundary = Boundary::of(Spending::Even, 0.05, two_sided, 10);
            for own in boundary.crossed(0.0) {
                let spent = share * Spending::Even.spent(own.t);
                let lower = if two_sided { spent } else { 0.0 };
                assert!((own.upper - spent).abs() < 1e-9 && (own.lower - lower).abs() < 1e-9, "{own:?}");
            }
        }
    }

    #[test]
    fn no_density_is_lost_between_interim_looks() {
        let open = Boundary::new(&[0.1, 0.5, 1.0, 2.0], true, |_| 0.0);
        let all = open.looks.last().unwrap().before.iter().map(|(_, mass)| mass).sum::<f64>();
        assert!((all - 1.0).abs() < 1e-6, "{all}");
        for drift in [5.0, 12.0] {
            let found = Boundary::of(Spending::Even, 0.05, true, 20).crossed(drift)[39].upper;
            assert!((found - 1.0).abs() < 1e-3, "{drift}: {found}");
        }
    }
}
