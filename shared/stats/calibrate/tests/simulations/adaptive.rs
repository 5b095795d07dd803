//! Short runs of adaptive tests: the reported readings keep their error rate while the base rate drifts and while
//! windows are longer than a batch.

use calibrate::adaptive::{Drift, Guardrail, Outcome, Setting, simulate};

const RUNS: u32 = 200;

#[test]
fn readings_of_a_binary_goal_err_in_at_most_five_percent_with_any_window() {
    for (base, window, floor) in [(0.2, 0, 1_000), (0.2, 40, 1_000), (0.5, 80, 1_000), (0.5, 20, 2_000)] {
        let setting = Setting { window, floor, ..Setting::binary(base, 480) };
        let found = simulate(&setting, RUNS, 1);
        for reading in [found.stratified_missed, found.sequence_missed, found.e_process, found.wrong] {
            assert!(reading.share() <= 0.05 + 1.5 * reading.margin(), "{setting:?} {found:?}");
        }
    }
}

#[test]
fn the_verdict_on_several_treatments_errs_in_at_most_five_percent_of_tests() {
    for (arms, control_share) in [(3, Some(3_000)), (5, None)] {
        let setting = Setting { arms, window: 100, control_share, ..Setting::binary(0.2, 600) };
        let found = simulate(&setting, RUNS, 2);
        assert!(found.wrong.share() <= 0.05 + 1.5 * found.wrong.margin(), "{setting:?} {found:?}");
    }
}

#[test]
fn counts_and_sums_err_in_at_most_five_percent_and_a_great_effect_is_found() {
    for outcome in [Outcome::Dispersed(2.0), Outcome::ZeroInflated, Outcome::Lognormal(1.5)] {
        let setting = Setting { window: 40, outcome, ..Setting::binary(0.0, 480) };
        let found = simulate(&setting, RUNS, 3);
        for reading in [found.stratified, found.e_process, found.wrong] {
            assert!(reading.share() <= 0.05 + 1.5 * reading.margin(), "{setting:?} {found:?}");
        }
    }
    let great = Setting {
        outcome: Outcome::Poisson(1.0),
        drift: Drift::None,
        effect: 1.0,
        ..Setting::binary(0.0, 480)
    };
    let found = simulate(&great, 50, 4);
    assert!(found.right.share() > 0.9 && found.share() > 0.7, "{found:?}");
}

#[test]
fn a_guardrail_errs_in_at_most_five_percent_at_its_margin_and_is_found_far_from_it() {
    let of = |worse: f64| {
        let guardrail = Guardrail { base: 0.2, worse, margin: 0.1 };
        simulate(&Setting { window: 40, effect: 0.1, guardrail, ..Setting::binary(0.2, 480) }, RUNS, 5)
    };
    let margin = of(0.1);
    for reading in [margin.broken, margin.met] {
        assert!(reading.share() <= 0.05 + 1.5 * reading.margin(), "{margin:?}");
    }
    assert!(of(0.3).broken.share() > 0.6 && of(0.0).broken.hits == 0);
}
