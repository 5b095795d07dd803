//! One adaptive test from its first unit to its last, as the service runs it: batches end by counts, weights follow
//! from units past their window, and interim looks are taken within batches.

use stats::adaptive::sizes::Sizes;
use stats::adaptive::{Batch, is_full, thompson};
use stats::bayes::{Direction, Posterior};
use stats::moments::Moments;

use super::Setting;
use super::judge::Seen;
use crate::chance::Chance;

/// The units between two interim looks.
const EVERY: usize = 10;

/// The units past their window that each arm needs before the first change of weights, as in a real test.
const MIN_KNOWN: u64 = 5;

/// A unit: its batch, its arm, its number, and whether it converts in the guardrail.
#[derive(Debug, Clone, Copy)]
struct Unit {
    batch: usize,
    arm: usize,
    number: f64,
    guarded: f64,
}

/// The state of a running test.
pub(super) struct Course<'a> {
    pub setting: &'a Setting,
    units: Vec<Unit>,
    weights: Vec<u32>,
    in_batch: u64,
    /// The primary goal and the guardrail of units past their window.
    pub past: [Vec<Batch>; 2],
    known: usize,
}

/// Runs a test.
pub(super) fn run(setting: &Setting, chance: &mut Chance) -> Seen {
    let mut course = Course::new(setting);
    let mut seen = Seen::default();
    for time in 1..=setting.units + setting.window {
        if time <= setting.units {
            course.assign(time, chance);
        }
        course.learn(time.saturating_sub(setting.window));
        if time % EVERY == 0 {
            course.look(&mut seen);
        }
        if time < setting.units {
            course.reweigh();
        }
    }
    course.end(&mut seen);
    seen
}

impl<'a> Course<'a> {
    fn new(setting: &'a Setting) -> Self {
        let weights = setting.first_weights();
        let mut course =
            Self { setting, units: Vec::new(), weights, in_batch: 0, past: [vec![], vec![]], known: 0 };
        course.begin();
        course
    }

    /// Begins a batch.
    fn begin(&mut self) {
        let arms = self.setting.arms;
        for past in &mut self.past {
            past.push(Batch {
                weights: self.weights.clone(),
                arms: vec![Moments::default(); arms],
                sizes: vec![Sizes::default(); arms],
            });
        }
        self.in_batch = 0;
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
    fn assign(&mut self, time: usize, chance: &mut Chance) {
        let when = (time - 1) as f64 / self.setting.units as f64;
        let mut place = chance.uniform() * 10_000.0;
        let mut arm = 0;
        while arm + 1 < self.weights.len() && place >= f64::from(self.weights[arm]) {
            place -= f64::from(self.weights[arm]);
            arm += 1;
        }
        let effect = if arm == 1 { self.setting.effect } else { 0.0 };
        let number = self.setting.outcome.draw(self.setting.drift, when, effect, chance);
        let worse = if arm > 0 { self.setting.guardrail.worse } else { 0.0 };
        let base = if self.setting.drift == super::Drift::None { 1.0 } else { 0.5 + when };
        let guarded = f64::from(u8::from(chance.happens(self.setting.guardrail.base * base + worse)));
        self.units.push(Unit { batch: self.past[0].len() - 1, arm, number, guarded });
        self.in_batch += 1;
    }

    /// Learns the outcomes of the first `all` units.
    fn learn(&mut self, all: usize) {
        for unit in &self.units[self.known..all.min(self.units.len())] {
            for (past, number) in self.past.iter_mut().zip([unit.number, unit.guarded]) {
                past[unit.batch].arms[unit.arm].add(number);
                past[unit.batch].sizes[unit.arm].add(number);
            }
        }
        self.known = all.min(self.units.len());
    }

    fn reweigh(&mut self) {
        let all = u64::try_from(self.units.len()).unwrap_or(u64::MAX);
        if !is_full(self.in_batch, all, self.setting.arms as u64) {
            return;
        }
        if let Some(next) = self.next() {
            self.weights = next;
        }
        self.begin();
    }

    fn next(&self) -> Option<Vec<u32>> {
        let arm = |arm: usize| {
            let mut own = Moments::default();
            self.past[0].iter().for_each(|batch| own.merge(&batch.arms[arm]));
            if own.units() < MIN_KNOWN {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let converted = own.total().round() as u64;
            if self.setting.outcome.is_binary() {
                Posterior::binary(own.units(), converted)
            } else {
                Posterior::mean_of(&own)
            }
        };
        let arms: Vec<_> = (0..self.setting.arms).map(arm).collect::<Option<_>>()?;
        let control = self.setting.control_share.map(|share| (0, share));
        thompson::weights(&arms, Direction::Higher, self.setting.floor, control)
    }

    /// Returns the share of units in an arm.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand units")]
    pub fn share(&self, arm: usize) -> f64 {
        self.units.iter().filter(|unit| unit.arm == arm).count() as f64 / self.units.len() as f64
    }
}
