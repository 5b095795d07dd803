//! One goal in all arms: each arm by itself, and each other arm compared with control.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stats::balance::Randomized;
use stats::families::holm;

use super::arm::{ArmReport, arm_reports};
use super::betting::Betting;
use super::chance::{Allowance, Chance};
use super::comparison::{Comparison, Guarded};
use super::looked::{Basis, Looked, no_guardrail, no_look};
use super::pair::{Pair, end};
use super::plan::{never_negative, planned, until_plan};
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::{Experiment, GoalKey, Status, VariantKey};
use crate::results::counting::batches::batches;
use crate::results::counting::changed_weights::{are_changed, undeclared_change};
use crate::results::counting::totals::{GoalTotals, Totals};
use crate::results::looks::normal::{applies, samples};
use crate::results::looks::stored::WatchedComparison;
use crate::results::looks::terms::terms;
use crate::results::looks::{Looks, Watched, guardrail};

/// One goal in all arms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalReport {
    /// Its key.
    pub goal: GoalKey,
    /// The kind of the goal.
    pub kind: Kind,
    /// The role of the goal.
    pub role: Role,
    /// Each arm by itself.
    pub arms: Vec<ArmReport>,
    /// Each other arm compared with control.
    pub comparisons: Vec<Comparison>,
}

impl GoalReport {
    /// Reads the goal numbered `index`. `rerandomized` contains the rerandomization tests of known units.
    #[must_use]
    pub fn new(
        test: &Experiment,
        totals: &Totals,
        index: usize,
        goal: &Goal,
        budget: &mut Allowance,
        rerandomized: Option<&[Randomized]>,
        watched: &Watched,
    ) -> Self {
        let variants = &test.definition.variants;
        let arms: Vec<&GoalTotals> = totals.arms.iter().map(|arm| &arm.goals[index]).collect();
        let control = variants.iter().position(|v| v.is_control);
        let fixed = test.definition.allocation.mode != Mode::Adaptive
            && !are_changed(test, totals)
            && undeclared_change(test, totals).is_none();
        let others = (0..variants.len()).filter(|arm| Some(*arm) != control);
        let mut compare = |arm: usize| {
            let tested = || rerandomized.and_then(|all| all.get(index).copied());
            let rerandomized = test.balance.is_some().then(tested);
            let chance = Chance { seed: drawn_from(test), budget: &mut *budget, rerandomized };
            compare(test, totals, goal, (control?, arm), &arms, chance, watched)
        };
        Self {
            goal: goal.key.clone(),
            kind: goal.kind,
            role: goal.role,
            arms: arm_reports(test, goal, &arms, fixed),
            comparisons: others.filter_map(&mut compare).collect(),
        }
    }

    /// Returns the comparison of an arm with control.
    #[must_use]
    pub fn of(&self, variant: &VariantKey) -> Option<&Comparison> {
        self.comparisons.iter().find(|comparison| comparison.variant == *variant)
    }
}

fn compare(
    test: &Experiment,
    totals: &Totals,
    goal: &Goal,
    (control, arm): (usize, usize),
    arms: &[&GoalTotals],
    chance: Chance<'_>,
    watched: &Watched,
) -> Option<Comparison> {
    let definition = &test.definition;
    let variant = &definition.variants[arm].key;
    if definition.allocation.mode == Mode::Adaptive {
        return adaptive(test, totals, goal, (control, arm));
    }
    let pair = Pair { kind: goal.kind, control: arms.get(control)?, treatment: arms.get(arm)? };
    let names = (&definition.variants[control].key, variant);
    let index = definition.goals.iter().position(|own| own.key == goal.key)?;
    let of = watched.looks.of(&goal.key, variant);
    let (basis, no_looks) = match watched.arm(arm).and_then(|own| own.goal(index)) {
        Some(draws) => (Basis::Draws(draws), None),
        None if applies(test, totals) && goal.role != Role::None => of_many(test, totals, goal, &pair, of),
        None => (Basis::Nothing, None),
    };
    let looked = (Looked { watched: of, basis }, definition.spending);
    let chance = (!are_changed(test, totals)).then_some(chance);
    let mut read = Comparison::fixed(goal, names, &pair, looked, chance);
    read.warnings.extend(no_looks.map(str::to_owned));
    if goal.role == Role::Guardrail {
        let missing = guardrail::method(test, totals, index, (control, arm)).err().map(no_guardrail);
        read = read.guarded_now(missing.or(applies(test, totals).then_some(MANY_UNITS_GUARDED)));
    }
    let read = read.bounded(goal.kind == Kind::Binary, never_negative(test, goal));
    let read = match undeclared_change(test, totals) {
        Some(why) => read.withheld(why),
        None => read,
    };
    Some(Comparison { betting: Betting::read(test, totals, (index, goal), (control, arm)), ..read })
}

