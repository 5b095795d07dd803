//! Rounding of numbers to the digits that decimals keep.

/// Returns the number with 15 significant digits, which any decimal number keeps as an `f64`. For example,
/// 0.1 added twelve times becomes 1.2, the same as 1.2 added once. Numbers that are not finite are returned
/// unchanged.
#[must_use]
pub fn figure(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_decimals_is_the_exact_decimal() {
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        assert!(same(figure([0.1; 12].iter().sum()), 1.2) && same(figure(0.1 + 0.2), 0.3));
        assert!(same(figure(1.200_000_000_000_000_2), 1.2));
        for whole in [0.0, -3.5, 1e150, 1e-300, 123_456_789_012_345.0] {
            assert!(same(figure(whole), whole), "{whole}");
        }
        assert!(figure(f64::INFINITY).is_infinite());
    }
}
