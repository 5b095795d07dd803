//! Differences by segment, corrected for the number of segments.
//!
//! Among twenty segments, one shows a "significant" difference by chance alone. Each segment's p-value and
//! interval are therefore corrected for the number of segments, and one test answers the main question: does
//! the difference depend on the segment at all?

use crate::always_valid::{InterimLook, SequentialTest};
use crate::families::holm;
use crate::moments::Moments;

/// The fewest units in each arm of a segment that counts in the correction. A segment has no reading below
/// ten units, so the correction seldom grows after a segment has its first reading.
pub const MIN_UNITS: u64 = 5;

/// The number of halvings of the logarithm of a p-value between 1 and [`MIN_P`].
const HALVINGS: u32 = 40;

/// The lowest p-value of "the difference is the same in all segments" that is distinguished from 0.
const MIN_P: f64 = 1e-12;

/// The differences of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmented {
    /// One entry per segment, in their order, as [`SequentialTest::look`] at level alpha / `looked_at`: all
    /// intervals are valid together, and p-values are corrected by Holm's method. None below ten units in an
    /// arm.
    pub differences: Vec<Option<InterimLook>>,
    /// The number of segments in the correction.
    pub looked_at: u32,
    /// The p-value of "the difference is the same in all segments". None with fewer than two.
    pub same: Option<f64>,
}

/// Compares control (the first of each pair) with treatment in each segment. The result is valid at every
/// interim look. Pass the values of all attributes for the correction; `same` is meaningful for the values of
/// one attribute.
#[must_use]
pub fn compare(segments: &[(Moments, Moments)], sequential_test: &SequentialTest, alpha: f64) -> Segmented {
    let counts = |(a, b): &&(Moments, Moments)| a.units().min(b.units()) >= MIN_UNITS;
    let looked_at = u32::try_from(segments.iter().filter(counts).count()).unwrap_or(u32::MAX);
    let mut differences: Vec<_> =
        looks(segments, &sequential_test.at_level(alpha / f64::from(looked_at.max(1))));
    let both = || segments.iter().zip(&differences).filter(|(pair, _)| counts(pair));
    let own: Vec<_> = both().map(|(_, look)| look.map(|look| look.p_value)).collect();
    let mut corrected = holm(&own).into_iter();
    for (_, look) in segments.iter().zip(&mut differences).filter(|(pair, _)| counts(pair)) {
        let p_value = corrected.next().flatten();
        *look = look.zip(p_value).map(|(look, p_value)| InterimLook { p_value, ..look });
    }
    Segmented { differences, looked_at, same: same(segments, sequential_test, looked_at) }
}

fn looks(segments: &[(Moments, Moments)], sequential_test: &SequentialTest) -> Vec<Option<InterimLook>> {
    let look = |(a, b): &(Moments, Moments)| sequential_test.look(&a.sample()?, &b.sample()?);
    segments.iter().map(look).collect()
}

/// Returns the p-value of "all differences are the same": the lowest level at which the simultaneous
/// intervals of all segments have no point in common. If there is one true difference, all intervals contain
/// it at every interim look with a probability of at least 1 minus that level.
fn same(segments: &[(Moments, Moments)], sequential_test: &SequentialTest, looked_at: u32) -> Option<f64> {
    let apart = |level: f64| {
        let found = looks(segments, &sequential_test.at_level(level / f64::from(looked_at.max(1))));
        let ends = || found.iter().flatten().filter_map(|look| look.interval);
        let (low, high) = (ends().map(|i| i.0), ends().map(|i| i.1));
        low.fold(f64::NEG_INFINITY, f64::max) > high.fold(f64::INFINITY, f64::min)
    };
    if looks(segments, sequential_test).iter().flatten().count() < 2 {
        return None;
    }
    if !apart(1.0) {
        return Some(1.0);
    }
    let (mut overlap, mut parted) = (MIN_P.ln(), 0.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(overlap, parted);
        if apart(middle.exp()) { parted = middle } else { overlap = middle }
    }
    Some(parted.exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(units: u32, add: f64) -> Moments {
        let mut moments = Moments::default();
        (0..units).for_each(|unit| moments.add(f64::from(unit * 7 % 11) + add));
        moments
    }

    fn sequential_test() -> SequentialTest {
        SequentialTest::new(0.05, 40.0).unwrap()
    }

    #[test]
    fn segments_with_too_few_units_are_not_compared() {
        let found =
            compare(&[(arm(30, 0.0), arm(30, 1.0)), (arm(4, 0.0), arm(30, 1.0))], &sequential_test(), 0.05);
        assert_eq!((found.looked_at, found.differences[1], found.same), (1, None, None));
        let alone = sequential_test().look(&arm(30, 0.0).sample().unwrap(), &arm(30, 1.0).sample().unwrap());
        assert_eq!(found.differences[0], alone);
        let soon =
            compare(&[(arm(30, 0.0), arm(30, 3.0)), (arm(9, 0.0), arm(30, 3.0))], &sequential_test(), 0.05);
        assert_eq!(
            (soon.looked_at, soon.differences[1]),
            (2, None),
            "it counts in the correction before it has a reading"
        );
    }

    #[test]
    fn more_segments_make_each_interval_longer_and_each_p_value_greater() {
        let pair = (arm(30, 0.0), arm(30, 4.0));
        let of = |pairs: &[(Moments, Moments)]| compare(pairs, &sequential_test(), 0.05);
        let (one, four) = (of(&[pair]), of(&[pair; 4]));
        let (a, b) = (one.differences[0].unwrap(), four.differences[3].unwrap());
        assert!(
            b.interval.unwrap().0 < a.interval.unwrap().0 && b.interval.unwrap().1 > a.interval.unwrap().1
        );
        assert!(a.p_value < 0.05 && (b.p_value - 4.0 * a.p_value).abs() < 1e-12, "{a:?} {b:?}");
        assert!(four.same.unwrap() > 0.999);
    }

    #[test]
    fn segments_differ_when_their_simultaneous_intervals_do_not_overlap() {
        let segments = [(arm(60, 0.0), arm(60, 5.0)), (arm(50, 1.0), arm(80, -4.0))];
        let p = compare(&segments, &sequential_test(), 0.05).same.unwrap();
        assert!(p < 0.001, "{p}");
        let at = |level: f64| {
            let found = looks(&segments, &sequential_test().at_level(level / 2.0));
            (found[0].unwrap().interval.unwrap().0, found[1].unwrap().interval.unwrap().1)
        };
        let (low, high) = at(p);
        assert!((low - high).abs() < 1e-6, "{low} {high}");
        let near = [(arm(60, 0.0), arm(60, 1.0)), (arm(50, 0.0), arm(80, 0.5))];
        assert!(compare(&near, &sequential_test(), 0.05).same.unwrap() > 0.5);
    }
}
