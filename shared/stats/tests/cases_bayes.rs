//! Tests of the Bayesian readings against `cases/statistics.json`.
//!
//! The reference library reads every goal as a normal posterior of the relative difference by the delta
//! method. Bellwether reads the arms themselves: a Beta posterior for a binary goal, Student's t for others,
//! and the absolute difference. The methods therefore differ in every case. Two things are tested: the common
//! part (a normal posterior with the library's estimate and spread gives the library's figures), and
//! Bellwether's own figures, computed separately with `SciPy` 1.16 by Gauss-Legendre quadrature of 60 points
//! per panel over `scipy.stats.beta` and `scipy.stats.t`.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::unreadable_literal, reason = "digits are as SciPy prints them")]

use serde_json::Value;
use stats::bayes::{Direction, Posterior, Versus, standings, versus};
use stats::moments::Moments;

/// Probability to win, loss, loss of control, estimate, low, high.
type Figures = [f64; 6];

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/cases/statistics.json")).unwrap();
    all["cases"].as_array().unwrap().iter().filter(|c| c["kind"] == kind).cloned().collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn assert_close(found: f64, wanted: f64, relative: f64) {
    assert!((found - wanted).abs() <= relative * wanted.abs(), "{found} is not {wanted}");
}

fn figures(found: Versus) -> Figures {
    [found.beats, found.loss, found.loss_of_control, found.estimate, found.low, found.high]
}

/// Asserts that figures are equal. The interval's ends interpolate the distribution between the points of the
/// grid, so they agree to 1e-7 of its length. All other figures agree to 1e-9.
fn assert_figures(found: Figures, wanted: Figures) {
    for i in 0..4 {
        assert_close(found[i], wanted[i], 1e-9);
    }
    for i in 4..6 {
        let by = 1e-7 * (wanted[5] - wanted[4]);
        assert!((found[i] - wanted[i]).abs() <= by, "{} is not {}", found[i], wanted[i]);
    }
}

fn binary(arm: &Value) -> Posterior {
    Posterior::binary(arm["n"].as_u64().unwrap(), arm["sum"].as_u64().unwrap()).unwrap()
}

/// Returns the posterior of a mean from units with these moments.
fn mean(arm: &Value) -> Posterior {
    let (n, sum, squares) = (number(&arm["n"]), number(&arm["sum"]), number(&arm["sum_squares"]));
    let variance = (squares - sum * sum / n) / (n - 1.0);
    Posterior::estimate(sum / n, (variance / n).sqrt(), n - 1.0).unwrap()
}

/// Returns the posterior of a ratio by the delta method over units.
fn ratio(arm: &Value) -> Posterior {
    let of = |key: &str| number(&arm[key]);
    let (n, m, d) = (of("n"), of("m_sum"), of("d_sum"));
    let part = |product: f64, a: f64, b: f64| (product - a * b / n) / (n - 1.0);
    let (vm, vd) = (part(of("m_sum_sq"), m, m), part(of("d_sum_sq"), d, d));
    let (r, cov) = (m / d, part(of("md_sum"), m, d));
    let variance = (vm - 2.0 * r * cov + r * r * vd) / (d / n).powi(2) / n;
    Posterior::estimate(r, variance.sqrt(), n - 1.0).unwrap()
}

/// Returns `SciPy`'s figures of each case. Those of an inverse goal are before inversion.
fn known(id: &str) -> Figures {
    match id.split('/').next().unwrap() {
        "binom_classic" => [
            0.9823454708058302,
            9.124201561430567e-05,
            0.030061271985644265,
            0.02997002997002997,
            0.002065427885272756,
            0.057983226690309204,
        ],
        "binom_loser" => [
            0.00313570739071627,
            0.02539507265095175,
            8.84974194843969e-06,
            -0.025386222909003317,
            -0.04361929547134463,
            -0.0071874097461576145,
        ],
        "binom_uneven_split" => [
            0.9416240995406313,
            0.000689735079046653,
            0.053799041570184114,
            0.053109306491137445,
            -0.011071525503263862,
            0.1295333381895616,
        ],
        "mean_small" => [
            0.84728961082615,
            0.11968191798007277,
            1.619681917980073,
            1.5,
            -1.407872552120127,
            4.407872552120198,
        ],
        "ratio_accounts_60" => [
            0.40093661230716715,
            0.010529763007560741,
            0.005624290110559996,
            -0.0049054728970007455,
            -0.04354368292686616,
            0.03373273713286865,
        ],
        other => panic!("no known figures of {other}"),
    }
}

