//! A short run of ratios of accounts of very different sizes, and of the exact reading of rates.

use calibrate::exact;
use calibrate::heavy::{Visitors, cell};

#[test]
fn permutation_keeps_the_error_rate_of_uneven_ratios_where_the_delta_method_fails() {
    for visitors in [Visitors::Lognormal(2.0), Visitors::Pareto(1.2)] {
        let found = cell(visitors, 40, 0.0, 200);
        assert!(found.confirmed <= 12, "{visitors:?} {found:?}");
        assert!(found.delta >= 12, "{visitors:?} {found:?}");
    }
}

#[test]
fn the_exact_reading_of_rates_errs_in_at_most_five_percent_from_the_first_unit() {
    for (base, other, share) in [(5.0, 5.0, 50), (50.0, 50.0, 50), (20.0, 20.0, 10), (2.0, 30.0, 50)] {
        let found = exact::cell(base, other, share, 80, 300);
        let most =
            if base < other { found.missed.max(found.beyond) } else { found.different.max(found.reported) };
        assert!(most <= 26 && found.missed <= 26, "{base} {other} {share} {found:?}");
    }
    assert!(exact::cell(10.0, 90.0, 50, 40, 100).different > 90);
}
