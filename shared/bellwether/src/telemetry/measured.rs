//! From kept results to the page of `GET /metrics`, pure. Everything on it comes from what is stored: a page
//! says the same whichever instance makes it, and counts survive them all.

use super::catalogue::{
    CONVERSIONS, DIFFERENCE, DIFFERENCE_HIGH, DIFFERENCE_LOW, FOLD_AGE, Family, OUTCOME_SUM, P_VALUE,
    RUNNING, SAMPLE_RATIO_P, SIGN_INS_TOTAL, TESTS_LEFT_OUT, UNITS, VERDICT, WEIGHT_RATIO,
};
use super::exposition::Sample;
use crate::store::counters::SignIn;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, Status, Workspace};
use domain::results::reading::goal::GoalReport;
use domain::results::report::kept::Kept;
use domain::results::verdict::Advice;

/// Most values on a page: about 2 MB, of the 6 that an answer may have.
pub const MOST_SAMPLES: usize = 15_000;

/// A workspace's page under way: sign-ins first, then test by test while there is room.
#[derive(Debug)]
pub struct Page<'a> {
    workspace: &'a Workspace,
    samples: Vec<Sample>,
    now: Timestamp,
    shown: usize,
}

impl<'a> Page<'a> {
    /// A page without tests.
    #[must_use]
    pub fn new(workspace: &'a Workspace, sign_ins: &[(SignIn, u64)], now: Timestamp) -> Self {
        let counted = |(outcome, count): &(SignIn, u64)| {
            Sample::new(&SIGN_INS_TOTAL, [outcome.as_str()], whole(*count))
        };
        Self { workspace, samples: sign_ins.iter().map(counted).collect(), now, shown: 0 }
    }

    /// Adds a test and the report that is kept of its present phase, if there is one; false when there is no
    /// room for it.
    pub fn add(&mut self, test: &Experiment, kept: Option<&Kept>) -> bool {
        let own = of_test(self.workspace, test, kept, self.now);
        let fits = self.samples.len() + own.len() <= MOST_SAMPLES;
        if fits {
            self.samples.extend(own);
            self.shown += 1;
        }
        fits
    }

    /// The page, of a workspace that has so many tests.
    #[must_use]
    pub fn finish(mut self, tests: usize) -> Vec<Sample> {
        let left_out = whole(tests.saturating_sub(self.shown) as u64);
        self.samples.push(Sample::new(&TESTS_LEFT_OUT, [self.workspace.as_str()], left_out));
        self.samples
    }
}

fn of_test(workspace: &Workspace, test: &Experiment, kept: Option<&Kept>, now: Timestamp) -> Vec<Sample> {
    let (workspace, test_id) = (workspace.as_str(), test.definition.test_id.as_str());
    let runs = test.status == Status::Running;
    let mut samples = vec![Sample::new(&RUNNING, [workspace, test_id], f64::from(u8::from(runs)))];
    let Some(kept) = kept else {
        samples.extend(nothing_yet(workspace, test));
        return samples;
    };
    // Of a report that cannot be read nothing is said: counts of nothing would be seen as a fall.
    let Some(report) = kept.report() else { return samples };
    let mut put = |family: &'static Family, rest: &[&str], value: Option<f64>| {
        let labels = [workspace, test_id].iter().chain(rest).map(|label| (*label).to_owned()).collect();
        samples.extend(value.map(|value| Sample { family, labels, value }));
    };
    put(&FOLD_AGE, &[], Some(seconds(report.as_of, now)).filter(|_| runs));
    put(&SAMPLE_RATIO_P, &[], report.sample_ratio.p);
    for decision in Advice::ALL {
        let holds = report.verdict.decision == decision;
        put(&VERDICT, &[decision.as_str()], Some(f64::from(u8::from(holds))));
    }
    for (variant, units) in &report.units {
        let aside = report.set_aside.get(variant).copied().unwrap_or_default();
        put(&UNITS, &[variant.as_str()], Some(whole(units + aside)));
        let weight = report.weights.get(variant);
        put(&WEIGHT_RATIO, &[variant.as_str()], weight.map(|points| f64::from(points.get()) / 10_000.0));
    }
    for goal in &report.goals {
        of_goal(goal, &mut put);
    }
    samples
}

/// The counts of a phase that was not counted yet: a rise from nothing to the first count is seen as one.
fn nothing_yet<'a>(workspace: &'a str, test: &'a Experiment) -> impl Iterator<Item = Sample> + 'a {
    let (definition, test_id) = (&test.definition, test.definition.test_id.as_str());
    definition.variants.iter().flat_map(move |variant| {
        let variant = variant.key.as_str();
        let goals = definition.goals.iter().map(move |goal| {
            Sample::new(&CONVERSIONS, [workspace, test_id, variant, goal.key.as_str()], 0.0)
        });
        std::iter::once(Sample::new(&UNITS, [workspace, test_id, variant], 0.0)).chain(goals)
    })
}

