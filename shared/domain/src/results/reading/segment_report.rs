//! The primary goal by the values of a declared attribute. Among many values, some stand out by chance alone,
//! so interim looks name only those that stand out more than the most extreme value of most draws.

use serde::{Deserialize, Serialize};
use stats::rerandomization::family::Decided;
use stats::srm::{self, Stratum};

use super::comparison::Shown;
use super::interval::Interval;
use super::pair::ALPHA;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, Variant, VariantKey};
use crate::results::counting::changed_weights::{are_changed, undeclared_change};
use crate::results::counting::segment_counts::{SegmentCount, SegmentCounts};
use crate::results::counting::totals::Totals;
use crate::results::looks::Looks;
use crate::results::looks::stored::NamedValue;

/// Counts by the values of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentReport {
    /// The attribute.
    pub attribute: AttributeName,
    /// The values: the first 200 in byte order, or fewer in tests with many arms.
    pub values: Vec<SegmentValue>,
    /// All other values together.
    pub others: Vec<SegmentArm>,
}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentValue {
    /// The value as text.
    pub value: String,
    /// The p-value of the sample-ratio check of its units. Null when the weights have changed, or with too
    /// few units.
    pub sample_ratio_p: Option<f64>,
    /// Each arm.
    pub arms: Vec<SegmentArm>,
}

/// The units of one arm that have a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentArm {
    /// The variant.
    pub variant: VariantKey,
    /// Its units with this value.
    pub units: u64,
    /// Those that converted to the primary goal.
    pub converted: u64,
    /// The primary goal's difference from control, without an interval. Null for control, for ratios and adaptive
    /// tests, and without units in an arm.
    pub absolute: Option<Interval>,
    /// The direction, if an interim look has named the value.
    pub shown: Option<Shown>,
    /// The p-value of that look, corrected for all values of all attributes in all arms: at most 5 %. Null while no
    /// look has named the value.
    pub corrected_p: Option<f64>,
}

impl SegmentReport {
    /// Returns the reports of all declared attributes. Interim looks name the values that differ from control:
    /// see [`crate::results::looks::segments`]. After a change of weights, no further value is named, and the
    /// differences of all units together are left out.
    #[must_use]
    pub fn all(test: &Experiment, totals: &Totals, looks: &Looks) -> Vec<Self> {
        let segments = &totals.segments;
        let mut reports: Vec<_> = test
            .definition
            .segments
            .iter()
            .zip(segments)
            .map(|(name, found)| Self::plain(test, name, found))
            .collect();
        if undeclared_change(test, totals).is_some() {
            return reports;
        }
        let (arms, is_whole) = (test.definition.variants.len() - 1, !are_changed(test, totals));
        let estimated = is_whole && primary(test).is_some_and(|goal| goal.kind != Kind::Ratio);
        for (control, arm) in compared(test) {
            let named = named(test, arm, looks);
            for (report, found) in reports.iter_mut().zip(segments) {
                for (value, counts) in report.values.iter_mut().zip(found.values.values()) {
                    let of =
                        |own: &&NamedValue| own.attribute == report.attribute && own.value == value.value;
                    let decided = named.iter().find(of).map(|own| own.decided);
                    value.arms[arm].read((&counts[control], &counts[arm]), estimated, (decided, arms));
                }
            }
        }
        reports
    }

    /// Returns the counts without readings.
    fn plain(test: &Experiment, name: &AttributeName, found: &SegmentCounts) -> Self {
        let arms = |counts: &[SegmentCount]| -> Vec<SegmentArm> {
            let both = test.definition.variants.iter().zip(counts);
            both.map(|(variant, count)| SegmentArm::of(variant, count)).collect()
        };
        let of = |((value, counts), sample_ratio_p): ((&String, &Vec<SegmentCount>), _)| SegmentValue {
            value: value.clone(),
            sample_ratio_p,
            arms: arms(counts),
        };
        let values = found.values.iter().zip(sample_ratios(test, found)).map(of).collect();
        Self { attribute: name.clone(), values, others: arms(&found.others) }
    }
}

impl SegmentArm {
    fn of(variant: &Variant, count: &SegmentCount) -> Self {
        let SegmentCount { units, converted, .. } = *count;
        Self {
            variant: variant.key.clone(),
            units,
            converted,
            absolute: None,
            shown: None,
            corrected_p: None,
        }
    }

    /// Adds the difference from control, and the decision with its p-value corrected for the number of arms.
    fn read(
        &mut self,
        (control, own): (&SegmentCount, &SegmentCount),
        estimated: bool,
        (decided, arms): (Option<Decided>, usize),
    ) {
        if estimated && control.units > 0 && own.units > 0 {
            self.absolute = Some(Interval::of(own.paired.x().mean() - control.paired.x().mean(), None));
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 19 arms")]
        let corrected = |decided: &Decided| decided.anytime_p * arms as f64;
        if let Some(decided) = decided.filter(|decided| corrected(decided) <= ALPHA) {
            self.shown = Some(decided.side.into());
            self.corrected_p = Some(corrected(&decided));
        }
    }
}

/// Returns the values that looks have named in the comparison of an arm.
fn named<'a>(test: &Experiment, arm: usize, looks: &'a Looks) -> &'a [NamedValue] {
    let goal = primary(test).map(|goal| &goal.key);
    let watched = goal.and_then(|goal| looks.of(goal, &test.definition.variants[arm].key));
    watched.and_then(|own| own.segments.as_ref()).map_or(&[], |own| &own.named)
}

fn primary(test: &Experiment) -> Option<&Goal> {
    test.definition.goals.iter().find(|goal| goal.role == Role::Primary)
}

/// Returns control and each other arm by number. Empty in adaptive tests.
fn compared(test: &Experiment) -> impl Iterator<Item = (usize, usize)> + '_ {
    let definition = &test.definition;
    let plain = definition.allocation.mode != Mode::Adaptive;
    let control = definition.variants.iter().position(|variant| variant.is_control).filter(|_| plain);
    let others = (0..definition.variants.len()).filter(move |arm| Some(*arm) != control);
    control.into_iter().flat_map(move |control| others.clone().map(move |arm| (control, arm)))
}

/// Returns the sample-ratio check of each value, corrected for the number of values. Empty after the weights
/// have changed, because the result would depend on when units were assigned.
fn sample_ratios(test: &Experiment, found: &SegmentCounts) -> Vec<Option<f64>> {
    let [weighting] = test.weightings.as_slice() else { return vec![None; found.values.len()] };
    let weights: Vec<u32> = weighting.weights.iter().map(|weight| weight.get()).collect();
    let units: Vec<Vec<u64>> =
        found.values.values().map(|counts| counts.iter().map(|count| count.units).collect()).collect();
    let of = |units| vec![Stratum { weights: weights.clone(), units }];
    srm::by_segment(&units.iter().map(|units| of(units.as_slice())).collect::<Vec<_>>())
}
