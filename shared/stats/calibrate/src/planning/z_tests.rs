//! Sequential z tests of normal outcomes: computed and simulated power.

use stats::planning::boundary::Boundary;
use stats::planning::{Aim, Analysis, MAX_LOOKS};
use stats::spending::{LEVEL, Spending};

use crate::chance::{Chance, Rate};

/// Simulates tests of normal outcomes with a z test at a number of interim looks up to the plan and as many after
/// it. Returns how often they cross the upper boundary by the plan and by twice the plan, when the
/// standardized difference at the plan is `drift`.
#[must_use]
pub fn crossings(spending: Spending, looks: u32, drift: f64, runs: u32, seed: u64) -> [Rate; 2] {
    let critical = Boundary::of(spending, LEVEL, true, looks).critical_values();
    let (mut chance, mut found) = (Chance::new(seed), [Rate::default(); 2]);
    for _ in 0..runs {
        let (step, mut b) = (1.0 / f64::from(looks), 0.0);
        let crossed = (1..).zip(&critical).find_map(|(k, bound)| {
            b += drift * step + chance.normal() * step.sqrt();
            let z = b / (f64::from(k) * step).sqrt();
            (z.abs() >= *bound).then_some((k, z > 0.0))
        });
        for (rate, until) in found.iter_mut().zip([looks, 2 * looks]) {
            rate.count(crossed.is_some_and(|(k, up)| up && k <= until));
        }
    }
    found
}

/// Returns the table of the factor, and of computed and simulated power.
pub(super) fn table() -> String {
    const RUNS: u32 = 20_000;
    let mut lines = format!(
        "\n{RUNS} sequential z tests of the difference that 80 % find by the plan, {MAX_LOOKS} interim looks up to \
         the plan; computed and simulated, %\n\n\
         | spending | units, fixed horizon = 1 | by the plan | simulated | by twice the plan | simulated \
         |\n|---|---|---|---|---|---|\n"
    );
    for (seed, spending) in (1..).zip(Spending::ALL) {
        let aim = Aim::usual(Analysis::Sequential { spending, looks: MAX_LOOKS });
        let Some(course) = aim.course() else { continue };
        let (drift, looks) = (course.drift(aim.power), MAX_LOOKS as usize);
        let computed: Vec<_> = course.power(drift).iter().map(|own| own.power * 100.0).collect();
        let [plan, twice] = crossings(spending, MAX_LOOKS, drift, RUNS, seed);
        lines.extend([format!(
            "| {} | {:.3} | {:.1} | {plan} | {:.1} | {twice} |\n",
            spending.as_str(),
            course.factor(aim.power),
            computed[looks - 1],
            computed[2 * looks - 1]
        )]);
    }
    lines
}
