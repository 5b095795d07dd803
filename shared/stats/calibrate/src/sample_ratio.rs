//! The sample-ratio check, also of adaptive tests and of tests whose weights change: how often it raises an
//! alarm, and after how many units.

use stats::adaptive::thompson;
use stats::bayes::{Direction, Posterior};
use stats::srm::{Stratum, THRESHOLD, p_value, sequential};

use crate::chance::{Chance, Rate};

/// The weights of a part of a test, in basis points, and the units that are assigned by them.
pub type Part<'a> = (&'a [u32], u32);

/// How often a check of the sample ratio raises an alarm.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alarms {
    /// Chi-square, at the end.
    pub at_the_end: Rate,
    /// Chi-square, at any interim look.
    pub chi_square: Rate,
    /// The sequential check, at any interim look.
    pub sequential: Rate,
}

/// Whether each check raised an alarm in one test.
#[derive(Default)]
struct Looks {
    last: bool,
    chi_square: bool,
    sequential: bool,
}

impl Looks {
    fn look(&mut self, strata: &[Stratum<'_>]) {
        self.last = p_value(strata).is_some_and(|p| p < THRESHOLD);
        self.chi_square |= self.last;
        self.sequential |= sequential(strata).is_some_and(|p| p < THRESHOLD);
    }
}

impl Alarms {
    fn count(&mut self, looks: &Looks) {
        self.at_the_end.count(looks.last);
        self.chi_square.count(looks.chi_square);
        self.sequential.count(looks.sequential);
    }
}

fn strata(counted: &[(Vec<u32>, Vec<u64>)]) -> Vec<Stratum<'_>> {
    counted.iter().map(|(weights, units)| Stratum { weights: weights.clone(), units }).collect()
}

/// Returns the alarms of adaptive tests of `batches` batches of `size`, with an interim look after each
/// batch. A share `lost` of treatment's units is never counted.
#[must_use]
pub fn adaptive(batches: u32, size: u32, lost: f64, runs: u32, seed: u64) -> Alarms {
    let mut chance = Chance::new(seed);
    let mut found = Alarms::default();
    for _ in 0..runs {
        let (mut totals, mut counted, mut looks) = ([(0, 0); 2], Vec::new(), Looks::default());
        for _ in 0..batches {
            let share = |(units, converted): (u64, u64)| Posterior::share(units, converted);
            let shares: Vec<_> = totals.into_iter().filter_map(share).collect();
            let weights =
                thompson::weights(&shares, Direction::Higher, thompson::FLOOR, None).unwrap_or_default();
            let mut units = vec![0_u64; 2];
            for _ in 0..size {
                let arm = usize::from(chance.happens(f64::from(weights[1]) / 10_000.0));
                if arm == 0 || !chance.happens(lost) {
                    units[arm] += 1;
                    totals[arm].0 += 1;
                    totals[arm].1 += u64::from(chance.happens(0.2));
                }
            }
            counted.push((weights, units));
            looks.look(&strata(&counted));
        }
        found.count(&looks);
    }
    found
}

/// Returns the alarms of tests with these parts, with an interim look after every `every` units. A share
/// `lost` of the last arm's units is never counted.
#[must_use]
pub fn fixed(parts: &[Part<'_>], every: u32, lost: f64, runs: u32, seed: u64) -> Alarms {
    let mut chance = Chance::new(seed);
    let mut found = Alarms::default();
    for _ in 0..runs {
        let (mut counted, mut looks) = (Vec::<(Vec<u32>, Vec<u64>)>::new(), Looks::default());
        for (weights, units) in parts {
            let mut own = vec![0_u64; weights.len()];
            for unit in 1..=*units {
                let arm = drawn(weights, &mut chance);
                own[arm] += u64::from(arm + 1 < weights.len() || !chance.happens(lost));
                if unit % every == 0 {
                    counted.push((weights.to_vec(), own.clone()));
                    looks.look(&strata(&counted));
                    counted.pop();
                }
            }
            counted.push((weights.to_vec(), own));
        }
        found.count(&looks);
    }
    found
}

fn drawn(weights: &[u32], chance: &mut Chance) -> usize {
    let (place, mut below) = (10_000.0 * chance.uniform(), 0.0);
    let arm = weights.iter().position(|weight| {
        below += f64::from(*weight);
        place < below
    });
    arm.unwrap_or(weights.len() - 1)
}

/// After how many units a wrong split raises an alarm.
#[derive(Debug, Clone, Copy)]
pub struct Delay {
    /// The sequential check: the units after which half and 80 % of the tests have raised an alarm.
    pub sequential: [u32; 2],
    /// Chi-square for one analysis: the units at which half and 80 % of the tests raise an alarm.
    pub chi_square: [u32; 2],
}

/// Returns the delay of two arms with weights of 50:50 of which the first gets the share `split`, with an
/// interim look after every `every` units, up to `most` units.
#[must_use]
pub fn delay(split: f64, every: u32, most: u32, runs: u32, seed: u64) -> Delay {
    let mut chance = Chance::new(seed);
    let looks = (most / every) as usize;
    let (mut alarmed, mut apart) = (vec![0_u32; looks], vec![0_u32; looks]);
    for _ in 0..runs {
        let (mut units, mut ever) = ([0_u64; 2], false);
        for look in 0..looks {
            (0..every).for_each(|_| units[usize::from(!chance.happens(split))] += 1);
            let strata = [Stratum { weights: vec![5_000, 5_000], units: &units }];
            ever = ever || sequential(&strata).is_some_and(|p| p < THRESHOLD);
            alarmed[look] += u32::from(ever);
            apart[look] += u32::from(p_value(&strata).is_some_and(|p| p < THRESHOLD));
        }
    }
    let first = |hits: &[u32], share: f64| {
        let enough = |hits: &u32| f64::from(*hits) >= share * f64::from(runs);
        hits.iter().zip(1_u32..).find(|(hits, _)| enough(hits)).map_or(u32::MAX, |(_, look)| look * every)
    };
    let both = |hits: &[u32]| [first(hits, 0.5), first(hits, 0.8)];
    Delay { sequential: both(&alarmed), chi_square: both(&apart) }
}

pub use tables::table;

mod tables;
