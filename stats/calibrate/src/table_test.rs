//! The studentised permutation mid-p of two shares, from all permutations at once.

use statrs::function::factorial::ln_binomial;

/// Two-sided, from units and converted units of two arms.
#[must_use]
pub fn mid_p(one: (u32, u32), other: (u32, u32)) -> f64 {
    let (units, yes) = (one.0 + other.0, one.1 + other.1);
    let t = |converted: u32| {
        let (p, q) =
            (f64::from(yes - converted) / f64::from(one.0), f64::from(converted) / f64::from(other.0));
        let of = |p: f64, n: u32| p * (1.0 - p) / f64::from(n - 1);
        let variance = of(p, one.0) + of(q, other.0);
        if (p - q).abs() < 1e-12 { 0.0 } else { (p - q).abs() / variance.sqrt() }
    };
    let choose = |n: u32, k: u32| ln_binomial(u64::from(n), u64::from(k));
    let observed = t(other.1);
    let mut p_value = 0.0;
    for converted in yes.saturating_sub(one.0)..=yes.min(other.0) {
        let chance = (choose(other.0, converted) + choose(one.0, yes - converted) - choose(units, yes)).exp();
        let own = t(converted);
        if own.total_cmp(&observed).is_eq() || (own - observed).abs() < 1e-9 * observed {
            p_value += chance / 2.0;
        } else if own > observed {
            p_value += chance;
        }
    }
    p_value
}
