//! Tests of ratios: which units dominate them, and when their formula is sufficient.

use super::*;

/// Totals of a ratio of accounts given as (conversions, visitors).
fn ratio(test: &Experiment, arms: [&[(f64, f64)]; 2]) -> Totals {
    let mut totals = totals(test, &arms.map(|arm| (arm.len() as u64, 0, 0)));
    let place = test.definition.goals.iter().position(|goal| goal.parts.is_some()).unwrap();
    for (arm, units) in totals.arms.iter_mut().zip(arms) {
        let goal = &mut arm.goals[place];
        goal.moments = Moments::default();
        for (x, y) in units {
            goal.moments.add(*x);
            goal.paired.add(*x, *y);
            goal.numbers.push(*x, *y);
            goal.sizes.add(*x);
            goal.bases.add(*y);
            goal.converted += 1;
        }
    }
    let goals = test.definition.goals.len();
    let unit =
        |pair: &(f64, f64)| (0..goals).map(|goal| if goal == place { *pair } else { (0.0, 1.0) }).collect();
    with_units(test, totals, &arms.map(|arm| arm.iter().map(unit).collect()))
}

fn ratio_test(role: &str) -> Experiment {
    let mut own = json!({ "key": "rate", "kind": "ratio", "numerator": "calls", "denominator": "visits", "role": role });
    let mut goals = vec![
        json!({ "key": "calls", "kind": "count", "role": "none" }),
        json!({ "key": "visits", "kind": "count", "role": "none" }),
    ];
    if role == "guardrail" {
        (own["margin"], own["direction"]) = (json!(0.01), json!("lower"));
        goals.push(json!({ "key": "booked", "kind": "binary", "role": "primary" }));
    }
    goals.push(own);
    test(&json!({ "goals": goals }))
}

/// Forty accounts of about 48 visitors whose rate is about a tenth, with `extra` more conversions for each
/// ten visitors.
fn accounts(extra: f64) -> Vec<(f64, f64)> {
    let one = |n: u32| {
        (f64::from(n * 7 % 11) + (extra * f64::from(4 + n % 2)).floor(), f64::from(40 + 17 * n % 19))
    };
    (0..40).map(one).collect()
}

#[test]
fn a_ratio_dominated_by_one_account_gives_no_decision_and_a_warning() {
    let mut large = accounts(0.0);
    large[7] = (8_000.0, 20_000.0);
    for role in ["primary", "guardrail"] {
        let test = ratio_test(role);
        let totals = ratio(&test, [&accounts(0.0), &large]);
        let report = first_look(&test, &totals, Timestamp::from_millis(1), None);
        assert_eq!(report.verdict.decision, Advice::KeepRunning, "{role} {:?}", report.verdict);
        let warned = serde_json::to_value(&report.warnings).unwrap();
        assert_eq!(
            (&warned[0]["code"], &warned[0]["goal"], &warned[0]["variant"]),
            (&json!("dominant_unit"), &json!("rate"), &json!("new")),
            "{warned}"
        );
        assert!((warned[0]["share"].as_f64().unwrap() - 0.914).abs() < 0.02, "{warned}");
        let read = report.goals.last().unwrap().comparisons[0].clone();
        assert!(read.warnings.iter().any(|result| result.contains("of the denominator of new")), "{read:?}");
        let low = read.relative.low;
        assert!(low.is_none_or(|low| low <= 0.0), "the interval agrees with the p-value: {read:?}");
    }
}

#[test]
fn a_ratio_of_similar_accounts_leads_to_a_decision() {
    let test = ratio_test("primary");
    let result = |extra| {
        let totals = ratio(&test, [&accounts(0.0), &accounts(extra)]);
        first_look(&test, &totals, Timestamp::from_millis(1), None)
    };
    assert_eq!(result(2.0).verdict.decision, Advice::Ship, "{:?}", result(2.0).verdict);
    assert!(result(2.0).warnings.is_empty());
    assert_eq!(result(0.0).verdict.decision, Advice::KeepRunning);
    let test = ratio_test("guardrail");
    let totals = ratio(&test, [&accounts(0.0), &accounts(2.0)]);
    let result = first_look(&test, &totals, Timestamp::from_millis(1), None).verdict;
    assert_eq!(result.sentence, "Stop: new breaks the guardrail rate.", "{result:?}");
}
