//! The content of the page of metrics, and tests that it has no room for.

use serde_json::json;

use super::*;
use domain::experiment::{Definition, Seed, VariantKey};
use domain::results::counting::totals::Totals;
use domain::results::looks::Watched;
use domain::results::reading::interval::Interval;
use domain::results::report::Report;
use domain::validation::typed;

fn test(name: &str, status: Status) -> Experiment {
    let body = json!({ "test_id": name, "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0));
    test.status = status;
    test
}

/// A report of seven units, stored after a minute.
fn report() -> Report {
    let test = test("t", Status::Running);
    let mut totals = Totals::empty(&test);
    (totals.arms[0].units, totals.arms[1].units) = (3, 4);
    totals.arms[0].goals[0].converted = 1;
    let mut report = Report::new(&test, &totals, Timestamp::from_millis(60_000), None, &Watched::default());
    let own = &mut report.goals[0].comparisons[0];
    (own.absolute, own.p_value) = (Interval::of(0.25, None), None);
    report
}

fn acme() -> Workspace {
    Workspace::parse("acme").unwrap()
}

fn page(stored: &[(Experiment, Option<Report>)], sign_ins: &[(SignIn, u64)], now: i64) -> Vec<Sample> {
    let acme = acme();
    let mut page = Page::new(&acme, sign_ins, Timestamp::from_millis(now));
    for (test, report) in stored {
        assert!(page.add(test, report.clone().map(StoredReport::from).as_ref()));
    }
    page.finish(stored.len())
}

#[test]
fn units_that_overrides_have_omitted_stay_in_the_counts() {
    let (mut report, test) = (report(), test("t", Status::Running));
    let value = |report: &Report, family: &Family| {
        let page = of_test(&acme(), &test, Some(&report.clone().into()), Timestamp::from_millis(0));
        page.iter().find(|own| own.family == family).unwrap().value.to_string()
    };
    let before = [value(&report, &UNITS), value(&report, &CONVERSIONS)];
    let a = VariantKey::parse("a").unwrap();
    report.units.insert(a.clone(), 1);
    report.omitted.insert(a, 2);
    let arm = &mut report.goals[0].arms[0];
    (arm.converted, arm.omitted) = (0, 1);
    assert_eq!([value(&report, &UNITS), value(&report, &CONVERSIONS)], before);
}

#[test]
fn values_that_a_report_lacks_are_not_on_the_page() {
    let stored = [(test("t", Status::Running), Some(report()))];
    let page = page(&stored, &[(SignIn::Failed, 7)], 90_000);
    let of = |family: &Family| page.iter().filter(|own| own.family == family).collect::<Vec<_>>();
    assert!(of(&SAMPLE_RATIO_P).is_empty() && of(&P_VALUE).is_empty() && of(&DIFFERENCE_LOW).is_empty());
    let values =
        |family: &Family| of(family).iter().map(|own| own.value.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!([values(&UNITS), values(&RESULTS_AGE), values(&DIFFERENCE)], ["3 4", "30", "0.25"]);
    assert_eq!(
        [values(&VERDICT), values(&SIGN_INS_TOTAL), values(&WEIGHT_RATIO)],
        ["1 0 0 0 0", "7", "0.5 0.5"]
    );
    assert_eq!(of(&CONVERSIONS)[0].labels, ["acme", "t", "a", "g"]);
}

#[test]
fn a_stopped_test_has_no_age_and_a_running_one_without_results_is_shown() {
    let stored = [(test("new", Status::Running), None), (test("over", Status::Stopped), Some(report()))];
    let page = page(&stored, &[], 90_000);
    assert!(page.iter().all(|own| own.family != &RESULTS_AGE));
    let of_new = |own: &&Sample| own.labels.get(1).is_some_and(|test| test == "new");
    let counts = page.iter().filter(of_new).filter(|own| [&UNITS, &CONVERSIONS].contains(&own.family));
    assert_eq!(counts.map(|own| own.value.to_string()).collect::<Vec<_>>(), ["0", "0", "0", "0"]);
    let running: Vec<_> = page.iter().filter(|own| own.family == &RUNNING).collect();
    assert_eq!((running[0].labels[1].as_str(), running[0].value.to_string()), ("new", "1".to_owned()));
    assert_eq!((running[1].labels[1].as_str(), running[1].value.to_string()), ("over", "0".to_owned()));
}

#[test]
fn tests_without_room_are_counted_and_none_is_added_after_them() {
    let mut big = report();
    let arm = big.goals[0].arms[0].clone();
    big.goals[0].arms = vec![arm; MOST_SAMPLES / 4];
    let big = StoredReport::from(big);
    let acme = acme();
    let mut page = Page::new(&acme, &[], Timestamp::from_millis(0));
    assert!(page.add(&test("now", Status::Running), Some(&big)));
    assert!(!page.add(&test("old", Status::Paused), Some(&big)));
    let page = page.finish(3);
    assert!(page.len() <= MOST_SAMPLES + 1);
    assert_eq!(page[0].labels[1], "now");
    assert_eq!(page.last().unwrap(), &Sample::new(&TESTS_LEFT_OUT, ["acme"], 2.0));
}
#[test]
fn a_report_that_cannot_be_read_adds_no_counts_to_the_page() {
    let acme = acme();
    let mut page = Page::new(&acme, &[], Timestamp::from_millis(0));
    assert!(page.add(&test("t", Status::Running), Some(&StoredReport::Unread(None))));
    let families: Vec<_> = page.finish(1).into_iter().map(|own| own.family).collect();
    assert_eq!(families, [&RUNNING, &TESTS_LEFT_OUT]);
}
