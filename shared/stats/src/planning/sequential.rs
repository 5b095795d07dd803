//! The cost of sequential analysis: the critical value of the always-valid reading.

/// Returns how great |t| must be after `total` units for the always-valid reading to find a difference at
/// level `alpha`, when it is tuned to `planned` units in all. `freedom` is that of t. At the planned units
/// and 5 %, it is about 3.03, where a fixed horizon has 1.96. This corresponds to about 1.9 times the units
/// for the same power.
///
/// Returns None when no t is great enough: with few units, the evidence is bounded.
///
/// The evidence is Robbins' mixture of t statistics, ln E = −½ ln g + ½(ν + 1)[ln(1 + t²/ν) − ln(1 +
/// t²/(νg))] with g = 1 + total · ρ² and ρ² = (−2 ln α + ln(1 − 2 ln α)) / planned. The bound solves ln E =
/// −ln α. Source: Robbins 1970; Wang and Ramdas 2024, "Anytime-valid t-tests and confidence sequences for
/// Gaussian means with unknown variance".
#[must_use]
pub fn bound(total: f64, planned: f64, freedom: f64, alpha: f64) -> Option<f64> {
    let log = -2.0 * alpha.ln();
    let growth = 1.0 + total * (log + (1.0 + log).ln()) / planned;
    let needed = ((log + growth.ln()) / (freedom + 1.0)).exp();
    let sound = freedom > 0.0 && needed.is_finite() && needed < growth;
    sound.then(|| (freedom * (needed - 1.0) / (1.0 - needed / growth)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_at_the_bound_is_one_over_alpha() {
        for (total, planned, freedom, alpha) in [(40.0, 40.0, 38.0, 0.05), (100.0, 400.0, 98.0, 0.01)] {
            let t: f64 = bound(total, planned, freedom, alpha).unwrap();
            let g: f64 = 1.0 + total * (-2.0 * alpha.ln() + (1.0 - 2.0 * alpha.ln()).ln()) / planned;
            let rise = (1.0 + t * t / freedom).ln() - (1.0 + t * t / (freedom * g)).ln();
            let log = -0.5 * g.ln() + 0.5 * (freedom + 1.0) * rise;
            assert!((log + alpha.ln()).abs() < 1e-10, "{log}");
        }
    }

    #[test]
    fn with_many_units_the_bound_is_that_of_the_normal_mixture() {
        // g = 1 + 5.9915 + ln 6.9915 = 8.9362; t² = (g / (g − 1)) (5.9915 + ln g) = 9.2133.
        let t = bound(1e7, 1e7, 1e7, 0.05).unwrap();
        assert!((t - 3.0353).abs() < 5e-4, "{t}");
    }

    #[test]
    fn with_few_units_there_is_no_bound() {
        assert_eq!(bound(4.0, 400.0, 2.0, 0.05), None);
        assert!(bound(10.0, 10.0, 8.0, 0.05).unwrap() > bound(40.0, 40.0, 38.0, 0.05).unwrap());
    }
}
