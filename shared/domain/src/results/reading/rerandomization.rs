//! Rerandomization tests of known units: how often would another seed that balances the arms at least as well
//! give a difference at least as great? The method is `stats::balance::test`.

use stats::balance::{DRAWS, Randomized, Statistic, studentised, studentised_ratios, test};

use crate::experiment::Experiment;
use crate::experiment::goal::Kind;
use crate::results::counting::totals::Totals;

/// Returns the p-value of each goal, in the definition's order. Units that have not requested an assignment
/// yet are left out.
///
/// Returns None without a list, while an arm has fewer than two units, and when a unit's arm differs from the
/// arm that the seed gives it.
#[must_use]
pub fn tested(test: &Experiment, totals: &Totals) -> Option<Vec<Randomized>> {
    let (definition, balance) = (&test.definition, test.balance.as_ref()?);
    let control = definition.variants.iter().position(|variant| variant.is_control)?;
    let treatment = definition.variants.iter().position(|variant| !variant.is_control)?;
    let mut randomize = definition.randomize(&balance.root);
    let mut own = vec![0; totals.known.len()];
    randomize(balance.number, &mut own);
    let randomized = || totals.known.iter().zip(&own).filter_map(|(unit, &arm)| Some((unit.as_ref()?, arm)));
    let units = |arm: usize| randomized().filter(|(_, own)| *own == arm).count();
    if units(control) < 2 || units(treatment) < 2 || randomized().any(|(unit, arm)| unit.arm != arm) {
        return None;
    }
    let of = |goal: usize| totals.known.iter().map(move |unit| unit.as_ref()?.outcomes.get(goal).copied());
    let goals = || definition.goals.iter().enumerate();
    let numbers: Vec<Vec<_>> =
        goals().map(|(n, _)| of(n).map(|own| own.map(|own| own.0)).collect()).collect();
    let pairs: Vec<Vec<_>> = goals().map(|(n, _)| of(n).collect()).collect();
    let statistics: Vec<Box<Statistic<'_>>> = goals()
        .map(|(n, goal)| -> Box<Statistic<'_>> {
            match goal.kind {
                Kind::Ratio => Box::new(studentised_ratios(&pairs[n], control, treatment)),
                _ => Box::new(studentised(&numbers[n], control, treatment)),
            }
        })
        .collect();
    let statistics: Vec<&Statistic<'_>> = statistics.iter().map(Box::as_ref).collect();
    let arms = definition.variants.len();
    self::test(&definition.sheet(), arms, &balance.choice(), DRAWS, randomize, &statistics)
}
