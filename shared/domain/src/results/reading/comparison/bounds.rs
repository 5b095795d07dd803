//! Restricts a comparison: withholds all of it, or truncates its intervals to the possible range.

use crate::results::reading::comparison::Comparison;
use crate::results::reading::interval::Interval;
use crate::results::reading::method::Method;

impl Comparison {
    /// Withholds the readings after the shares of the arms have changed. The difference of all units remains,
    /// as a description.
    #[must_use]
    pub(crate) fn withheld(self, why: &str) -> Self {
        let plain = |interval: Interval| Interval { low: None, high: None, ..interval };
        let (absolute, relative) = (plain(self.absolute), plain(self.relative));
        let warnings = vec![why.to_owned()].into_iter().chain(self.warnings).collect();
        Self { absolute, relative, warnings, ..Self::unread(&self.variant, Method::None) }
    }

    /// Truncates intervals to the possible range: −1 to 1 for a difference of shares, and −100 % or more for
    /// the relative difference of a goal that is never negative.
    #[must_use]
    pub(crate) fn bounded(mut self, shares: bool, never_negative: bool) -> Self {
        let (absolute, relative) =
            (if shares { 1.0 } else { f64::INFINITY }, if never_negative { -1.0 } else { f64::NEG_INFINITY });
        let stops = self
            .fixed_horizon
            .iter_mut()
            .flat_map(|own| [(&mut own.absolute, true), (&mut own.relative, false)]);
        let adjusted = self.adjusted.iter_mut().map(|own| (&mut own.fixed_horizon, true));
        let own = [(&mut self.absolute, true), (&mut self.relative, false)];
        for (interval, of_difference) in own.into_iter().chain(stops).chain(adjusted) {
            let (least, most) = if of_difference { (-absolute, absolute) } else { (relative, f64::INFINITY) };
            interval.low = interval.low.map(|low| low.max(least));
            interval.high = interval.high.map(|high| high.min(most));
        }
        self
    }
}
