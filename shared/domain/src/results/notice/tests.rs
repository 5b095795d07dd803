//! Tests of which facts are announced, and that each is announced once.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stats::moments::Moments;

use super::record::NoticeRecord;
use super::*;
use crate::experiment::{Definition, Seed};
use crate::results::counting::totals::Totals;
use crate::results::counting::unit_rows::UnitRow;
use crate::results::looks::{Looks, Watched};
use crate::validation::typed;

const DAY: i64 = 86_400_000;
const START: i64 = 1_795_255_200_000;

fn at(days: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of some weeks")]
    Timestamp::from_millis(START + (days * 86_400_000.0) as i64)
}

fn acme() -> Workspace {
    Workspace::parse("acme").unwrap()
}

/// A running test of control and two variants with a primary goal and a guardrail.
fn launched(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "pricing-page", "name": "Pricing page", "planned_units": 1_000,
        "variants": [{ "key": "control", "weight": 3_400, "is_control": true }, { "key": "calculator", "weight": 3_300 },
                     { "key": "quiz", "weight": 3_300 }],
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.05 }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), at(0.0));
    test.status = Status::Running;
    test
}

/// Returns totals of 300 units in each arm, with these conversions of each goal.
fn totals(test: &Experiment, booked: [u64; 3], opt_out: [u64; 3]) -> Totals {
    let mut totals = Totals::empty(test);
    totals.outcomes[0].counted = booked.iter().sum();
    for (arm, units) in [(0, 306_u64), (1, 297), (2, 297)] {
        (totals.arms[arm].units, totals.strata[0][arm]) = (units, units);
        for (goal, converted) in [(0, booked[arm]), (1, opt_out[arm])] {
            totals.arms[arm].goals[goal].converted = converted;
            totals.arms[arm].goals[goal].moments = Moments::of_counts(converted, units);
        }
        for unit in 0..units {
            totals.unit_rows.push(row(arm, unit, [booked[arm], opt_out[arm]]));
        }
    }
    let windows = test.definition.goals.iter().map(|goal| u64::try_from(goal.window_ms()).unwrap());
    totals.matured_ms = windows.map(|window| vec![900 * window]).collect();
    totals
}

/// A unit of an arm in which the first units convert.
fn row(arm: usize, unit: u64, converted: [u64; 2]) -> UnitRow {
    let key = Sha256::digest(format!("{arm} {unit}").as_bytes()).into();
    let outcomes = converted.map(|converted| (f64::from(u8::from(unit < converted)), 1.0)).to_vec();
    UnitRow {
        key,
        arm,
        weighting: 0,
        age_ms: i64::MAX,
        outcomes,
        covariate: None,
        known: None,
        segments: Vec::new(),
    }
}

/// Returns the report of a count at which each comparison takes its first look.
fn report(test: &Experiment, totals: &Totals, days: f64) -> Report {
    let watched = Watched::new(test, totals, Looks::default()).look(test, totals);
    Report::new(test, totals, at(days), None, &watched)
}

fn next(record: &mut NoticeRecord, test: &Experiment, report: &Report) -> Vec<Notice> {
    let (notices, after) = record.next(&acme(), test, report);
    // The record is stored as JSON.
    *record = serde_json::from_value(serde_json::to_value(after).unwrap()).unwrap();
    notices
}

fn lines(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(Notice::line).collect()
}

const EVEN: [u64; 3] = [30, 30, 30];
const NONE: [u64; 3] = [0; 3];

#[test]
fn a_decision_is_announced_once_in_each_phase_even_if_it_is_withdrawn_for_a_while() {
    let (mut test, mut record) = (launched(&json!({})), NoticeRecord::default());
    let (open, better) = (totals(&test, EVEN, NONE), totals(&test, [30, 150, 30], NONE));
    assert_eq!(next(&mut record, &test, &report(&test, &open, 1.0)), []);
    let first = next(&mut record, &test, &report(&test, &better, 2.0));
    assert_eq!(lines(&first), ["decided: test pricing-page: Ship calculator: it is better than control."]);
    let variant = VariantKey::parse("calculator").ok();
    assert_eq!(first[0].fact, Fact::Decided { decision: Advice::Ship, variant });
    assert_eq!((first[0].at, first[0].phase, first[0].workspace.as_str()), (at(2.0), 1, "acme"));
    for (day, totals) in [(3.0, &better), (4.0, &open), (5.0, &better)] {
        assert_eq!(next(&mut record, &test, &report(&test, totals, day)), []);
    }
    test.phase = 2;
    let again = next(&mut NoticeRecord::default(), &test, &report(&test, &better, 6.0));
    assert_eq!((lines(&again), again[0].id == first[0].id), (lines(&first), false));
}

