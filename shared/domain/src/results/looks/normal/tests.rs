use serde_json::json;
use stats::joint::Joint;
use stats::moments::Moments;

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{Definition, Seed, Status, Weighting};
use crate::results::counting::unit_rows::UnitRows;
use crate::results::looks::Watched;
use crate::results::reading::comparison::Comparison;
use crate::results::report::Report;
use crate::validation::typed;

const DAY: u64 = 86_400_000;

fn test() -> Experiment {
    let body = json!({ "test_id": "t", "name": "T", "planned_units": 300_000,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 1 },
                  { "key": "s", "kind": "sum", "role": "secondary", "window_days": 1 },
                  { "key": "n", "kind": "count", "role": "none", "window_days": 1 },
                  { "key": "r", "kind": "ratio", "role": "secondary", "numerator": "s", "denominator": "n" }] });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    test
}

/// Arms of these units, of which these convert, each with an amount of 1 to 4 per unit.
fn counted(test: &Experiment, arms: [(u64, u64); 2]) -> Totals {
    let mut totals = Totals::empty(test);
    totals.unit_rows = UnitRows::too_many();
    for (at, (units, converted)) in arms.into_iter().enumerate() {
        totals.arms[at].units = units;
        totals.strata[0][at] = units;
        let mut joint = Joint::default();
        for (n, amount) in (0..units).zip([1.0, 2.0, 3.0, 4.0].into_iter().cycle()) {
            joint.add(if n < converted { amount } else { 0.0 }, 2.0);
        }
        let goals = &mut totals.arms[at].goals;
        (goals[0].moments, goals[0].converted) = (Moments::of_counts(converted, units), converted);
        goals[1].moments = *joint.x();
        (goals[3].moments, goals[3].paired) = (*joint.x(), joint);
    }
    let all = arms[0].0 + arms[1].0;
    totals.matured_ms = vec![vec![all * DAY]; 4];
    totals
}

fn read(test: &Experiment, totals: &Totals, looks: Looks) -> (Looks, Vec<Comparison>) {
    let watched = Watched::new(test, totals, looks).look(test, totals);
    let report = Report::new(test, totals, Timestamp::from_millis(1), None, &watched);
    let all = [0, 1, 3].map(|goal| report.goals[goal].comparisons[0].clone());
    (watched.looks, all.to_vec())
}

#[test]
fn more_units_than_can_be_drawn_are_decided_by_their_moments() {
    let test = test();
    let (looks, open) =
        read(&test, &counted(&test, [(110_000, 10_000), (112_000, 10_200)]), Looks::default());
    assert!(
        open.iter().all(|own| own.p_value.is_none() && own.interim_looks.is_some_and(|own| own.looks == 1))
    );
    let totals = counted(&test, [(150_000, 13_600), (152_000, 15_000)]);
    let (later, decided) = read(&test, &totals, looks);
    for own in &decided {
        let look = own.interim_looks.unwrap().decision.unwrap();
        assert_eq!((look.look, own.approximate), (2, Some(Approximation::ManyUnits)));
        assert!(own.relative.low.is_some_and(|low| low > 0.0) && own.relative.high.is_some(), "{own:?}");
    }
    assert!(decided[0].absolute.low.is_some() && decided[1].absolute.low.is_none());
    let (again, _) = read(&test, &totals, later.clone());
    assert_eq!(again, later, "a repeated count is no look");
    let watched = Watched::new(&test, &totals, later.clone());
    assert!(!watched.is_last_look_due(&test, &totals));
    assert!(Watched::new(&test, &totals, Looks::default()).is_last_look_due(&test, &totals));
}

#[test]
fn uneven_arms_few_conversions_and_changed_weights_have_no_look_with_a_reason() {
    let mut test = test();
    let reason = |test: &Experiment, totals: &Totals| {
        let (looks, found) = read(test, totals, Looks::default());
        assert_eq!((looks.comparisons().len(), found[0].interim_looks), (0, None));
        found[0].warnings.join(" ")
    };
    let uneven = counted(&test, [(100_000, 9_000), (201_000, 19_000)]);
    assert!(reason(&test, &uneven).contains("more than twice the accounts"), "{}", reason(&test, &uneven));
    assert!(
        reason(&test, &counted(&test, [(110_000, 900), (112_000, 990)])).contains("too few of them carry")
    );
    let mut changed = counted(&test, [(110_000, 10_000), (112_000, 11_000)]);
    test.weightings.push(Weighting { revision: 2, weights: test.weightings[0].weights.clone() });
    changed.strata.push(vec![5, 5]);
    assert!(reason(&test, &changed).contains("the weights have changed"));
}
