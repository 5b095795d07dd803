use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::rerandomization::stopped::Stopped;
use crate::spending::Spending;

fn terms(family: u32, hypothesis: Hypothesis) -> Terms {
    Terms { planned_units: 100.0, spending: Spending::Even, hypothesis, family }
}

/// Takes looks at these (score, matured units), and returns the last state.
fn looked(terms: &Terms, looks: &[(f64, f64)]) -> (Watch, NormalLooks) {
    let (mut watch, mut own) = (Watch::new(terms, 0), NormalLooks::default());
    for (score, matured) in looks {
        own.look(&mut watch, *score, *matured, terms);
    }
    (watch, own)
}

#[test]
fn a_comparison_is_decided_exactly_beyond_the_boundary() {
    let terms = terms(1, Hypothesis::Different);
    let spent = |t: f64| Spending::Even.spent(t) / 2.0;
    let limits = Boundary::new(&[0.5, 1.0, 1.5], true, spent).critical_values();
    for sign in [1.0, -1.0] {
        let at = |add: f64| looked(&terms, &[(0.0, 50.0), (0.5, 100.0), (sign * (limits[2] + add), 150.0)]).0;
        assert_eq!(at(-1e-3).levels[0].decided, None);
        let decided = at(1e-3).levels[0].decided.unwrap();
        assert_eq!((decided.side, decided.look), (if sign > 0.0 { Side::Higher } else { Side::Lower }, 3));
        assert!(decided.p_value <= Spending::Even.spent(1.5) && decided.anytime_p <= 0.05);
        assert!(decided.p_value > 0.99 * Spending::Even.spent(1.5), "nearly on the boundary");
    }
}

#[test]
fn what_looks_at_draws_have_spent_is_not_spent_again() {
    let terms = terms(1, Hypothesis::Different);
    let mut watch = Watch { information: 1.0, looks: 4, ..Watch::new(&terms, 999) };
    watch.levels[0].stopped = Stopped { higher: vec![1], lower: vec![2] };
    let mut own = NormalLooks::default();
    // The test spends 0.75 % from the plan to twice the plan, instead of 4.75 %.
    own.look(&mut watch, 2.2, 200.0, &terms);
    assert_eq!((watch.looks, watch.levels[0].decided), (5, None));
    let fresh = looked(&terms, &[(2.2, 200.0)]).0;
    assert!(fresh.levels[0].decided.is_some());
    assert!(watch.levels[0].p_value.unwrap() > 0.04, "{watch:?}");
}

#[test]
fn a_look_that_adds_little_is_not_taken_and_a_decision_stays() {
    let terms = terms(2, Hypothesis::Greater);
    let (watch, own) = looked(&terms, &[(9.0, 60.0), (9.0, 60.5), (-9.0, 90.0)]);
    assert_eq!(watch.looks, 2);
    assert!(watch.levels.iter().all(|level| level.decided.is_some_and(|own| own.look == 1)));
    let tails = own.tails(&terms);
    assert!(tails.higher > 0.0 && tails.lower <= 0.0, "{tails:?}");
    assert_eq!(NormalLooks::default().tails(&terms), Tails::default());
    let less = looked(&self::terms(1, Hypothesis::Less), &[(9.0, 60.0)]).0;
    assert_eq!(less.levels[0].decided, None);
}

#[test]
fn uneven_arms_and_totals_of_few_units_have_no_look() {
    let many = Moments::of_counts(1_000, 100_000);
    let few = Moments::of_counts(999, 100_000);
    assert_eq!(check([100_000, 200_000], &[&many, &many]), Ok(()));
    assert_eq!(check([200_001, 100_000], &[&many, &many]), Err(NoLook::UnevenArms));
    assert_eq!(check([100_000, 100_000], &[&many, &few]), Err(NoLook::FewCarryTotal));
    let mut whale = Moments::default();
    (0..20_000).for_each(|n| whale.add(if n == 0 { 1e6 } else { 1.0 }));
    assert_eq!(check([20_000, 20_000], &[&whale, &many]), Err(NoLook::FewCarryTotal));
}

#[test]
fn the_statistics_and_the_interval_agree() {
    let [a, b] = [1.0, 1.1].map(|mean| Sample { units: 10_000.0, mean, variance: 4.0 });
    assert!((difference(&a, &b) - 0.1 / 0.0008_f64.sqrt()).abs() < 1e-9);
    let t = log_ratio(&a, &b);
    let tail = Normal::standard().sf(t);
    let found = relative_interval(&a, &b, Tails { higher: tail, lower: 0.0 }).unwrap();
    assert!((found.estimate - 0.1).abs() < 1e-9 && found.low.unwrap().abs() < 1e-6 && found.high.is_none());
    let none = Sample { mean: 0.0, variance: 0.0, ..a };
    assert_eq!(relative_interval(&none, &b, Tails::default()), Err(NoInterval::ArmWithoutOutcomes));
    assert!(difference(&none, &none).abs() < 1e-12 && log_ratio(&none, &b).abs() < 1e-12);
}

/// Returns how many tests of lognormal amounts without a difference are decided at any of twelve looks.
fn decided(tests: u64, weights: [usize; 2]) -> usize {
    let terms = Terms { planned_units: 6_000.0, ..terms(1, Hypothesis::Different) };
    let is_decided = |seed: u64| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut even = || (f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0;
        let mut amount =
            || (0.8 * (-2.0 * even().ln()).sqrt() * (std::f64::consts::TAU * even()).cos()).exp();
        let (mut watch, mut own) = (Watch::new(&terms, 0), NormalLooks::default());
        let mut arms = [Moments::default(); 2];
        for _ in 0..12 {
            for (arm, units) in arms.iter_mut().zip(weights) {
                (0..units).for_each(|_| arm.add(amount()));
            }
            let [a, b] = arms.map(|arm| arm.sample().unwrap());
            own.look(&mut watch, difference(&a, &b), a.units + b.units, &terms);
        }
        assert!(
            weights[0] != weights[1] || check(arms.map(|arm| arm.units()), &[&arms[0], &arms[1]]).is_ok()
        );
        watch.levels[0].decided.is_some()
    };
    (0..tests).filter(|seed| is_decided(*seed)).count()
}

#[test]
fn skewed_amounts_without_a_difference_are_decided_in_at_most_five_percent_of_tests() {
    // 6,000 units at the end, in arms of 1:1 and 1:2: three Monte Carlo errors are 3.3 points.
    for weights in [[500, 500], [333, 667]] {
        let found = decided(400, weights);
        assert!((6..=33).contains(&found), "{weights:?} {found}");
    }
}
