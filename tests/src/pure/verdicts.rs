//! Measures the error rate of the verdict under frequent interim looks if the arms do not differ.
//! `VERDICT_RUNS=4000 cargo test --workspace --test pure verdicts -- --nocapture` prints it.

use domain::clock::Timestamp;
use domain::experiment::{Definition, Experiment, Goal, Seed, Status};
use domain::results::counting::totals::Totals;
use domain::results::counting::unit_rows::{UnitRow, UnitRows};
use domain::results::looks::{Looks, Watched};
use domain::results::report::Report;
use domain::results::verdict::Advice;
use domain::validation::typed;
use serde_json::json;
use stats::moments::Moments;
use testing::random::Random;

/// The planned units, and the number of units between two interim looks. A test gets up to twice the planned units.
const PLANNED: u64 = 80;
const LOOK_EVERY: u64 = 8;

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

/// Returns whether the primary goal, and whether the guardrail, of a test without a difference is decided at any interim
/// look, with a base rate in percent.
fn decided(test: &Experiment, random: &mut Random, rate: u64) -> [bool; 2] {
    let mut found = [false; 2];
    let (mut units, mut counts) = ([0_u64; 2], [[0_u64; 2]; 2]);
    let (mut looks, mut rows) = (Looks::default(), UnitRows::default());
    for unit in 1..=2 * PLANNED {
        let arm = usize::from(random.below(2) == 1);
        units[arm] += 1;
        let outcomes = [random.below(100) < rate, random.below(100) < 10];
        for (count, converted) in counts[arm].iter_mut().zip(outcomes) {
            *count += u64::from(converted);
        }
        let mut key = [0; 32];
        key.chunks_mut(8).for_each(|part| part.copy_from_slice(&random.below(u64::MAX).to_le_bytes()));
        let outcomes = outcomes.map(|converted| (f64::from(u8::from(converted)), 1.0)).to_vec();
        let (covariate, known, segments) = (None, None, Vec::new());
        rows.push(UnitRow { key, arm, weighting: 0, age_ms: i64::MAX, outcomes, covariate, known, segments });
        if unit % LOOK_EVERY == 0 {
            let mut totals = Totals::empty(test);
            for arm in 0..2 {
                (totals.arms[arm].units, totals.strata[0][arm]) = (units[arm], units[arm]);
                for (goal, converted) in totals.arms[arm].goals.iter_mut().zip(counts[arm]) {
                    goal.converted = converted;
                    goal.moments = Moments::of_counts(converted, units[arm]);
                }
            }
            totals.unit_rows = rows.clone();
            totals.matured_ms =
                test.definition.goals.iter().map(|goal| vec![unit * window_ms(goal)]).collect();
            let watched = Watched::new(test, &totals, looks).look(test, &totals);
            let report = Report::new(test, &totals, Timestamp::from_millis(0), None, &watched);
            let [primary, guardrail] = [0, 1].map(|goal| &report.goals[goal].comparisons[0]);
            found[0] |= primary.corrected_p.is_some();
            found[1] |= guardrail.guardrail.is_some_and(|own| own.broken_p <= 0.05);
            let is_final = matches!(report.verdict.decision, Advice::Ship | Advice::Stop);
            assert!(!is_final || found != [false; 2], "the verdict follows from one of them");
            looks = watched.looks;
        }
    }
    found
}

fn window_ms(goal: &Goal) -> u64 {
    u64::try_from(goal.window_ms()).unwrap()
}

#[test]
fn the_primary_goal_and_the_guardrails_each_err_in_at_most_5_percent_of_tests_at_any_interim_look() {
    let runs: u32 = std::env::var("VERDICT_RUNS").map_or(60, |runs| runs.parse().unwrap());
    let (test, mut random) = (launched(), Random::new(20_261_122));
    for rate in [5, 20, 50] {
        let mut wrong = [0_u32; 2];
        for _ in 0..runs {
            let found = decided(&test, &mut random, rate);
            wrong.iter_mut().zip(found).for_each(|(wrong, found)| *wrong += u32::from(found));
        }
        let error = 3.0 * (0.05 * 0.95 / f64::from(runs)).sqrt();
        for (wrong, of) in wrong.into_iter().zip(["primary goal", "guardrail"]) {
            let share = f64::from(wrong) / f64::from(runs);
            println!("baseline {rate} %, {of}: decided in {:.2} % of {runs} tests", share * 100.0);
            assert!(share <= 0.05 + error, "baseline {rate} %, {of}: {share}");
        }
    }
}
