//! The conversions of units past their window: what a later look cannot change.

use stats::agresti_caffo::Rate;

/// Units past the window of a goal, and those among them that converted, by goal, weighting and arm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatureRates(Vec<Vec<Vec<Rate>>>);

impl MatureRates {
    /// Creates counts of no units for a number of goals, weightings and arms.
    #[must_use]
    pub fn new(goals: usize, weightings: usize, arms: usize) -> Self {
        Self(vec![vec![vec![Rate { converted: 0, units: 0 }; arms]; weightings]; goals])
    }

    /// Counts a unit past its window.
    pub fn count(&mut self, (goal, weighting, arm): (usize, usize, usize), converted: bool) {
        let own = self.0.get_mut(goal).and_then(|own| own.get_mut(weighting)?.get_mut(arm));
        if let Some(own) = own {
            own.units += 1;
            own.converted += u64::from(converted);
        }
    }

    /// Adds the units of another part of the same test.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (self.0.iter_mut().flatten().flatten(), other.0.iter().flatten().flatten());
        own.zip(theirs).for_each(|(a, b)| {
            a.units += b.units;
            a.converted += b.converted;
        });
    }

    /// Returns the counts of a goal by weighting and arm.
    #[must_use]
    pub fn of(&self, goal: usize) -> &[Vec<Rate>] {
        self.0.get(goal).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_kept_by_goal_weighting_and_arm_and_added_up() {
        let mut own = MatureRates::new(2, 2, 2);
        own.count((1, 0, 1), true);
        own.count((1, 0, 1), false);
        own.count((1, 1, 0), true);
        own.count((2, 0, 0), true);
        own.merge(&own.clone());
        let rate = |converted, units| Rate { converted, units };
        assert_eq!(own.of(1), [vec![rate(0, 0), rate(2, 4)], vec![rate(2, 2), rate(0, 0)]]);
        assert!(own.of(0).iter().flatten().all(|own| own.units == 0) && own.of(2).is_empty());
    }
}
