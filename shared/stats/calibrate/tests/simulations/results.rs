//! The results of `domain` decide simulated tests exactly as the simulation does.

use std::error::Error;

use calibrate::watched::cell::{Cell, Measure};
use calibrate::watched::results::compare;
use calibrate::watched::scenario::{LEVELS, POWER, Scenario};
use calibrate::watched::test;
use domain::results::verdict::Advice;
use stats::rerandomization::stopped::Side;

type Verdicts = Result<Vec<Advice>, Box<dyn Error>>;

/// Compares both ways for the first repetitions of each cell of a scenario and size, and returns the verdicts.
fn verdicts(measure: Measure, scenarios: &'static [Scenario], name: &str, size: usize) -> Verdicts {
    let cells = Cell::all(measure, scenarios).into_iter();
    let cells = cells.filter(|cell| cell.scenario.name == name && cell.size == size);
    cells.flat_map(|cell| (0..2).map(move |repetition| verdict(&cell, repetition))).collect()
}

fn verdict(cell: &Cell, repetition: usize) -> Result<Advice, Box<dyn Error>> {
    let (ended, is_same) = compare(cell, &test::units(cell, repetition))?;
    assert!(is_same, "{} {repetition}", cell.name());
    if let [Some((decided, _))] = ended.decided.as_slice() {
        let expected = if decided.side == Side::Higher { Advice::Ship } else { Advice::Stop };
        assert_eq!(ended.verdict, expected, "{} {repetition}", cell.name());
    }
    Ok(ended.verdict)
}

#[test]
fn differences_of_each_kind_of_goal_are_decided_at_the_same_look() -> Result<(), Box<dyn Error>> {
    for name in ["binary 20 %", "skewed sum", "ratio", "normal, covariate r 0.7"] {
        let found = verdicts(Measure::Power, POWER, name, 40)?;
        assert!(found.contains(&Advice::Ship), "{name}");
    }
    Ok(())
}

#[test]
fn tests_without_a_difference_stay_open_at_the_same_looks() -> Result<(), Box<dyn Error>> {
    for name in ["binary 20 %", "skewed sum, erased and corrected units"] {
        let found = verdicts(Measure::Levels, LEVELS, name, 10)?;
        let open = found.iter().filter(|verdict| !matches!(verdict, Advice::Ship | Advice::Stop));
        assert!(open.count() > 0, "{name}");
    }
    Ok(())
}

#[test]
fn a_family_is_decided_alike() -> Result<(), Box<dyn Error>> {
    let found = verdicts(Measure::Levels, LEVELS, "skewed sum, one of three treatments works", 10)?;
    assert_eq!(found.len(), 4, "two weights, two repetitions");
    Ok(())
}