#[test]
fn another_variant_or_another_decision_is_another_notice() {
    let (test, mut record) = (launched(&json!({})), NoticeRecord::default());
    let mut ids = std::collections::BTreeSet::new();
    for (booked, decision) in
        [([30, 150, 30], Advice::Ship), ([30, 30, 150], Advice::Ship), ([150, 30, 30], Advice::Stop)]
    {
        let notices = next(&mut record, &test, &report(&test, &totals(&test, booked, NONE), 1.0));
        let [notice] = &notices[..] else { panic!("{notices:?}") };
        assert!(matches!(notice.fact, Fact::Decided { decision: own, .. } if own == decision));
        ids.insert(notice.id.clone());
    }
    assert_eq!(ids.len(), 3);
}

#[test]
fn an_id_depends_on_the_fact_alone() {
    let test = launched(&json!({}));
    let one = |workspace: &str, booked: [u64; 3], day: f64| {
        let report = report(&test, &totals(&test, booked, NONE), day);
        let workspace = Workspace::parse(workspace).unwrap();
        NoticeRecord::default().next(&workspace, &test, &report).0.remove(0).id
    };
    let id = one("acme", [30, 150, 30], 1.0);
    assert_eq!(
        id, "9e5ba7ffbea19b16547454403563cc1e",
        "receivers compare ids with those of earlier releases"
    );
    assert_eq!(id, one("acme", [31, 151, 30], 2.0), "other counts at another time");
    assert_ne!(id, one("globex", [30, 150, 30], 1.0));
}

#[test]
fn a_broken_guardrail_is_announced_for_its_variant() {
    let (test, mut record) = (launched(&json!({})), NoticeRecord::default());
    let broken = totals(&test, EVEN, [3, 120, 3]);
    let notices = next(&mut record, &test, &report(&test, &broken, 1.0));
    assert_eq!(
        lines(&notices),
        ["guardrail broken: test pricing-page: calculator breaks the guardrail opt-out."]
    );
    assert_eq!(next(&mut record, &test, &report(&test, &broken, 2.0)), []);
    let both = totals(&test, EVEN, [3, 120, 120]);
    let notices = next(&mut record, &test, &report(&test, &both, 3.0));
    assert_eq!(
        lines(&notices),
        [
            "decided: test pricing-page: Stop: every variant is worse than control or breaks a guardrail.",
            "guardrail broken: test pricing-page: quiz breaks the guardrail opt-out."
        ]
    );
}

#[test]
fn a_sample_ratio_mismatch_is_announced_in_place_of_what_the_readings_show() {
    let (test, mut record) = (launched(&json!({})), NoticeRecord::default());
    let mut broken = totals(&test, [30, 150, 30], [3, 120, 3]);
    (broken.arms[0].units, broken.strata[0][0]) = (900, 900);
    let notices = next(&mut record, &test, &report(&test, &broken, 1.0));
    assert_eq!(
        lines(&notices),
        [
            "sample ratio broken: test pricing-page: Do not trust these results: the numbers of accounts in the \
          variants do not match the weights."
        ]
    );
    assert_eq!(next(&mut record, &test, &report(&test, &broken, 2.0)), []);
}

#[test]
fn an_external_test_has_no_notices_while_its_units_are_imported() {
    let (test, mut record) =
        (launched(&json!({ "allocation": { "mode": "external" } })), NoticeRecord::default());
    let mut sorted = totals(&test, [30, 0, 0], NONE);
    (sorted.arms[1].units, sorted.strata[0][1]) = (0, 0);
    assert_eq!(next(&mut record, &test, &report(&test, &sorted, 1.0)), [], "the second variant is next");
    let whole = totals(&test, EVEN, NONE);
    assert_eq!(next(&mut record, &test, &report(&test, &whole, 1.1)), []);
    let lost = next(&mut record, &test, &report(&test, &sorted, 1.2));
    assert_eq!(lost.len(), 1, "without new units, the mismatch is announced: {lost:?}");
}

#[test]
fn nothing_is_announced_about_a_test_that_is_shipped() {
    let mut test = launched(&json!({}));
    let better = totals(&test, [30, 150, 30], NONE);
    for (status, count) in
        [(Status::Running, 1), (Status::Paused, 1), (Status::Stopped, 1), (Status::Shipped, 0)]
    {
        test.status = status;
        let found = next(&mut NoticeRecord::default(), &test, &report(&test, &better, 1.0));
        assert_eq!(found.len(), count, "{status:?}");
    }
}

