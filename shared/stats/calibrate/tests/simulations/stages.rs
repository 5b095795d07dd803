//! Short runs of tests whose operator looks at half time and moves the weights.

use std::error::Error;

use calibrate::watched::cell::{Cell, Measure};
use calibrate::watched::counts::Counts;
use calibrate::watched::results::compare;
use calibrate::watched::stages::{LEVELS, POWER, RESULTS};
use calibrate::watched::test;

const DRAWS: usize = 199;

fn cells(measure: Measure, scenarios: &'static [calibrate::watched::scenario::Scenario]) -> Vec<Cell> {
    Cell::all(measure, scenarios).into_iter().filter(|cell| cell.size == 40).collect()
}

#[test]
fn a_change_that_follows_from_a_look_errs_in_at_most_five_percent_of_tests() {
    let mut all = Counts::default();
    for cell in cells(Measure::Stages, LEVELS) {
        let found = cell.simulate(0..60, DRAWS);
        assert!(found.holds(), "{} {found:?}", cell.name());
        all.add(&found);
    }
    assert!(all.holds() && all.decided > all.runs / 60, "a test that never errs finds nothing: {all:?}");
}

#[test]
fn a_test_whose_weights_were_changed_still_finds_differences() {
    for cells in cells(Measure::StagesPower, POWER).chunks(3) {
        let found: Vec<_> = cells.iter().map(|cell| cell.simulate(0..60, DRAWS).decided).collect();
        assert!(found[0] > 35 && found.iter().all(|own| 10 * own > 6 * found[0]), "{found:?}");
    }
}

#[test]
fn the_results_of_domain_decide_the_same_tests_at_the_same_looks() -> Result<(), Box<dyn Error>> {
    for cell in cells(Measure::StagesResults, RESULTS) {
        let units = test::units(&cell, 0);
        assert!(units.iter().any(|unit| unit.weights != [50, 50]), "{}", cell.name());
        let (_, is_same) = compare(&cell, &units)?;
        assert!(is_same, "{}", cell.name());
    }
    Ok(())
}
