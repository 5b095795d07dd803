//! Short runs of tests that are decided by re-randomization.

use calibrate::watched::cell::{Cell, Measure};
use calibrate::watched::counts::Counts;
use calibrate::watched::runner::{Settings, run};
use calibrate::watched::scenario::{LEVELS, POWER, Redrawn, Scenario};

const RUNS: usize = 200;
const DRAWS: usize = 199;

fn cells(measure: Measure, scenarios: &'static [Scenario], name: &str) -> Vec<Cell> {
    let all = Cell::all(measure, scenarios).into_iter();
    let found: Vec<_> = all.filter(|cell| cell.scenario.name == name && cell.size == 40).collect();
    assert!(!found.is_empty(), "{name}");
    found
}

#[test]
fn looks_every_day_err_in_at_most_five_percent_of_tests() {
    let mut all = Counts::default();
    for name in [
        "ratio, visitors lognormal σ 2",
        "sum, Pareto 1.5 and one unit of 1,000",
        "binary, trend and weekly season",
        "skewed sum, late outcomes",
        "skewed sum, erased and corrected units",
        "skewed sum, one of three treatments works",
        "normal, covariate r 0.7",
        "skewed sum, treatment greater",
    ] {
        for cell in cells(Measure::Levels, LEVELS, name) {
            let found = cell.simulate(0..RUNS, DRAWS);
            assert!(found.holds(), "{} {found:?}", cell.name());
            all.add(&found);
        }
    }
    assert!(all.holds() && all.decided > all.runs / 40, "a test that never errs finds nothing: {all:?}");
}

#[test]
fn units_that_are_drawn_with_other_weights_than_their_own_are_noticed() {
    static WRONG: Scenario = {
        let mut scenario = LEVELS[6];
        scenario.redrawn = Redrawn::Evenly;
        scenario
    };
    // At 10:90, few histories of this size have enough units in control, which hides most of the errors.
    let all = cells(Measure::Levels, std::slice::from_ref(&WRONG), WRONG.name);
    for cell in all.into_iter().filter(|cell| cell.weights.name != "10:90") {
        let found = cell.simulate(0..RUNS, DRAWS);
        assert_eq!(found.holds(), cell.weights.name == "50:50", "{} {found:?}", cell.name());
    }
}

#[test]
fn most_of_what_a_fixed_horizon_finds_is_found_by_the_plan() {
    for (name, least) in
        [("binary 20 %", 0.8), ("skewed sum", 0.8), ("ratio", 0.75), ("normal, covariate r 0.7", 0.9)]
    {
        for cell in cells(Measure::Power, POWER, name) {
            let found = cell.simulate(0..RUNS, DRAWS);
            let share = f64::from(found.by_plan) / f64::from(found.fixed);
            assert!(found.fixed > 60 && share >= least, "{} {share} {found:?}", cell.name());
        }
    }
}

#[test]
fn a_run_that_was_interrupted_continues_and_gives_the_same_table_on_any_number_of_threads() {
    let folder = std::env::temp_dir().join(format!("calibrate-{}", std::process::id()));
    let settings = |name: &str, threads| Settings {
        results: folder.join(name),
        repetitions: Some(200),
        draws: Some(19),
        threads,
        only: "skewed sum, early/".into(),
    };
    let whole = run(Measure::Levels, &settings("whole", 1)).unwrap();
    let lines = std::fs::read_to_string(folder.join("whole")).unwrap();
    assert_eq!(lines.lines().count(), 8, "two weights, two sizes, two parts");
    std::fs::write(folder.join("cut"), &lines[..lines.len() / 2]).unwrap();
    let continued = run(Measure::Levels, &settings("cut", 2)).unwrap();
    assert_eq!(continued, whole);
    assert_eq!(run(Measure::Levels, &settings("cut", 1)).unwrap(), whole);
    let again = std::fs::read_to_string(folder.join("cut")).unwrap();
    assert_eq!(
        again.lines().filter(|line| line.ends_with('}')).count(),
        8,
        "finished parts are not repeated"
    );
    std::fs::remove_dir_all(folder).unwrap();
}
