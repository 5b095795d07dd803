//! What is taken back of a comparison: all of it, or the parts of its intervals that cannot be.

use crate::results::reading::comparison::Comparison;
use crate::results::reading::interval::Interval;
use crate::results::reading::method::Method;

impl Comparison {
    /// Nothing is read while it matters who came when: the difference of everybody stays, as a description.
    #[must_use]
    pub(crate) fn withheld(self, why: &str) -> Self {
        let plain = |interval: Interval| Interval { low: None, high: None, ..interval };
        let (absolute, relative) = (plain(self.absolute), plain(self.relative));
        let warnings = vec![why.to_owned()].into_iter().chain(self.warnings).collect();
        Self { absolute, relative, warnings, ..Self::unread(&self.variant, Method::None) }
    }

    /// Keeps intervals within what the figures can be: a difference of shares between −1 and 1, and a figure
    /// that is never negative from losing more than all of it.
    #[must_use]
    pub(crate) fn bounded(mut self, shares: bool, never_negative: bool) -> Self {
        let (absolute, relative) =
            (if shares { 1.0 } else { f64::INFINITY }, if never_negative { -1.0 } else { f64::NEG_INFINITY });
        let stops = self
            .fixed_horizon
            .iter_mut()
            .flat_map(|own| [(&mut own.absolute, true), (&mut own.relative, false)]);
        let adjusted = self
            .adjusted
            .iter_mut()
            .flat_map(|own| [(&mut own.absolute, true), (&mut own.fixed_horizon, true)]);
        let own = [(&mut self.absolute, true), (&mut self.relative, false)];
        for (interval, of_difference) in own.into_iter().chain(stops).chain(adjusted) {
            let (least, most) = if of_difference { (-absolute, absolute) } else { (relative, f64::INFINITY) };
            interval.low = interval.low.map(|low| low.max(least));
            interval.high = interval.high.map(|high| high.min(most));
        }
        self
    }
}
