//! Searches for the slowest accepted requests of 64 KB: it combines operators, nesting, lengths and shapes at
//! random, and varies the slowest candidates further. It fails when a request costs more than 0.3 s of CPU.
//! Run by `make bench`, or alone by `cargo bench -p bellwether --bench worst`. It reads `SECONDS`, `SEED` and
//! `ROUTE`, a part of a route's name, from the environment.

mod draw;
mod routes;
mod search;
mod shapes;
mod targeting;

use std::process::ExitCode;
use std::time::Duration;

/// The maximum cost of an accepted request, in CPU time of a release build on this computer.
const MOST: Duration = Duration::from_millis(300);
/// How long each route is searched by default, in seconds.
const SECONDS: u64 = 20;

fn main() -> ExitCode {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (seconds, seed) = (number("SECONDS", SECONDS), number("SEED", 1));
    let mut slow = false;
    let only = std::env::var("ROUTE").unwrap_or_default();
    for route in routes::all().into_iter().filter(|route| route.name.contains(&only)) {
        let found = search::worst(&route, Duration::from_secs(seconds), seed);
        println!("{:<34} {:>7.1} ms  {}", route.name, found.cpu.as_secs_f64() * 1e3, found.note);
        slow |= found.cpu > MOST;
    }
    if slow {
        eprintln!("a request costs more than {MOST:?} of CPU");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
