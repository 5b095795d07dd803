//! The assignment times of the units of each arm, for tests whose units another system assigns. Changes of
//! their weights may not be declared and then show only here.

use std::collections::BTreeMap;

use stats::drift;

use crate::clock::Timestamp;

/// The maximum number of moments. If there are more, neighbours are combined. Which ones does not depend on
/// the order in which units are read.
const MAX_MOMENTS: usize = 128;

/// Units of each arm by the second of their assignment, or by 2, 4, 8 … seconds over longer periods.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrivals {
    doublings: u32,
    moments: BTreeMap<i64, Vec<u64>>,
}

impl Arrivals {
    /// Counts a unit of one of `arms` arms.
    pub fn count(&mut self, at: Timestamp, arm: usize, arms: usize) {
        let second = at.millis().div_euclid(1_000);
        let own = self.moments.entry(second >> self.doublings).or_insert_with(|| vec![0; arms]);
        if let Some(units) = own.get_mut(arm) {
            *units += 1;
        }
        self.shrink();
    }

    /// Adds the units of another part of the same test.
    pub fn merge(&mut self, other: &Self) {
        let (mut coarse, mut fine) = (self.clone(), other.clone());
        if coarse.doublings < fine.doublings {
            std::mem::swap(&mut coarse, &mut fine);
        }
        while fine.doublings < coarse.doublings {
            fine.double();
        }
        for (moment, units) in std::mem::take(&mut fine.moments) {
            let own = coarse.moments.entry(moment).or_insert_with(|| vec![0; units.len()]);
            own.iter_mut().zip(units).for_each(|(own, units)| *own += units);
        }
        coarse.shrink();
        *self = coarse;
    }

    /// Returns the p-value of "the shares of the arms are constant", or None when all units were assigned at
    /// once.
    #[must_use]
    pub fn drift(&self) -> Option<f64> {
        drift::p_value(&self.moments.values().cloned().collect::<Vec<_>>())
    }

    fn shrink(&mut self) {
        while self.moments.len() > MAX_MOMENTS {
            self.double();
        }
    }

    fn double(&mut self) {
        let mut halved: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for (moment, units) in std::mem::take(&mut self.moments) {
            let own = halved.entry(moment >> 1).or_insert_with(|| vec![0; units.len()]);
            own.iter_mut().zip(units).for_each(|(own, units)| *own += units);
        }
        (self.doublings, self.moments) = (self.doublings + 1, halved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(units: impl Iterator<Item = (i64, usize)>) -> Arrivals {
        let mut arrivals = Arrivals::default();
        units.for_each(|(second, arm)| arrivals.count(Timestamp::from_millis(second * 1_000 + 17), arm, 2));
        arrivals
    }

    #[test]
    fn stored_moments_are_bounded_and_do_not_depend_on_the_order() {
        let of = |second: i64| (second * 97, usize::from(second % 3 == 0));
        let (rising, falling) = (counted((-100..3_000).map(of)), counted((-100..3_000).rev().map(of)));
        assert_eq!(rising, falling);
        assert!(rising.moments.len() <= MAX_MOMENTS && rising.moments.len() > MAX_MOMENTS / 4);
        assert_eq!(rising.moments.values().flatten().sum::<u64>(), 3_100);
        let mut parts = counted((-100..40).map(of));
        parts.merge(&counted((40..3_000).map(of)));
        let mut turned = counted((40..3_000).map(of));
        turned.merge(&counted((-100..40).map(of)));
        assert_eq!((&parts, &turned), (&rising, &rising));
    }

    #[test]
    fn a_change_of_shares_is_detected() {
        let changed =
            |second: i64| (second, usize::from(if second < 100 { second % 2 == 0 } else { second % 10 > 0 }));
        assert!(counted((0..300).map(changed)).drift().unwrap() < drift::THRESHOLD);
        assert!(
            counted((0..300).map(|second| (second, usize::from(second % 10 > 0)))).drift().unwrap() > 0.5
        );
        assert_eq!(counted((0..300).map(|unit| (5, usize::from(unit % 2 == 0)))).drift(), None);
    }
}
