//! Sequential re-randomization tests: if the same units were randomized again, with the same propensities and
//! looked at as often, how often would the test have been decided by now?
//!
//! Every unit is drawn again many times. Each draw is a whole virtual history of the test, in which no
//! outcome depends on the arm. At each interim look, the most extreme histories are stopped, until the share
//! of histories that the spending function allows is stopped. The test is decided when the real history is
//! among them. Without an effect, the real history is exchangeable with the drawn ones, so it is ever stopped
//! with at most the probability that is spent, for outcomes of any distribution, any weights and any number
//! of interim looks.
//!
//! Start at [`drawn`], which draws the units of two arms and ranks the histories of each goal. [`maturity`] prepares
//! the outcomes of units whose windows are open, [`place`] draws one unit, [`sums`] adds up outcomes in every draw, [`statistic`] and [`covariance`] compare the arms of a draw,
//! and [`stopped`] stops histories. [`family`] watches several comparisons and decides them together. [`tails`]
//! turns the boundary of an interim look into the level of an interval, [`interval`] has the intervals, and
//! [`rates`] computes those of binary goals. [`guardrail`] compares guardrails with their margins, and [`segments`] names
//! the segments that have an effect. [`stages`] compares arms after a change of weights, and [`stratified`] has the
//! estimates and the intervals of rates then. [`normal`] looks at more units than can be drawn again.
//!
//! Source: Fisher 1935 and Pitman 1937 on randomization tests; Lan and DeMets 1983 on alpha spending; Plamadeala
//! and Rosenberger 2012, "Sequential monitoring with conditional randomization tests".

pub mod covariance;
pub mod drawn;
pub mod family;
pub mod guardrail;
pub mod interval;
pub mod maturity;
pub mod normal;
pub mod place;
pub mod rates;
pub mod segments;
pub mod stages;
pub mod statistic;
pub mod stopped;
pub mod stratified;
pub mod sums;
pub mod tails;

/// The number of draws of a test of ordinary size.
pub const DRAWS: usize = 9_999;

/// The fewest draws. The smallest p-value that they can show is 0.002.
pub const MIN_DRAWS: usize = 999;

/// With more units than this, fewer units are drawn so that an interim look takes the same time.
pub const MANY_UNITS: usize = 20_000;

/// With more units than this, the units are not drawn again: even the fewest draws would take too long.
pub const MAX_UNITS: usize = MANY_UNITS * DRAWS / MIN_DRAWS;

/// The fewest units in each arm of a history that may be stopped at an interim look.
pub const MIN_UNITS: f64 = 10.0;

/// Returns the number of draws for this number of units.
#[must_use]
pub fn draws(units: usize) -> usize {
    (MANY_UNITS * DRAWS / units.max(MANY_UNITS)).max(MIN_DRAWS)
}
