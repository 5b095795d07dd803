//! Measures the error rate of the verdict under frequent interim looks if the arms do not differ.
//! `VERDICT_RUNS=4000 cargo test --workspace --test pure verdicts -- --nocapture` prints it.

use domain::clock::Timestamp;
use domain::experiment::{Definition, Experiment, Seed, Status};
use domain::results::counting::totals::Totals;
use domain::results::report::Report;
use domain::results::report::stored::StoredReport;
use domain::results::verdict::Advice;
use domain::validation::typed;
use serde_json::json;
use stats::moments::Moments;
use testing::random::Random;

/// The planned units, and the number of units between two interim looks. A test gets up to twice the planned units.
const PLANNED: u64 = 80;
const LOOK_EVERY: u64 = 4;

fn launched() -> Experiment {
    let body = json!({ "test_id": "t", "name": "T", "planned_units": PLANNED,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.01 }] });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    test
}

/// Returns whether a test without a difference, with a base rate in percent, is decided at any interim look.
fn is_decided(test: &Experiment, random: &mut Random, rate: u64) -> bool {
    let (mut units, mut counts) = ([0_u64; 2], [[0_u64; 2]; 2]);
    let mut before: Option<StoredReport> = None;
    for unit in 1..=2 * PLANNED {
        let arm = usize::from(random.below(2) == 1);
        units[arm] += 1;
        counts[arm][0] += u64::from(random.below(100) < rate);
        counts[arm][1] += u64::from(random.below(100) < 10);
        if unit % LOOK_EVERY == 0 {
            let mut totals = Totals::empty(test);
            for arm in 0..2 {
                (totals.arms[arm].units, totals.strata[0][arm]) = (units[arm], units[arm]);
                for (goal, converted) in totals.arms[arm].goals.iter_mut().zip(counts[arm]) {
                    goal.converted = converted;
                    goal.moments = Moments::of_counts(converted, units[arm]);
                }
            }
            let report = Report::new(test, &totals, Timestamp::from_millis(0), before.as_ref());
            if matches!(report.verdict.decision, Advice::Ship | Advice::Stop) {
                return true;
            }
            before = Some(report.into());
        }
    }
    false
}

#[test]
fn the_verdict_errs_in_at_most_5_percent_of_tests_at_any_interim_look() {
    let runs: u32 = std::env::var("VERDICT_RUNS").map_or(120, |runs| runs.parse().unwrap());
    let (test, mut random) = (launched(), Random::new(20_261_122));
    for rate in [5, 20, 50] {
        let wrong = (0..runs).filter(|_| is_decided(&test, &mut random, rate)).count();
        let share = f64::from(u32::try_from(wrong).unwrap()) / f64::from(runs);
        println!(
            "baseline {rate} %: {:.2} % of {runs} tests without a difference were decided",
            share * 100.0
        );
        let error = 2.0 * (0.05 * 0.95 / f64::from(runs)).sqrt();
        assert!(share <= 0.05 + error, "baseline {rate} %: {share}");
    }
}