/// Returns the days on which a silence is announced, when counts of outcomes and units are read every hour.
/// `arrived` returns how many have arrived by a day.
fn silences(test: &Experiment, days: i64, arrived: impl Fn(f64) -> (u64, u64)) -> Vec<(i64, String)> {
    let (mut record, mut found) = (NoticeRecord::default(), Vec::new());
    for hour in 0..days * 24 {
        #[expect(clippy::cast_precision_loss, reason = "some weeks in hours")]
        let day = hour as f64 / 24.0;
        let (outcomes, units) = arrived(day);
        let mut totals = Totals::empty(test);
        totals.outcomes[0].counted = outcomes;
        for (arm, share) in [(0, units - units / 3 * 2), (1, units / 3), (2, units / 3)] {
            (totals.arms[arm].units, totals.strata[0][arm]) = (share, share);
        }
        totals.immature = units;
        let notices = next(&mut record, test, &report(test, &totals, day));
        found.extend(notices.iter().map(|notice| (hour / 24, notice.line())));
    }
    found
}

/// Returns how many of one every `every` days have arrived by a day, the last on day `last`.
fn regular(day: f64, every: f64, last: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let count = (day.min(last) / every) as u64;
    count
}

#[test]
fn outcomes_that_came_regularly_and_stop_are_announced_after_four_days() {
    let test = launched(&json!({ "planned_units": null }));
    let found = silences(&test, 60, |day| (regular(day, 0.2, 20.0), 90));
    let [(24, line)] = &found[..] else { panic!("{found:?}") };
    assert!(
        line.starts_with(
            "outcomes silent: test pricing-page: No outcome of booked has arrived since 2026-12-11"
        ),
        "{line}"
    );
}

#[test]
fn rare_outcomes_must_be_missing_longer_than_twice_the_time_of_the_last_ten() {
    let test = launched(&json!({ "planned_units": null }));
    let found = silences(&test, 120, |day| (regular(day, 2.0, 40.0), 90));
    assert_eq!(found.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [40 + 2 * 18]);
    assert_eq!(silences(&test, 120, |day| (regular(day, 2.0, 16.0), 90)), [], "only eight outcomes");
    let weekly_import = |day: f64| (50 * regular(day, 7.0, 999.0), 90);
    assert_eq!(silences(&test, 120, weekly_import), []);
}

#[test]
fn a_second_silence_is_another_notice() {
    let test = launched(&json!({ "planned_units": null }));
    let found = silences(&test, 40, |day| {
        let again = if day < 20.0 { 0 } else { regular(day - 20.0, 0.25, 5.0) };
        (regular(day, 0.25, 8.0) + again, 90)
    });
    assert_eq!(found.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [12, 29]);
}

#[test]
fn time_without_reports_is_no_silence() {
    let (test, mut record) = (launched(&json!({ "planned_units": null })), NoticeRecord::default());
    let of = |outcomes: u64, day: f64| {
        let mut totals = Totals::empty(&test);
        (totals.outcomes[0].counted, totals.immature) = (outcomes, 90);
        report(&test, &totals, day)
    };
    for step in 0_u32..40 {
        assert_eq!(next(&mut record, &test, &of(step.into(), f64::from(step) / 4.0)), []);
    }
    // The test was paused for three weeks. The next reports begin a new series.
    for hour in 0_u32..200 {
        assert_eq!(next(&mut record, &test, &of(40, 31.0 + f64::from(hour) / 24.0)), []);
    }
}

#[test]
fn units_that_stop_before_the_plan_are_announced() {
    let test = launched(&json!({}));
    let stops = |day: f64| (0, 3 * regular(day, 0.25, 10.0));
    let found = silences(&test, 30, stops);
    let [(14, line)] = &found[..] else { panic!("{found:?}") };
    assert!(line.contains("the test has 120 of 1000 planned accounts"), "{line}");
    let mut closed = launched(&json!({}));
    closed.enrolment = crate::experiment::Enrolment::Closed;
    assert_eq!(silences(&closed, 30, stops), []);
    assert_eq!(silences(&launched(&json!({ "planned_units": 120 })), 30, stops), [], "the plan is reached");
    assert_eq!(silences(&launched(&json!({ "planned_units": null })), 30, stops), []);
}

#[test]
fn a_primary_goal_without_any_outcome_is_announced_when_40_units_are_past_their_window() {
    let (test, mut record) = (launched(&json!({})), NoticeRecord::default());
    let of = |mature: u64, unknown: u64, day: i64| {
        let mut totals = totals(&test, NONE, NONE);
        totals.immature = totals.units() - mature;
        totals.outcomes[0].unknown_unit = unknown;
        Report::new(&test, &totals, Timestamp::from_millis(START + day * DAY), None, &Watched::default())
    };
    assert_eq!(next(&mut record, &test, &of(39, 0, 7)), []);
    assert_eq!(
        next(&mut NoticeRecord::default(), &test, &of(40, 1, 8)),
        [],
        "they arrive, for unknown units"
    );
    let notices = next(&mut record, &test, &of(40, 0, 8));
    assert_eq!(
        lines(&notices),
        [
            "outcomes silent: test pricing-page: No outcome of booked was ever recorded, although 40 accounts are past \
          their window. Check the system that sends them."
        ]
    );
    assert_eq!(next(&mut record, &test, &of(50, 0, 9)), []);
}
