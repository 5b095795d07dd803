//! Numbers as people write them.

/// The number with 15 significant digits, which are all that any decimal number keeps as an `f64`: 0.1 added
/// twelve times is 1.2 then, as it is when 1.2 is added once. What is not finite stays.
#[must_use]
pub fn figure(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_decimals_is_the_decimal_that_it_should_be() {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        assert!(same(figure([0.1; 12].iter().sum()), 1.2) && same(figure(0.1 + 0.2), 0.3));
        assert!(same(figure(1.200_000_000_000_000_2), 1.2));
        for whole in [0.0, -3.5, 1e150, 1e-300, 123_456_789_012_345.0] {
            assert!(same(figure(whole), whole), "{whole}");
        }
        assert!(figure(f64::INFINITY).is_infinite());
    }
}
