//! When a test has how much information, from the rate at which units are assigned and the window of its goal.

/// The latest day that is computed: a hundred years.
const LAST_DAY: f64 = 36_500.0;

/// The number of halvings of an interval in which a day lies.
const HALVINGS: usize = 60;

/// The units of a test so far, and how many follow per day. A unit counts by the share of its window that has
/// passed, from 0 at its assignment to 1 at the end of the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Units past their window.
    pub mature: f64,
    /// Units within their window.
    pub immature: f64,
    /// The share of the window that has passed for the oldest of the immature units, 0 to 1. Their ages are
    /// assumed to be uniform between 0 and it.
    pub age: f64,
    /// Units that are assigned per day from now on, 0 or more.
    pub per_day: f64,
    /// The window in days, above 0.
    pub window: f64,
}

impl Schedule {
    /// Returns the schedule of a test that has not started and gets `per_day` units per day.
    #[must_use]
    pub fn from_start(per_day: f64, window: f64) -> Self {
        Self { mature: 0.0, immature: 0.0, age: 0.0, per_day, window }
    }

    /// Returns the schedule of a test whose `units` are all assigned on the first day.
    #[must_use]
    pub fn at_once(units: f64, window: f64) -> Self {
        Self { immature: units, per_day: 0.0, ..Self::from_start(0.0, window) }
    }

    /// Returns the information after `days` more days, in units past their window.
    #[must_use]
    pub fn information(&self, days: f64) -> f64 {
        let passed = days / self.window;
        let new = self.per_day * self.window * if passed < 1.0 { passed.powi(2) / 2.0 } else { passed - 0.5 };
        self.mature + self.immature * self.share(passed) + new
    }

    /// Returns the mean share of the window that has passed for the units that are immature now, when another
    /// share `passed` of it has passed.
    fn share(&self, passed: f64) -> f64 {
        let rest = 1.0 - passed;
        if rest <= 0.0 {
            1.0
        } else if rest >= self.age {
            self.age / 2.0 + passed
        } else {
            1.0 - rest.powi(2) / 2.0 / self.age
        }
    }

    /// Returns the days until the information is `units`, 0 if it already is. Returns None when it never is, or
    /// only after a hundred years.
    #[must_use]
    pub fn days_to(&self, units: f64) -> Option<f64> {
        if self.information(0.0) >= units {
            return Some(0.0);
        }
        // Rounding must not leave the last unit of a complete list unreached.
        let units = units * (1.0 - 1e-12);
        if self.information(LAST_DAY) < units {
            return None;
        }
        let (mut too_early, mut late) = (0.0, LAST_DAY);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(too_early, late);
            *(if self.information(middle) < units { &mut too_early } else { &mut late }) = middle;
        }
        Some(late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{found} {expected}");
    }

    #[test]
    fn a_steady_stream_reaches_a_number_half_a_window_after_its_assignment() {
        let schedule = Schedule::from_start(4.0, 30.0);
        near(schedule.days_to(400.0).unwrap(), 100.0 + 15.0);
        // Within the first window, d days give 4 d² / 60 units.
        near(schedule.days_to(15.0).unwrap(), 15.0);
        assert_eq!(schedule.days_to(0.0), Some(0.0));
    }

    #[test]
    fn a_list_that_is_assigned_at_once_is_complete_after_its_window() {
        let schedule = Schedule::at_once(80.0, 90.0);
        near(schedule.days_to(80.0).unwrap(), 90.0);
        near(schedule.days_to(20.0).unwrap(), 22.5);
        assert_eq!(schedule.days_to(81.0), None);
    }

    #[test]
    fn a_running_test_continues_where_it_is() {
        let start = Schedule::from_start(4.0, 30.0);
        let after_20 = Schedule { immature: 80.0, age: 20.0 / 30.0, ..start };
        let after_50 = Schedule { mature: 80.0, immature: 120.0, age: 1.0, ..start };
        for days in [0.0, 5.0, 10.0, 40.0] {
            near(after_20.information(days), start.information(20.0 + days));
            near(after_50.information(days), start.information(50.0 + days));
        }
        near(after_50.days_to(400.0).unwrap(), 65.0);
    }

    proptest! {
        #[test]
        fn information_never_falls(
            mature in 0.0..1e6_f64, immature in 0.0..1e6_f64, age in 0.0..1.0_f64, per_day in 0.0..1e4_f64,
            window in 1.0..365.0_f64, early in 0.0..1e3_f64, more in 0.0..1e3_f64,
        ) {
            let schedule = Schedule { mature, immature, age, per_day, window };
            let (a, b) = (schedule.information(early), schedule.information(early + more));
            prop_assert!(a <= b * (1.0 + 1e-12) && a >= mature, "{a} {b}");
            let days = schedule.days_to(b);
            prop_assert!(days.is_some_and(|days| schedule.information(days) >= b * (1.0 - 1e-9)));
        }
    }
}
