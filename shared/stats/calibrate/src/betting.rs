//! The exact e-value of a binary goal: how often it finds a difference, and how often one that does not exist.

use std::fmt::Write as _;

use stats::agresti_caffo::Rate as Counts;
use stats::betting::{Plan, Stratum, betting};
use stats::permutation::rates;

use crate::chance::{Chance, Rate};

/// A test of two arms with binary outcomes.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The share of units that convert in control and in treatment.
    pub rates: [f64; 2],
    /// The probability of treatment.
    pub share: f64,
    /// The planned units of both arms.
    pub planned: u32,
    /// The declared base rate.
    pub baseline: Option<f64>,
    /// Whether the weights are swapped by results: after half of the planned units, the arm ahead gets four
    /// fifths of the units.
    pub moved: bool,
}

/// How often a difference is found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    /// By the permutation test, once, at the planned units.
    pub fixed: Rate,
    /// By the e-value, at any interim look up to the planned units.
    pub planned: Rate,
    /// By the e-value, at any interim look up to twice as many.
    pub twice: Rate,
}

/// Simulates tests with an interim look after every unit.
#[must_use]
pub fn simulate(setting: &Setting, runs: u32, seed: u64) -> Found {
    let mut chance = Chance::new(seed);
    let mut found = Found::default();
    let none = Counts { converted: 0, units: 0 };
    let plan = Plan { units: f64::from(setting.planned), share: setting.share, baseline: setting.baseline };
    for _ in 0..runs {
        let mut strata = vec![Stratum { share: setting.share, control: none, treatment: none }];
        let mut first = None;
        for unit in 1..=2 * setting.planned {
            if setting.moved && unit == setting.planned / 2 {
                let ahead = ahead(&strata[0]);
                strata.push(Stratum { share: if ahead { 0.8 } else { 0.2 }, control: none, treatment: none });
            }
            let last = strata.len() - 1;
            let treated = chance.happens(strata[last].share);
            let arm = if treated { &mut strata[last].treatment } else { &mut strata[last].control };
            arm.units += 1;
            arm.converted += u64::from(chance.happens(setting.rates[usize::from(treated)]));
            if first.is_none() && betting(&strata, &plan).is_some_and(|own| own.e_value >= 20.0) {
                first = Some(unit);
            }
            if unit == setting.planned {
                let tested = rates(strata[0].control, strata[0].treatment);
                found.fixed.count(tested.is_some_and(|tested| tested.p_value <= 0.05));
            }
        }
        found.planned.count(first.is_some_and(|unit| unit <= setting.planned));
        found.twice.count(first.is_some());
    }
    found
}

/// Returns whether treatment has the greater rate.
fn ahead(stratum: &Stratum) -> bool {
    let Stratum { control, treatment, .. } = stratum;
    treatment.converted * control.units > control.converted * treatment.units
}

/// Returns the table of this family.
#[must_use]
pub fn table() -> String {
    let runs = 4_000;
    let mut text = format!(
        "An interim look after every unit, {runs} tests per row, %\n\n\
         | control | treatment | weights | plan | permutation, once at the plan | e-value, up to the plan | up \
         to twice the plan | with the declared base rate, up to the plan | up to twice the plan | without a \
         difference, up to twice the plan | and weights moved by results |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n"
    );
    for (control, treatment, share, planned) in [
        (0.05, 0.28, 0.5, 80),
        (0.2, 0.49, 0.5, 80),
        (0.2, 0.38, 0.5, 200),
        (0.5, 0.8, 0.5, 80),
        (0.02, 0.06, 0.5, 800),
        (0.2, 0.57, 0.8, 80),
        (0.2, 0.56, 0.2, 80),
        (0.9, 0.64, 0.5, 80),
    ] {
        let base = Setting { rates: [control, treatment], share, planned, baseline: None, moved: false };
        let plain = simulate(&base, runs, 51);
        let declared = simulate(&Setting { baseline: Some(control), ..base }, runs, 51);
        let equal = Setting { rates: [control, control], ..base };
        let without = simulate(&equal, runs, 52);
        let moved = simulate(&Setting { moved: true, ..equal }, runs, 53);
        let weights = 100.0 - 100.0 * share;
        let _ = writeln!(
            text,
            "| {:.0} % | {:.0} % | {weights:.0}:{:.0} | {planned} | {} | {} | {} | {} | {} | {} | {} |",
            100.0 * control,
            100.0 * treatment,
            100.0 * share,
            plain.fixed,
            plain.planned,
            plain.twice,
            declared.planned,
            declared.twice,
            without.twice,
            moved.twice
        );
    }
    text
}
