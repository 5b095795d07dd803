//! Simulates cells in parts, on several threads, and stores each finished part.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use stats::rerandomization::{DRAWS, MIN_DRAWS};

use super::cell::{Cell, Measure};
use super::scenario::{LEVELS, POWER, RESULTS};
use super::store::{Part, Store};
use super::{stages, table};

/// Repetitions of a part: the work that an interruption loses.
const PART: usize = 100;

/// How a run is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The file of results.
    pub results: PathBuf,
    /// Repetitions of each cell, rounded up to parts. None for the usual number of each table.
    pub repetitions: Option<usize>,
    /// Draws of each test. None for 999 in tables of levels and 9,999 in the others. Results always draw 9,999.
    pub draws: Option<usize>,
    /// Threads.
    pub threads: usize,
    /// A text that the names of the simulated cells contain.
    pub only: String,
}

/// A part that is to be simulated.
struct Task {
    cell: Cell,
    draws: usize,
    repetitions: Range<usize>,
}

/// Simulates what is not yet stored and returns the table of this measure.
///
/// # Errors
/// When the file of results cannot be read or written.
pub fn run(measure: Measure, settings: &Settings) -> io::Result<String> {
    let cells = match measure {
        Measure::Levels => Cell::all(measure, LEVELS),
        Measure::Power => Cell::all(measure, POWER),
        Measure::Results => Cell::all(measure, RESULTS),
        Measure::Stages => Cell::all(measure, stages::LEVELS),
        Measure::StagesPower => Cell::all(measure, stages::POWER),
        Measure::StagesResults => Cell::all(measure, stages::RESULTS),
    };
    let store = Mutex::new(Store::open(&settings.results)?);
    let tasks = tasks(measure, &cells, settings, &store);
    simulate(&tasks, settings.threads, &store)?;
    let store = store.into_inner().map_err(|_| io::Error::other("a thread panicked"))?;
    let counts = |cell: Cell| (cell, store.counts(&cell.name(), settings.draws(measure)));
    let counted: Vec<_> = cells.into_iter().map(counts).collect();
    Ok(match measure {
        Measure::Levels => table::levels(&counted),
        Measure::Power => table::power(&counted),
        Measure::Results | Measure::StagesResults => table::results(&counted),
        Measure::Stages | Measure::StagesPower => table::stages(&counted),
    })
}

/// Returns the missing parts: the first part of every cell, then the second, so that an interrupted run has
/// about as many repetitions of every cell.
fn tasks(measure: Measure, cells: &[Cell], settings: &Settings, store: &Mutex<Store>) -> Vec<Task> {
    let Ok(store) = store.lock() else { return Vec::new() };
    let mut missing = Vec::new();
    let draws = settings.draws(measure);
    for start in (0..settings.repetitions(measure)).step_by(PART) {
        for &cell in cells {
            let repetitions = start..start + PART;
            if cell.name().contains(&settings.only) && !store.has(&cell.name(), draws, &repetitions) {
                missing.push(Task { cell, draws, repetitions });
            }
        }
    }
    missing
}

impl Settings {
    fn repetitions(&self, measure: Measure) -> usize {
        self.repetitions.unwrap_or(match measure {
            Measure::Levels | Measure::Stages => 5_000,
            Measure::Power | Measure::StagesPower => 2_000,
            Measure::Results | Measure::StagesResults => 500,
        })
    }

    fn draws(&self, measure: Measure) -> usize {
        match (measure, self.draws) {
            (Measure::Results | Measure::StagesResults, _) | (Measure::Power, None) => DRAWS,
            (_, Some(draws)) => draws,
            (Measure::Levels | Measure::Stages | Measure::StagesPower, None) => MIN_DRAWS,
        }
    }
}

fn simulate(tasks: &[Task], threads: usize, store: &Mutex<Store>) -> io::Result<()> {
    if tasks.is_empty() {
        eprintln!("All parts are from earlier runs. Delete the file of results to measure again.");
    }
    let (next, begin) = (AtomicUsize::new(0), Instant::now());
    let work = || -> io::Result<()> {
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let part = Part {
                cell: task.cell.name(),
                draws: task.draws,
                start: task.repetitions.start,
                end: task.repetitions.end,
                counts: task.cell.simulate(task.repetitions.clone(), task.draws),
            };
            let done = next.load(Ordering::Relaxed).min(tasks.len());
            eprintln!("{done} of {} after {} s: {}", tasks.len(), begin.elapsed().as_secs(), part.cell);
            store.lock().map_err(|_| io::Error::other("another thread panicked"))?.add(part)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| io::Error::other("a thread panicked"))?)
    })
}
