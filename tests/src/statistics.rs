//! Statistics against reference values: those of `cases/statistics.json` where the method is the
//! same, and values computed with `SciPy` 1.16 (`scipy.stats.ttest_ind(equal_var=False)`) elsewhere.

#![expect(clippy::unwrap_used, reason = "what a test sets up is right or the test is wrong")]
#![expect(clippy::unreadable_literal, reason = "digits stand as SciPy prints them")]

use bellwether_stats::moments::Moments;
use bellwether_stats::srm::{Stratum, p_value};
use bellwether_stats::welch::welch;
use serde_json::Value;

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../cases/statistics.json")).unwrap();
    all["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == kind).cloned().collect()
}

fn converted(yes: u32, no: u32) -> Moments {
    let mut moments = Moments::default();
    for n in 0..yes + no {
        moments.add(f64::from(u8::from(n < yes)));
    }
    moments
}

fn assert_close(found: f64, wanted: f64, relative: f64) {
    assert!((found - wanted).abs() <= relative * wanted.abs(), "{found} is not {wanted}");
}

#[test]
fn every_sample_ratio_case_has_its_p_value_but_for_the_reference_librarys_fault() {
    let mut met = 0;
    for case in cases("srm") {
        let share = |w: &Value| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small whole number"
            )]
            {
                (w.as_f64().unwrap() * 10_000.0).round() as u32
            }
        };
        let weights: Vec<_> = case["input"]["weights"].as_array().unwrap().iter().map(share).collect();
        let units: Vec<_> =
            case["input"]["users"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let found = p_value(&[Stratum { weights, units: &units }]).unwrap();
        if case["id"] == "srm_zero_weight_arm" {
            // The library counts the arm without weight as a degree of freedom. With one degree less
            // the statistic 0.0990099 has this p-value.
            assert_close(found, 0.753_021_042_177_323_8, 1e-9);
        } else {
            assert_close(found, case["expected"]["p_value"].as_f64().unwrap(), 1e-9);
        }
        met += 1;
    }
    assert_eq!(met, 3);
}

#[test]
fn welchs_interval_on_a_binary_goal_is_scipys() {
    // The reference library divides a proportion's variance by n, Welch's by n − 1, so its absolute
    // case is close and not the same; SciPy gives the same.
    let found = welch(&converted(100, 900), &converted(130, 870), 0.05).unwrap();
    let reference = &cases("frequentist").into_iter().find(|c| c["id"] == "binom_classic/freq_abs").unwrap();
    let wanted = &reference["expected"];
    assert_close(found.estimate, wanted["point"].as_f64().unwrap(), 1e-9);
    assert_close(found.standard_error, wanted["se"].as_f64().unwrap(), 1e-3);
    assert_close(found.low, 0.002036799193397186, 1e-9);
    assert_close(found.high, 0.05796320080660281, 1e-9);
    assert_close(found.p_value, 0.03550333505785886, 1e-9);
    assert_close(found.freedom, 1972.4837094891207, 1e-9);
}

#[test]
fn the_published_trial_reads_a_difference_of_0_4506() {
    let found = welch(&converted(211, 412), &converted(1_745, 466), 0.05).unwrap();
    assert!((found.estimate - 0.4506).abs() < 5e-5);
    assert_close(found.low, 0.40960146757498883, 1e-9);
    assert_close(found.high, 0.49150223614484767, 1e-9);
    assert_close(found.freedom, 898.1587512372087, 1e-9);
    assert!(found.p_value < 1e-60);
}

#[test]
fn arms_of_ten_and_unequal_sizes_are_scipys() {
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
