//! Tests of the methods against reference values: those of `tests/cases/statistics.json` where the method is
//! the same, and values computed with `SciPy` 1.17 where it differs on purpose.
//!
//! Differences on purpose: for a relative difference, the reference library uses the delta method and Welch's
//! degrees of freedom of the absolute one, while Fieller's interval is exact. It divides a proportion's
//! variance by n, Welch's by n − 1. It estimates CUPED's θ over all units together and treats it as known.
//! Its sequential intervals have a fixed tuning parameter and a normal limit. Its sample-ratio check counts
//! arms without weight.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::unreadable_literal, reason = "digits are as SciPy prints them")]

use serde_json::Value;
use stats::always_valid::SequentialTest;
use stats::cuped::cuped;
use stats::delta;
use stats::fieller::fieller;
use stats::joint::Joint;
use stats::moments::Moments;
use stats::sample::Sample;
use stats::srm::{Stratum, p_value};
use stats::welch::{Difference, welch};

fn case(id: &str) -> Value {
    all().into_iter().find(|case| case["id"] == id).unwrap()
}

fn all() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/cases/statistics.json")).unwrap();
    all["cases"].as_array().unwrap().clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn whole(value: &Value) -> u64 {
    number(value).round() as u64
}

fn converted(yes: u64, no: u64) -> Moments {
    Moments::of_counts(yes, yes + no)
}

/// Returns units whose moments are those of one arm of a case.
fn arm(case: &Value, key: &str) -> Moments {
    let (input, n) = (&case["input"][key], whole(&case["input"][key]["n"]));
    if case["input"]["type"] == "proportion" {
        return Moments::of_counts(whole(&input["sum"]), n);
    }
    let sum = number(&input["sum"]);
    let squares = number(&input["sum_squares"]) - sum * sum / real(n);
    let mut moments = Moments::default();
    (0..n).for_each(|unit| moments.add(sum / real(n) + sign(unit, 1) * (squares / real(n)).sqrt()));
    moments
}

/// Alternates between +1 and −1 every `turn` units. The patterns of 1 and of 2 have mean 0 over multiples of
/// four, variance 1 and are uncorrelated.
fn sign(unit: u64, turn: u64) -> f64 {
    if (unit / turn).is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// Returns units whose joint moments are these sums, over multiples of four units, with the rest at the mean.
fn pairs(n: u64, x: [f64; 2], y: [f64; 2], xy: f64) -> Joint {
    let [mean_x, mean_y] = [x[0], y[0]].map(|sum| sum / real(n));
    let (fours, units) = (n - n % 4, real(n));
    let (xx, yy) = (x[1] - x[0] * mean_x, y[1] - y[0] * mean_y);
    let along = (xy - x[0] * mean_y) / yy;
    let left = xx - along * along * yy;
    assert!(units > 0.0 && left > 0.0);
    let size = |squares: f64| (squares / real(fours)).sqrt();
    let mut joint = Joint::default();
    for unit in 0..n {
        let used = if unit < fours { 1.0 } else { 0.0 };
        let off_y = used * sign(unit, 1) * size(yy);
        joint.add(mean_x + along * off_y + used * sign(unit, 2) * size(left), mean_y + off_y);
    }
    joint
}

#[expect(clippy::cast_precision_loss, reason = "a small whole number")]
fn real(n: u64) -> f64 {
    n as f64
}

fn joint(case: &Value, key: &str, names: [&str; 5]) -> Joint {
    let input = &case["input"][key];
    let [x, xx, y, yy, xy] = names.map(|name| number(&input[name]));
    pairs(whole(&input["n"]), [x, xx], [y, yy], xy)
}

fn assert_close(found: f64, wanted: f64, relative: f64) {
    assert!((found - wanted).abs() <= relative * wanted.abs(), "{found} is not {wanted}");
}

/// Returns the standard error that the delta method gives a relative difference.
fn relative_error(control: &Sample, treatment: &Sample) -> f64 {
    let ratio = treatment.mean / control.mean;
    (treatment.variance_of_mean() + ratio * ratio * control.variance_of_mean()).sqrt() / control.mean
}

#[test]
fn every_case_is_tested_here_or_listed_as_another_methods() {
    // 5, 5, 1, 1, 1 and 3 cases.
    let met = [
        "frequentist",
        "sequential",
        "frequentist_ratio_delta",
        "anti_case: what ignoring clusters would claim",
        "cuped",
        "srm",
    ];
    let others = ["bayesian", "bayesian_ratio_delta"];
    let cases = all();
    let (mine, rest): (Vec<_>, Vec<_>) =
        cases.iter().map(|case| case["kind"].as_str().unwrap()).partition(|kind| met.contains(kind));
    assert_eq!((mine.len(), rest.len()), (16, 7));
    assert!(rest.iter().all(|kind| others.contains(kind)), "{rest:?}");
}

#[test]
fn sample_ratio_cases_have_their_p_value_except_for_the_reference_librarys_fault() {
    let mut met = 0;
    for case in all().iter().filter(|case| case["kind"] == "srm") {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "basis points")]
        let share = |weight: &Value| (number(weight) * 10_000.0).round() as u32;
        let weights: Vec<_> = case["input"]["weights"].as_array().unwrap().iter().map(share).collect();
        let units: Vec<_> = case["input"]["users"].as_array().unwrap().iter().map(whole).collect();
        let found = p_value(&[Stratum { weights, units: &units }]).unwrap();
        if case["id"] == "srm_zero_weight_arm" {
            // The library counts the arm without weight as a degree of freedom. With one degree less, the
            // statistic 0.0990099 has this p-value.
            assert_close(found, 0.753_021_042_177_323_8, 1e-9);
        } else {
            assert_close(found, number(&case["expected"]["p_value"]), 1e-9);
        }
        met += 1;
    }
    assert_eq!(met, 3);
}

