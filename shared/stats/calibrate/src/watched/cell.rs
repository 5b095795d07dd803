//! One scenario at one size and with one set of weights, and what was counted in it.

use domain::results::verdict::Advice;
use stats::rerandomization::family::decide;

use super::counts::Counts;
use super::decision::watch;
use super::scenario::{Redrawn, Scenario, Weights};
use super::test::{self, Unit};
use super::{fixed, mixture, results, stages};
use crate::goals::{Random, real};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Decisions of tests without a difference.
    Levels,
    /// Decisions of tests with a difference.
    Power,
    /// Verdicts of the results of `domain` on tests without a difference.
    Results,
    /// Decisions of tests without a difference whose operator changes the weights.
    Stages,
    /// Decisions of tests with a difference whose operator changes the weights.
    StagesPower,
    /// Verdicts of the results of `domain` on tests whose operator changes the weights.
    StagesResults,
}

/// A cell of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// What is measured.
    pub measure: Measure,
    /// The scenario.
    pub scenario: &'static Scenario,
    /// The place of its size in the scenario.
    pub place: usize,
    /// The planned units of an arm, if arms were equal.
    pub size: usize,
    /// The weights.
    pub weights: &'static Weights,
    /// How units are drawn again.
    pub redrawn: Redrawn,
}

impl Cell {
    /// Returns all cells of a measure.
    #[must_use]
    pub fn all(measure: Measure, scenarios: &'static [Scenario]) -> Vec<Self> {
        let cells = scenarios.iter().flat_map(|scenario| {
            scenario.weights.iter().flat_map(move |weights| {
                let sizes = scenario.sizes.iter().enumerate();
                let redrawn = scenario.redrawn;
                sizes.map(move |(place, &size)| Self { measure, scenario, place, size, weights, redrawn })
            })
        });
        cells.collect()
    }

    /// Returns the name under which its counts are stored.
    #[must_use]
    pub fn name(&self) -> String {
        let Self { measure, scenario, size, weights, .. } = self;
        format!("{measure:?}/{}/{}/{size} units", scenario.name, weights.name)
    }

    /// Returns the seed of its units. Both measures of a scenario have different seeds.
    #[must_use]
    pub fn seed(&self) -> usize {
        // The hash of Fowler, Noll and Vo, which does not change with the toolchain.
        let start = 0xcbf2_9ce4_8422_2325_usize;
        self.name()
            .bytes()
            .fold(start, |hash, byte| (hash ^ usize::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// Returns the share by which the first treatment raises the mean.
    #[must_use]
    pub fn lift(&self) -> f64 {
        self.scenario.lifts.get(self.place).copied().unwrap_or(0.0)
    }

    /// Returns the planned units of all arms.
    #[must_use]
    pub fn planned(&self) -> f64 {
        real(self.size * self.weights.first.len())
    }

    /// Simulates the repetitions of this range. The result does not depend on how a range is divided.
    #[must_use]
    pub fn simulate(&self, repetitions: std::ops::Range<usize>, draws: usize) -> Counts {
        let (mut counts, mut boundaries) = (Counts::default(), stages::Boundaries::new());
        for repetition in repetitions {
            let units = test::units(self, repetition);
            counts.add(&match self.measure {
                Measure::Results | Measure::StagesResults => self.verdict(&units),
                Measure::Stages | Measure::StagesPower => {
                    stages::count(self, &units, (repetition, draws), &mut boundaries)
                }
                Measure::Levels if self.weights.first.len() > 2 => self.family(&units, draws),
                Measure::Levels | Measure::Power => self.pair(&units, repetition, draws),
            });
        }
        counts
    }

    fn pair(&self, units: &[Unit], repetition: usize, draws: usize) -> Counts {
        let found = watch(self, units, 1, draws).levels[0].decided.map(|decided| decided.information);
        let seed = Random::of("mixture", self.seed(), repetition).seed();
        let mixture = mixture::decided(self, units, seed);
        let fixed = self.measure == Measure::Power
            && fixed::p_value(self, units, repetition).is_some_and(|p_value| p_value <= 0.05);
        let by_plan = |information: Option<f64>| u32::from(information.is_some_and(|at| at <= 1.0 + 1e-9));
        Counts {
            runs: 1,
            by_plan: by_plan(found),
            decided: u32::from(found.is_some()),
            information: found.unwrap_or(2.0),
            fixed: u32::from(fixed),
            mixture_by_plan: by_plan(mixture),
            mixture: u32::from(mixture.is_some()),
            mixture_information: mixture.unwrap_or(2.0),
            ..Counts::default()
        }
    }

    /// Counts a test that the results of `domain` ship or stop.
    fn verdict(&self, units: &[Unit]) -> Counts {
        let found = results::compare(self, units);
        let decides = |verdict: &Advice| matches!(verdict, Advice::Ship | Advice::Stop);
        Counts {
            runs: 1,
            decided: u32::from(found.as_ref().is_ok_and(|(ended, _)| decides(&ended.verdict))),
            differ: u32::from(!found.is_ok_and(|(_, is_same)| is_same)),
            ..Counts::default()
        }
    }

    /// Counts tests in which a treatment without a lift was decided, beside one that has a lift.
    fn family(&self, units: &[Unit], draws: usize) -> Counts {
        let watches: Vec<_> =
            (1..self.weights.first.len()).map(|arm| watch(self, units, arm, draws)).collect();
        let decided = decide(&watches.iter().map(Some).collect::<Vec<_>>());
        let wrong = decided[1..].iter().flatten();
        let first = wrong.map(|(decided, _)| decided.information).reduce(f64::min);
        Counts {
            runs: 1,
            by_plan: u32::from(first.is_some_and(|at| at <= 1.0 + 1e-9)),
            decided: u32::from(first.is_some()),
            information: first.unwrap_or(2.0),
            ..Counts::default()
        }
    }
}