/// Why a guardrail is not read above the number of units that can be drawn again.
const MANY_UNITS_GUARDED: &str = "The guardrail has no reading: there are too many accounts to draw them again. Decide by \
                                  its estimate whether to ship the variant.";

/// Returns at which moments a look at too many units to draw is taken, or why there is none.
fn of_many(
    test: &Experiment,
    totals: &Totals,
    goal: &Goal,
    pair: &Pair<'_>,
    watched: Option<&WatchedComparison>,
) -> (Basis<'static>, Option<&'static str>) {
    match samples(test, totals, goal, pair) {
        Ok(both) => {
            let own = watched.and_then(|own| own.normal.as_ref());
            (Basis::Moments(both, own.map(|own| own.tails(&terms(test, goal))).unwrap_or_default()), None)
        }
        Err(why) => (Basis::Nothing, Some(no_look(why))),
    }
}

/// Compares an arm of an adaptive test with control.
fn adaptive(
    test: &Experiment,
    totals: &Totals,
    goal: &Goal,
    (control, arm): (usize, usize),
) -> Option<Comparison> {
    let variant = &test.definition.variants[arm].key;
    let index = test.definition.goals.iter().position(|own| own.key == goal.key)?;
    let batches = batches(test, totals, index);
    let over =
        matches!(test.status, Status::Stopped | Status::Shipped | Status::Archived) && totals.immature == 0;
    let final_batches = over.then(|| until_plan(test, totals)).flatten();
    let planned = planned(test, (control, arm))?;
    Some(match goal.role {
        Role::Primary => {
            Comparison::adaptive(goal.kind, variant, &batches, (control, arm), planned, (over, final_batches))
                .bounded(goal.kind == Kind::Binary, never_negative(test, goal))
        }
        Role::Guardrail => {
            let guarded = goal.margin.map(|margin| {
                Guarded::adaptive(&batches, (control, arm), (margin, end(goal.direction)), readings(test))
            });
            Comparison { guardrail: guarded, ..Comparison::biased(variant) }
        }
        _ => Comparison::biased(variant),
    })
}

/// Returns the number of readings of guardrails, over which their error rate is divided: for each guardrail, one for
/// each treatment.
fn readings(test: &Experiment) -> usize {
    let goals = &test.definition.goals;
    goals.iter().filter(|goal| goal.role == Role::Guardrail).count() * (test.definition.variants.len() - 1)
}

/// Returns the seed of permutations. It is the same in every report of a phase, and reveals nothing of the
/// test's own seed, which is secret.
fn drawn_from(test: &Experiment) -> [u8; 32] {
    let mut bytes = [0; 32];
    let name = format!("{} {}", test.definition.test_id, test.phase);
    bytes.copy_from_slice(&Sha256::digest(name.as_bytes()));
    bytes
}

/// Corrects the p-values by Holm: all secondary goals in all arms are one family, and the primary goal in all arms is
/// another. Guardrails are corrected in the verdict. The family of an adaptive test is its primary goal.
pub fn correct(test: &Experiment, looks: &Looks, goals: &mut [GoalReport]) {
    for role in [Role::Primary, Role::Secondary] {
        let own = || goals.iter().filter(|goal| goal.role == role).flat_map(|goal| &goal.comparisons);
        let corrected: Vec<Option<f64>> = if test.definition.allocation.mode == Mode::Adaptive {
            holm(&own().map(|comparison| comparison.p_value).collect::<Vec<_>>())
        } else {
            looks.decided(test, role).into_iter().map(|own| own.map(|(_, corrected)| corrected)).collect()
        };
        let mut corrected = corrected.into_iter();
        for goal in goals.iter_mut().filter(|goal| goal.role == role) {
            for comparison in &mut goal.comparisons {
                comparison.corrected_p = corrected.next().flatten().filter(|_| comparison.p_value.is_some());
            }
        }
    }
}
