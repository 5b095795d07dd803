//! The relative difference of two means: treatment / control − 1.

use crate::moments::Moments;
use crate::sample::Sample;
use crate::welch::{Difference, student_quantile};

/// A relative difference with the set of values that agree with the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relative {
    /// Treatment mean / control mean − 1.
    pub estimate: f64,
    /// The interval. None when control's mean cannot be distinguished from 0: any percentage then agrees with
    /// the data, and only the absolute difference is informative.
    pub interval: Option<(f64, f64)>,
}

/// Returns Fieller's interval for the ratio of two independent means, with Welch's degrees of freedom.
///
/// Returns None when control's mean is not above 0, because a percentage of zero or of a loss is not
/// informative.
///
/// `difference` is Welch's result for the same arms. Without it, the interval is None.
///
/// Source: Fieller 1954; Franz 2007, "Ratios: a short guide to confidence limits and proper use".
#[must_use]
pub fn fieller(
    control: &Moments,
    treatment: &Moments,
    difference: Option<Difference>,
    alpha: f64,
) -> Option<Relative> {
    if control.mean() <= 0.0 || treatment.units() == 0 {
        return None;
    }
    let interval = || relative(&control.sample()?, &treatment.sample()?, &difference?, alpha)?.interval;
    Some(Relative { estimate: treatment.mean() / control.mean() - 1.0, interval: interval() })
}

/// Does the same for any quantity with a mean and its variance, such as the ratios of [`crate::delta`].
///
/// `difference` is that of the same arms, for its degrees of freedom. Returns None when control's mean is not
/// above 0.
#[must_use]
pub fn relative(
    control: &Sample,
    treatment: &Sample,
    difference: &Difference,
    alpha: f64,
) -> Option<Relative> {
    (control.mean > 0.0).then(|| Relative {
        estimate: treatment.mean / control.mean - 1.0,
        interval: bounds(control, treatment, difference.freedom, alpha),
    })
}

fn bounds(control: &Sample, treatment: &Sample, freedom: f64, alpha: f64) -> Option<(f64, f64)> {
    within(control, treatment, student_quantile(freedom, 1.0 - alpha / 2.0)?)
}

/// Returns the relative differences at which treatment is within `t` standard errors of its multiple of
/// control. With the t of an interval of the absolute difference, both intervals exclude "no difference"
/// together.
///
/// Returns None when control's mean is within `t` standard errors of 0.
#[must_use]
pub fn within(control: &Sample, treatment: &Sample, t: f64) -> Option<(f64, f64)> {
    let (a, b) = (control.mean, treatment.mean);
    let (va, vb) = (control.variance_of_mean(), treatment.variance_of_mean());
    let known = a * a - t * t * va;
    if known <= 0.0 {
        return None;
    }
    let middle = a * b;
    let spread = (middle * middle - known * (b * b - t * t * vb)).max(0.0).sqrt();
    Some(((middle - spread) / known - 1.0, (middle + spread) / known - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::welch::welch;

    fn converted(yes: u32, no: u32) -> Moments {
        let mut moments = Moments::default();
        for n in 0..yes + no {
            moments.add(f64::from(u8::from(n < yes)));
        }
        moments
    }

    fn percentage(control: &Moments, treatment: &Moments) -> Option<Relative> {
        fieller(control, treatment, welch(control, treatment, 0.05), 0.05)
    }

    #[test]
    fn the_interval_excludes_no_change_exactly_when_welchs_excludes_no_difference() {
        for (a, b) in
            [((100, 900), (130, 870)), ((100, 900), (120, 880)), ((80, 120), (120, 80)), ((30, 70), (31, 69))]
        {
            let (control, treatment) = (converted(a.0, a.1), converted(b.0, b.1));
            let (low, high) = percentage(&control, &treatment).unwrap().interval.unwrap();
            let difference = welch(&control, &treatment, 0.05).unwrap();
            assert_eq!(low > 0.0, difference.low > 0.0, "{a:?} {b:?}");
            assert!(low < high && high > 0.0);
        }
    }

    #[test]
    fn a_baseline_that_cannot_be_distinguished_from_zero_has_no_percentage() {
        let found = percentage(&converted(2, 38), &converted(6, 34)).unwrap();
        assert_eq!((found.estimate.round(), found.interval), (2.0, None));
        assert_eq!(percentage(&converted(0, 40), &converted(6, 34)), None);
    }
}