#[test]
fn relative_differences_have_the_reference_estimate_and_fiellers_interval() {
    // Each case has Fieller's bounds by SciPy's quantile, and whether the standard error is the library's. A
    // mean's is; for a proportion, the library divides by n.
    for (id, low, high, same) in [
        ("binom_classic/freq_rel", 0.018112389695486897, 0.6752119675642174, false),
        ("binom_loser/freq_rel", -0.31355253755986445, -0.05973698690589291, false),
        ("binom_uneven_split/freq_rel", -0.22892994237723008, 1.4836884346999013, false),
        ("mean_small/freq_rel", -0.11906306825922475, 0.5152310266291555, true),
    ] {
        let case = case(id);
        let (control, treatment) = (arm(&case, "a"), arm(&case, "b"));
        let found = fieller(&control, &treatment, welch(&control, &treatment, 0.05), 0.05).unwrap();
        assert_close(found.estimate, number(&case["expected"]["point"]), 1e-9);
        let (found_low, found_high) = found.interval.unwrap();
        assert_close(found_low, low, 1e-9);
        assert_close(found_high, high, 1e-9);
        let error = relative_error(&control.sample().unwrap(), &treatment.sample().unwrap());
        assert_close(error, number(&case["expected"]["se"]), if same { 1e-9 } else { 5e-3 });
    }
}

#[test]
fn welchs_interval_of_a_binary_goal_matches_scipy() {
    // The library divides the variance by n, so its absolute case is close but not equal.
    let found = welch(&converted(100, 900), &converted(130, 870), 0.05).unwrap();
    let wanted = &case("binom_classic/freq_abs")["expected"];
    assert_close(found.estimate, number(&wanted["point"]), 1e-9);
    assert_close(found.standard_error, number(&wanted["se"]), 1e-3);
    assert_close(found.low, 0.002036799193397186, 1e-9);
    assert_close(found.high, 0.05796320080660281, 1e-9);
    assert_close(found.p_value, 0.03550333505785886, 1e-9);
    assert_close(found.freedom, 1972.4837094891207, 1e-9);
}

#[test]
fn the_published_trial_has_a_difference_of_0_4506() {
    let found = welch(&converted(211, 412), &converted(1_745, 466), 0.05).unwrap();
    assert!((found.estimate - 0.4506).abs() < 5e-5);
    assert_close(found.low, 0.40960146757498883, 1e-9);
    assert_close(found.high, 0.49150223614484767, 1e-9);
    assert_close(found.freedom, 898.1587512372087, 1e-9);
    assert!(found.p_value < 1e-60);
}

#[test]
fn arms_of_ten_and_of_unequal_sizes_match_scipy() {
    let found = welch(&converted(2, 8), &converted(5, 5), 0.05).unwrap();
    assert_close(found.low, -0.1499693134881015, 1e-9);
    assert_close(found.high, 0.7499693134881015, 1e-9);
    assert_close(found.p_value, 0.17768801656059877, 1e-9);
    assert_close(found.freedom, 17.172531214528945, 1e-9);
    let found = welch(&converted(3, 7), &converted(50, 40), 0.05).unwrap();
    assert_close(found.low, -0.09910971573726063, 1e-9);
    assert_close(found.high, 0.6102208268483718, 1e-9);
    assert_close(found.p_value, 0.14142149610839483, 1e-9);
    assert_close(found.freedom, 11.251329963791102, 1e-9);
    let found = welch(&converted(1, 1), &converted(1, 2), 0.05).unwrap();
    assert_close(found.low, -2.8887772533579454, 1e-9);
    assert_close(found.high, 2.5554439200246124, 1e-9);
    assert_close(found.p_value, 0.8087684441414502, 1e-9);
    assert_close(found.freedom, 1.898876404494382, 1e-9);
}