/// What overrides have set aside counts on, so that no count goes back.
fn of_goal(goal: &GoalReport, put: &mut impl FnMut(&'static Family, &[&str], Option<f64>)) {
    let name = goal.goal.as_str();
    for arm in &goal.arms {
        let labels = [arm.variant.as_str(), name];
        put(&CONVERSIONS, &labels, Some(whole(arm.converted + arm.set_aside)));
        put(&OUTCOME_SUM, &labels, Some(arm.total));
    }
    for own in &goal.comparisons {
        let labels = [own.variant.as_str(), name];
        put(&DIFFERENCE, &labels, own.absolute.estimate);
        put(&DIFFERENCE_LOW, &labels, own.absolute.low);
        put(&DIFFERENCE_HIGH, &labels, own.absolute.high);
        put(&P_VALUE, &labels, own.p_value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a test's life")]
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.millis() - from.millis()).max(0) as f64 / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn whole(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use domain::experiment::{Definition, Seed, VariantKey};
    use domain::results::counting::totals::Totals;
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

    /// A report of seven units, kept after a minute.
    fn report() -> Report {
        let test = test("t", Status::Running);
        let mut totals = Totals::empty(&test);
        (totals.arms[0].units, totals.arms[1].units) = (3, 4);
        totals.arms[0].goals[0].converted = 1;
        let mut report = Report::new(&test, &totals, Timestamp::from_millis(60_000), None);
        let own = &mut report.goals[0].comparisons[0];
        (own.absolute, own.p_value) = (Interval::of(0.25, None), None);
        report
    }

    fn acme() -> Workspace {
        Workspace::parse("acme").unwrap()
    }

    fn page(kept: &[(Experiment, Option<Report>)], sign_ins: &[(SignIn, u64)], now: i64) -> Vec<Sample> {
        let acme = acme();
        let mut page = Page::new(&acme, sign_ins, Timestamp::from_millis(now));
        for (test, report) in kept {
            assert!(page.add(test, report.clone().map(Kept::from).as_ref()));
        }
        page.finish(kept.len())
    }

    #[test]
    fn units_that_overrides_have_set_aside_are_counted_on() {
        let (mut report, test) = (report(), test("t", Status::Running));
        let said = |report: &Report, family: &Family| {
            let page = of_test(&acme(), &test, Some(&report.clone().into()), Timestamp::from_millis(0));
            page.iter().find(|own| own.family == family).unwrap().value.to_string()
        };
        let before = [said(&report, &UNITS), said(&report, &CONVERSIONS)];
        let a = VariantKey::parse("a").unwrap();
        report.units.insert(a.clone(), 1);
        report.set_aside.insert(a, 2);
        let arm = &mut report.goals[0].arms[0];
        (arm.converted, arm.set_aside) = (0, 1);
        assert_eq!([said(&report, &UNITS), said(&report, &CONVERSIONS)], before);
    }

    #[test]
    fn what_a_report_does_not_say_is_not_on_the_page() {
        let kept = [(test("t", Status::Running), Some(report()))];
        let page = page(&kept, &[(SignIn::Failed, 7)], 90_000);
        let of = |family: &Family| page.iter().filter(|own| own.family == family).collect::<Vec<_>>();
        assert!(of(&SAMPLE_RATIO_P).is_empty() && of(&P_VALUE).is_empty() && of(&DIFFERENCE_LOW).is_empty());
        let said = |family: &Family| {
            of(family).iter().map(|own| own.value.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!([said(&UNITS), said(&FOLD_AGE), said(&DIFFERENCE)], ["3 4", "30", "0.25"]);
        assert_eq!(
            [said(&VERDICT), said(&SIGN_INS_TOTAL), said(&WEIGHT_RATIO)],
            ["1 0 0 0 0", "7", "0.5 0.5"]
        );
        assert_eq!(of(&CONVERSIONS)[0].labels, ["acme", "t", "a", "g"]);
    }

    #[test]
    fn a_test_that_does_not_run_has_no_age_and_one_without_results_says_that_it_runs() {
        let kept = [(test("new", Status::Running), None), (test("over", Status::Stopped), Some(report()))];
        let page = page(&kept, &[], 90_000);
        assert!(page.iter().all(|own| own.family != &FOLD_AGE));
        let of_new = |own: &&Sample| own.labels.get(1).is_some_and(|test| test == "new");
        let counts = page.iter().filter(of_new).filter(|own| [&UNITS, &CONVERSIONS].contains(&own.family));
        assert_eq!(counts.map(|own| own.value.to_string()).collect::<Vec<_>>(), ["0", "0", "0", "0"]);
        let running: Vec<_> = page.iter().filter(|own| own.family == &RUNNING).collect();
        assert_eq!((running[0].labels[1].as_str(), running[0].value.to_string()), ("new", "1".to_owned()));
        assert_eq!((running[1].labels[1].as_str(), running[1].value.to_string()), ("over", "0".to_owned()));
    }

    #[test]
    fn what_has_no_room_is_counted_and_the_first_of_it_ends_the_page() {
        let mut big = report();
        let arm = big.goals[0].arms[0].clone();
        big.goals[0].arms = vec![arm; MOST_SAMPLES / 4];
        let big = Kept::from(big);
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
    fn of_a_report_that_cannot_be_read_the_page_says_no_count_rather_than_none() {
        let acme = acme();
        let mut page = Page::new(&acme, &[], Timestamp::from_millis(0));
        assert!(page.add(&test("t", Status::Running), Some(&Kept::Unread(None))));
        let families: Vec<_> = page.finish(1).into_iter().map(|own| own.family).collect();
        assert_eq!(families, [&RUNNING, &TESTS_LEFT_OUT]);
    }
}