#[test]
fn every_case_has_the_figures_that_scipy_computes_for_this_method() {
    let all = [cases("bayesian"), cases("bayesian_ratio_delta")].concat();
    assert_eq!(all.len(), 7);
    for case in all {
        let (a, b) = (&case["input"]["a"], &case["input"]["b"]);
        let read = match case["input"]["type"].as_str().unwrap() {
            "proportion" => binary,
            "mean" => mean,
            _ => ratio,
        };
        let better = if case["config"]["inverse"] == true { Direction::Lower } else { Direction::Higher };
        let mut wanted = known(case["id"].as_str().unwrap());
        if better == Direction::Lower {
            wanted = [1.0 - wanted[0], wanted[2], wanted[1], wanted[3], wanted[4], wanted[5]];
        }
        assert_figures(figures(versus(read(a), read(b), better, 0.05).unwrap()), wanted);
    }
}

#[test]
fn a_normal_relative_posterior_has_the_reference_librarys_figures() {
    for case in [cases("bayesian"), cases("bayesian_ratio_delta")].concat() {
        let wanted = &case["expected"];
        let (mean, spread) = (number(&wanted["uplift_mean"]), number(&wanted["sd"]));
        // A control of 0 is known exactly, so its share of the spread is made negligible.
        let nothing = Posterior::estimate(0.0, spread * 1e-9, f64::INFINITY).unwrap();
        let uplift = Posterior::estimate(mean, spread, f64::INFINITY).unwrap();
        let better = if case["config"]["inverse"] == true { Direction::Lower } else { Direction::Higher };
        let found = versus(nothing, uplift, better, 0.05).unwrap();
        assert_close(found.beats, number(&wanted["chance_to_win"]), 1e-8);
        assert!((found.low - number(&wanted["ci"][0])).abs() < 1e-6 * spread);
        assert!((found.high - number(&wanted["ci"][1])).abs() < 1e-6 * spread);
    }
}

#[test]
fn arms_without_conversions_and_means_of_few_units_match_scipy() {
    let arm = |units, converted| Posterior::binary(units, converted).unwrap();
    let wanted = [
        0.9762504911763304,
        0.0015289180068850962,
        0.27425619073415786,
        0.2727272727272727,
        0.0033558666956142614,
        0.5754170837000163,
    ];
    assert_figures(figures(versus(arm(10, 0), arm(10, 3), Direction::Higher, 0.05).unwrap()), wanted);
    let wanted = [
        0.7024362120512319,
        0.004722288933561995,
        0.037981712436887936,
        0.03325942350332595,
        -0.04290251218389901,
        0.2067132049474881,
    ];
    assert_figures(figures(versus(arm(40, 0), arm(10, 0), Direction::Higher, 0.05).unwrap()), wanted);
    let student = |mean, scale, freedom| Posterior::estimate(mean, scale, freedom).unwrap();
    let found = versus(student(0.0, 1.0, 3.0), student(1.0, 2.0, 5.0), Direction::Higher, 0.05).unwrap();
    let wanted = [
        0.6510373095900165,
        0.7166396532253619,
        1.716639653225362,
        1.0,
        -5.090870842506547,
        7.090870842506543,
    ];
    assert_figures(figures(found), wanted);
}

#[test]
fn the_published_trial_shows_clearly_which_arm_is_best() {
    let arms = [Posterior::binary(623, 211).unwrap(), Posterior::binary(2_211, 1_745).unwrap()];
    let found = standings(&arms, Direction::Higher).unwrap();
    assert!(found[1].best > 1.0 - 1e-9 && found[0].loss > 0.44);
    let mut moments = Moments::default();
    for x in [3.0, 5.0, 8.0, 2.0] {
        moments.add(x);
    }
    assert_eq!(Posterior::mean_of(&moments).map(|p| p.mean()), Some(4.5));
}
