//! Prints the tables of the families in the arguments, or of all families. For example,
//! `make calibrate FAMILIES="adaptive bayes"` prints two.
//!
//! All of it takes hours. What is finished is stored next to the file of results, and the next run continues. After a
//! change of a method, delete that folder, `target/calibrate`, to measure again. Options of `levels`, `power`,
//! `results` and the families of `stages`:
//! `--repetitions N` of each of their cells, `--draws N` of each test, `--threads N`, `--only TEXT` for the cells whose
//! names contain it (as in `Levels/skewed sum/50:50/40 units`), `--results FILE`, and `--quick` for a short run into a file
//! of its own.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use calibrate::watched::cell::Measure;
use calibrate::watched::runner::{self, Settings};
use calibrate::{
    adaptive, balance, bayes, betting, coverage, exact, fixed, heavy, planning, power, ratios, sample_ratio,
    sequential,
};

/// A family's name and the function that returns its table.
type Family = (&'static str, fn() -> String);

const FAMILIES: [Family; 19] = [
    ("adaptive", adaptive::table),
    ("adaptive-arms", adaptive::arms),
    ("adaptive-guardrails", adaptive::guardrails),
    ("adaptive-numbers", adaptive::numbers),
    ("adaptive-refused", adaptive::refused),
    ("balance", balance::table),
    ("bayes", bayes::table),
    ("betting", betting::table),
    ("coverage", coverage::table),
    ("exact", exact::table),
    ("fixed", fixed::table),
    ("heavy", heavy::table),
    ("beyond", fixed::beyond),
    ("planning", planning::table),
    ("mixture-power", power::table),
    ("ratios", ratios::table),
    ("sample-ratio", sample_ratio::table),
    ("sequential", sequential::table),
    ("why-both", sequential::why_both),
];

/// The families whose runs can be continued.
const WATCHED: [(&str, Measure); 6] = [
    ("levels", Measure::Levels),
    ("power", Measure::Power),
    ("results", Measure::Results),
    ("stages", Measure::Stages),
    ("stages-power", Measure::StagesPower),
    ("stages-results", Measure::StagesResults),
];

fn main() -> Result<(), Box<dyn Error>> {
    let (wanted, settings) = arguments(std::env::args().skip(1))?;
    // A name stands for its own family and for those that begin with it, as `adaptive` for `adaptive-arms`.
    let begins = |name: &str, own: &str| {
        name.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|own| begins(name, own));
    for (name, table) in FAMILIES.into_iter().filter(|family| is_wanted(family.0)) {
        println!("## {name}\n\n{}", stored(&settings.results.with_file_name(format!("{name}.md")), table)?);
    }
    for (name, measure) in WATCHED.into_iter().filter(|family| is_wanted(family.0)) {
        println!("## {name}\n\n{}", runner::run(measure, &settings)?);
    }
    Ok(())
}

/// Returns the text of the file, or creates the file with the table.
fn stored(file: &Path, table: fn() -> String) -> io::Result<String> {
    if let Ok(text) = std::fs::read_to_string(file) {
        eprintln!("{} is from an earlier run. Delete it to measure again.", file.display());
        return Ok(text);
    }
    let text = table();
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Renamed when it is complete, so that an interrupted run leaves no half of a table.
    let part = file.with_extension("part");
    std::fs::write(&part, &text)?;
    std::fs::rename(part, file)?;
    Ok(text)
}

/// Reads the names of families and the options.
fn arguments(given: impl Iterator<Item = String>) -> Result<(Vec<String>, Settings), Box<dyn Error>> {
    let mut settings = Settings {
        results: PathBuf::from("target/calibrate/results.jsonl"),
        repetitions: None,
        draws: None,
        threads: std::thread::available_parallelism()?.get(),
        only: String::new(),
    };
    let (mut wanted, mut given) = (Vec::new(), given);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--quick" => {
                settings.results.set_file_name("quick.jsonl");
                (settings.repetitions, settings.draws) = (Some(200), Some(199));
            }
            "--repetitions" => settings.repetitions = Some(value()?.parse()?),
            "--draws" => settings.draws = Some(value()?.parse()?),
            "--threads" => settings.threads = value()?.parse()?,
            "--only" => settings.only = value()?,
            "--results" => settings.results = PathBuf::from(value()?),
            option if option.starts_with("--") => return Err(format!("there is no option {option}").into()),
            family => wanted.push(family.to_owned()),
        }
    }
    let known = |name: &String| {
        FAMILIES.iter().any(|family| family.0 == name) || WATCHED.iter().any(|family| family.0 == name)
    };
    match wanted.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("there is no family {name}").into()),
        None => Ok((wanted, settings)),
    }
}
