//! The always-valid mixture at the same looks, for comparison.

use stats::always_valid::SequentialTest;
use stats::cuped::cuped;
use stats::delta;
use stats::joint::Joint;
use stats::permutation::{self, Drawing};

use super::cell::Cell;
use super::decision::{Look, Observed};
use super::outcome::Kind;
use super::test::{LAST_DAY, Unit};

/// Permutations that confirm a ratio.
const DRAWS: u32 = 2_000;

/// Returns the information at the first look at which the always-valid p-value is 5 % or less. None when there is
/// no such look.
#[must_use]
pub fn decided(cell: &Cell, units: &[Unit], seed: [u8; 32]) -> Option<f64> {
    let planned = cell.planned();
    let test = SequentialTest::new(0.05, planned)?;
    (1..=LAST_DAY).find_map(|day| {
        let look = Look::of(units, 1, day);
        differs(cell, &look, &test, seed).then_some(look.matured / planned)
    })
}

fn differs(cell: &Cell, look: &Look<'_>, test: &SequentialTest, seed: [u8; 32]) -> bool {
    let (mut arms, mut pairs) = ([Joint::default(), Joint::default()], [Vec::new(), Vec::new()]);
    let kind = cell.scenario.outcome.kind();
    for Observed { unit, value, .. } in &look.units {
        let (number, second) = value.pair;
        arms[unit.arm].add(number, if kind == Kind::Adjusted { value.covariate } else { second });
        pairs[unit.arm].push(value.pair);
    }
    let [control, treatment] = &arms;
    let found = match kind {
        Kind::Adjusted => cuped(control, treatment).and_then(|adjusted| test.look_adjusted(&adjusted)),
        Kind::Amounts => {
            control.x().sample().zip(treatment.x().sample()).and_then(|(a, b)| test.look(&a, &b))
        }
        Kind::Ratios => {
            delta::sample(control).zip(delta::sample(treatment)).and_then(|(a, b)| test.look(&a, &b))
        }
    };
    let Some(found) = found.filter(|found| found.p_value <= 0.05) else { return false };
    if kind != Kind::Ratios {
        return true;
    }
    let chance = permutation::ratios(&pairs[0], &pairs[1], &Drawing { seed, draws: DRAWS });
    let chance = chance.map_or(1.0, |tested| tested.p_value);
    let units = crate::goals::real(look.units.len());
    test.confirmed(&found, chance, units).p_value <= 0.05
}
