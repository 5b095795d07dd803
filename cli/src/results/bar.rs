//! Intervals as bars of text.

use super::report::Interval;

/// The last column of a bar.
const LAST: u8 = 40;
/// The columns of a bar.
const WIDTH: usize = LAST as usize + 1;

/// The range of values that all bars of a goal share. It contains zero difference.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// Returns the range of some intervals. None if none of them has an estimate.
    pub fn of(intervals: impl IntoIterator<Item = Interval>) -> Option<Self> {
        let values = |found: Interval| [found.estimate, found.low, found.high].into_iter().flatten();
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        let mut any = false;
        for value in intervals.into_iter().flat_map(values).filter(|value| value.is_finite()) {
            any = true;
            low = low.min(value);
            high = high.max(value);
        }
        if !any {
            return None;
        }
        // A margin keeps the ends and the line of zero apart.
        let margin = if high > low { (high - low) * 0.05 } else { 1.0 };
        Some(Self { low: low - margin, high: high + margin })
    }

    fn column(self, value: f64) -> usize {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        // A column begins half a step before its value.
        let steps = (1_u8..).map(|step| (f64::from(step) - 0.5) / f64::from(LAST));
        steps.take(usize::from(LAST)).take_while(|step| *step <= share).count()
    }

    /// Returns the column of an end of an interval. It is on the same side of no difference as the value is.
    fn end(self, value: f64) -> usize {
        let (zero, column) = (self.column(0.0), self.column(value));
        if column == zero && value > 0.0 {
            zero + 1
        } else if column == zero && value < 0.0 {
            zero.saturating_sub(1)
        } else {
            column
        }
    }
}

/// Draws an interval: `[` and `]` are its ends, `<` and `>` are open ends, `o` is the estimate, and `|` is zero.
#[must_use]
pub fn bar(range: Range, interval: Interval) -> String {
    let mut columns = [' '; WIDTH];
    if interval.low.is_some() || interval.high.is_some() {
        let low = interval.low.map_or(0, |low| range.end(low).min(WIDTH - 1));
        let high = interval.high.map_or(WIDTH - 1, |high| range.end(high).min(WIDTH - 1));
        columns[low..=high].fill('-');
        columns[low] = if interval.low.is_some() { '[' } else { '<' };
        columns[high] = if interval.high.is_some() { ']' } else { '>' };
    }
    columns[range.column(0.0)] = '|';
    if let Some(estimate) = interval.estimate {
        columns[range.column(estimate)] = 'o';
    }
    columns.iter().collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::report::Interval;
    use super::{Range, bar};

    fn interval(low: f64, estimate: f64, high: f64) -> Interval {
        Interval { estimate: Some(estimate), low: Some(low), high: Some(high) }
    }

    #[test]
    fn bars_of_a_goal_share_one_line_of_no_difference() {
        let (wide, narrow) = (interval(-0.1, 0.1, 0.3), interval(0.05, 0.1, 0.15));
        let range = Range::of([wide, narrow]).unwrap();
        assert_eq!(bar(range, wide), "  [--------|--------o-----------------]");
        assert_eq!(bar(range, narrow), "           |   [----o----]");
    }

    #[test]
    fn an_interval_that_excludes_no_difference_never_touches_its_line() {
        for (low, high) in [(0.000_001, 1.0), (-1.0, -0.000_001)] {
            let found = interval(low, f64::midpoint(low, high), high);
            let drawn = bar(Range::of([found]).unwrap(), found);
            let (left, line, right) = (drawn.find('['), drawn.find('|'), drawn.find(']'));
            assert!(line.is_some() && (left > line || right < line), "{drawn}");
        }
    }

    #[test]
    fn an_interval_that_contains_no_difference_is_drawn_on_both_sides() {
        let found = interval(-0.000_001, 0.5, 1.0);
        let drawn = bar(Range::of([found]).unwrap(), found);
        assert!(drawn.find('[') < drawn.find('|'), "{drawn}");
    }

    #[test]
    fn an_open_end_reaches_the_edge() {
        let found = Interval { estimate: Some(0.5), low: Some(0.1), high: None };
        let drawn = bar(Range::of([found]).unwrap(), found);
        assert!(drawn.ends_with('>') && drawn.contains('[') && !drawn.contains(']'), "{drawn}");
        let found = Interval { low: None, high: Some(0.7), ..found };
        assert!(bar(Range::of([found]).unwrap(), found).starts_with('<'));
    }

    #[test]
    fn missing_and_endless_values_do_not_break_a_bar() {
        let none = Interval { estimate: None, low: None, high: None };
        assert!(Range::of([none]).is_none());
        let range = Range::of([Interval { estimate: Some(0.0), ..none }]).unwrap();
        assert_eq!(bar(range, none).trim(), "|");
        let endless = interval(-f64::MAX, 0.0, f64::MAX);
        assert!(Range::of([endless]).is_some_and(|range| bar(range, endless).contains('o')));
    }
}
