//! A sequential check of whether the shares of the arms have changed over time, for tests whose units another
//! system assigns and whose weights are not declared.
//!
//! The evidence compares "the shares before some moment differ from those after it" with "the shares were
//! constant". The moments are after 1, 1, 2, 3, 4, 6, 8, 11 … units, half a doubling apart; the moment
//! numbered k has a stake of 1 / k(k+1). The shares on both sides are unknown, with Jeffreys' prior. The
//! evidence is divided by the greatest likelihood of constant shares. The probability that it ever reaches
//! 1,000 is therefore at most 0.001 while the shares are constant, for all values of the shares.
//!
//! Source: Wasserman, Ramdas and Balakrishnan 2020, "Universal inference"; Shin, Ramdas and Rinaldo 2022,
//! "E-detectors", for stakes on moments of change.

use statrs::function::gamma::ln_gamma;

use crate::moments::count;

/// Below this p-value, the shares have changed.
pub const THRESHOLD: f64 = 0.001;

/// Returns the p-value of "the shares are constant", from units by arm in the order of their assignment,
/// divided into any number of parts. It is valid at every interim look. A moment of change is the end of the
/// part that contains it. The p-value is the lowest at the end of any part, so shares that change and change
/// back are detected. The work grows with the square of the number of parts. Returns None with fewer than two
/// parts.
#[must_use]
pub fn p_value(parts: &[Vec<u64>]) -> Option<f64> {
    let arms = parts.iter().map(Vec::len).max()?;
    let mut until = vec![0; arms];
    let sums = parts.iter().map(|part| {
        add(&mut until, part);
        until.clone()
    });
    let sums: Vec<Vec<u64>> = sums.filter(|sum| sum.iter().any(|units| *units > 0)).collect();
    let stakes: Vec<f64> = stakes(&sums);
    let before: Vec<f64> = sums.iter().map(|before| log_mixture(before)).collect();
    let evidence = |now: usize| {
        let staying = log_greatest(&sums[now]);
        let changed = |then: usize| {
            let after: Vec<u64> = sums[now].iter().zip(&sums[then]).map(|(now, then)| now - then).collect();
            stakes[then] * (before[then] + log_mixture(&after) - staying).exp()
        };
        (0..now).filter(|then| stakes[*then] > 0.0).map(changed).sum::<f64>()
    };
    (sums.len() > 1).then(|| (1..sums.len()).map(evidence).fold(1.0, |least: f64, own| least.min(1.0 / own)))
}

/// Returns the stake on a change at the end of each part, from the units up to then.
fn stakes(sums: &[Vec<u64>]) -> Vec<f64> {
    let mut stakes = vec![0.0; sums.len()];
    let (mut number, mut units) = (1.0, 1.0_f64);
    for (stake, sum) in stakes.iter_mut().zip(sums) {
        while units.round() <= count(sum.iter().sum()) {
            *stake += 1.0 / (number * (number + 1.0));
            (number, units) = (number + 1.0, units * std::f64::consts::SQRT_2);
        }
    }
    stakes
}

fn add(sum: &mut [u64], part: &[u64]) {
    sum.iter_mut().zip(part).for_each(|(sum, own)| *sum += own);
}

/// Returns the logarithm of the likelihood of units by arm, averaged over Dirichlet(½, …, ½).
fn log_mixture(units: &[u64]) -> f64 {
    let arms = count(units.len() as u64);
    let all = count(units.iter().sum());
    let own: f64 = units.iter().map(|units| ln_gamma(count(*units) + 0.5) - ln_gamma(0.5)).sum();
    own + ln_gamma(arms / 2.0) - ln_gamma(arms / 2.0 + all)
}

fn log_greatest(units: &[u64]) -> f64 {
    let all = count(units.iter().sum());
    units.iter().map(|units| count(*units)).filter(|own| *own > 0.0).map(|own| own * (own / all).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns parts of ten units, with the given numbers in the first of two arms.
    fn parts(first: impl IntoIterator<Item = u64>) -> Vec<Vec<u64>> {
        first.into_iter().map(|first| vec![first, 10 - first]).collect()
    }

    #[test]
    fn changed_shares_are_detected_and_constant_shares_are_not() {
        let changed = [[5; 10].as_slice(), &[1; 20]].concat();
        assert!(p_value(&parts(changed)).unwrap() < THRESHOLD);
        let back = [[5; 10].as_slice(), &[1; 20], &[5; 10]].concat();
        assert!(
            p_value(&parts(back)).unwrap() < THRESHOLD,
            "the change is detected before the shares change back"
        );
        for share in [0, 1, 5, 9] {
            assert!(p_value(&parts([share; 40])).unwrap() >= 1.0, "{share}");
        }
        assert!(p_value(&parts([5, 4, 6, 5, 7, 3, 5, 6, 4])).unwrap() >= 1.0);
        assert!(
            p_value(&[vec![30, 30], vec![12, 108]]).unwrap() < THRESHOLD,
            "sixty units and twice as many"
        );
        assert!(p_value(&[vec![50, 50], vec![20, 180]]).unwrap() < THRESHOLD);
        assert!(
            p_value(&[vec![60, 0, 60], vec![0, 60, 60]]).unwrap() < THRESHOLD,
            "a change among three arms is detected"
        );
    }

    #[test]
    fn units_that_were_assigned_at_once_give_no_p_value() {
        assert_eq!((p_value(&[]), p_value(&[vec![70, 230]])), (None, None));
        assert_eq!(p_value(&[vec![0, 0], vec![3, 4]]), None);
    }

    #[test]
    fn stakes_sum_to_at_most_one_and_each_moment_has_its_own() {
        let found = stakes(&[vec![1, 0], vec![1, 1], vec![1, 2], vec![10, 10], vec![500, 500]]);
        // Moments 1 (1 unit) and 2 (rounded down to 1); 3 (2 units); 4 (3); 5 to 9 (4, 6, 8, 11, 16); 10 to 20.
        let of = |first: f64, last: f64| 1.0 / first - 1.0 / (last + 1.0);
        for (stake, wanted) in
            found.iter().zip([of(1.0, 2.0), of(3.0, 3.0), of(4.0, 4.0), of(5.0, 9.0), of(10.0, 20.0)])
        {
            assert!((stake - wanted).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn the_mixture_is_a_probability() {
        // The sum over all orders of three units in two arms.
        let sum = 2.0 * (log_mixture(&[3, 0]).exp() + 3.0 * log_mixture(&[2, 1]).exp());
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }
}