const PARTS: [&str; 5] = ["m_sum", "m_sum_sq", "d_sum", "d_sum_sq", "md_sum"];

#[test]
fn a_ratio_has_the_reference_standard_error_and_scipys_intervals() {
    let case = case("ratio_accounts_60/freq_rel");
    let (control, treatment) = (joint(&case, "a", PARTS), joint(&case, "b", PARTS));
    let (a, b) = (delta::sample(&control).unwrap(), delta::sample(&treatment).unwrap());
    assert_close(relative_error(&a, &b), number(&case["expected"]["se"]), 1e-9);
    let found = delta::difference(&control, &treatment, 0.05).unwrap();
    assert_close(found.low, -0.04320815676087898, 1e-9);
    assert_close(found.high, 0.03339721096687749, 1e-9);
    assert_close(found.p_value, 0.8002279960941623, 1e-9);
    assert_close(found.freedom, 117.58209470659062, 1e-9);
    let relative = delta::relative(&control, &treatment, &found, 0.05).unwrap();
    assert_close(relative.estimate, number(&case["expected"]["point"]), 1e-9);
    assert_close(relative.interval.unwrap().0, -0.3068099841927885, 1e-9);
    assert_close(relative.interval.unwrap().1, 0.3318555694256573, 1e-9);
}

#[test]
fn a_ratio_is_less_certain_than_a_test_over_visitors() {
    let case = case("ratio_accounts_60/freq_rel_NAIVE_visitor_level");
    let (control, treatment) = (joint(&case, "a", PARTS), joint(&case, "b", PARTS));
    let (a, b) = (delta::sample(&control).unwrap(), delta::sample(&treatment).unwrap());
    assert!(relative_error(&a, &b) > 1.15 * number(&case["expected"]["se"]));
}

#[test]
fn the_adjustment_by_a_covariate_matches_least_squares() {
    let case = case("cuped_rho08/freq_abs");
    let parts = ["post_sum", "post_sum_sq", "pre_sum", "pre_sum_sq", "post_pre_sum"];
    let found = cuped(&joint(&case, "a", parts), &joint(&case, "b", parts)).unwrap();
    // NumPy's solution of the normal equations. The library's θ, over all units together, is smaller.
    assert_close(found.theta, 0.8207392452604862, 1e-9);
    assert!(found.theta > number(&case["config"]["theta"]));
    assert_close(found.contrast.estimate, 1.101692814820765, 1e-9);
    assert_close(found.contrast.standard_error, 0.1493058956695465, 1e-9);
    assert_close(found.variance_saved, 0.9406193710852215, 1e-9);
    let difference = Difference::new(&found.contrast, 0.05).unwrap();
    assert_close(difference.low, 0.8088352845339873, 1e-9);
    assert_close(difference.high, 1.3945503451075427, 1e-9);
    assert_close(difference.p_value, 2.5646980707106284e-13, 1e-6);
    assert_close(found.contrast.estimate, number(&case["expected"]["point"]), 1e-3);
    assert_close(found.contrast.standard_error, number(&case["expected"]["se"]), 1e-3);
}

#[test]
fn sequential_intervals_are_tuned_by_the_plan() {
    // The formula at the plan, solved by SciPy's root finder. The library's intervals are relative and tuned
    // to 5,000 units (or 1,000) for every plan, which is not useful at 58 units.
    for (id, low, high, p_value) in [
        ("binom_classic/seq_rel_5000", -0.013322621866102599, 0.0733226218661026, 0.4192699911972648),
        ("binom_loser/seq_rel_5000", -0.05361970973885882, 0.0028247306593609, 0.10877190071130455),
        ("binom_uneven_split/seq_rel_5000", -0.06175029243717481, 0.16175029243717484, 1.0),
        ("binom_classic/seq_rel_1000", -0.013322621866102599, 0.0733226218661026, 0.4192699911972648),
        ("mean_small/seq_rel_5000", -2.989601796922294, 5.989601796922294, 1.0),
    ] {
        let case = case(id);
        let (a, b) = (arm(&case, "a").sample().unwrap(), arm(&case, "b").sample().unwrap());
        let look = SequentialTest::new(0.05, a.units + b.units).unwrap().look(&a, &b).unwrap();
        assert_close(look.interval.unwrap().0, low, 1e-9);
        assert_close(look.interval.unwrap().1, high, 1e-9);
        assert_close(look.p_value, p_value, 1e-9);
        assert_close(look.estimate / a.mean, number(&case["expected"]["point"]), 1e-9);
        let ends = &case["expected"]["ci"];
        let theirs = (number(&ends[1]) - number(&ends[0])) * a.mean;
        assert_eq!(theirs > 2.5 * (high - low), id == "mean_small/seq_rel_5000");
    }
}
