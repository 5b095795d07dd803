//! Searches for the slowest candidate, alternating random ones with variations of the slowest so far.

use std::time::{Duration, Instant};

use crate::draw::Draw;

/// A route, which creates the work of a candidate. None when its test is refused.
pub struct Route {
    pub name: &'static str,
    /// The number of times that a whole request does the measured work.
    pub times: u32,
    pub candidate: fn(&mut Draw) -> Option<Work>,
}

/// The work to measure. Returns its description. None when the whole request is refused.
pub type Work = Box<dyn FnOnce() -> Option<String>>;

/// The slowest candidate.
#[derive(Debug)]
pub struct Found {
    pub cpu: Duration,
    pub note: String,
    draw: Draw,
}

/// Searches for this time.
pub fn worst(route: &Route, time: Duration, seed: u64) -> Found {
    let mut seeds = Draw::seeded(seed);
    let mut found = Found { cpu: Duration::ZERO, note: String::new(), draw: Draw::seeded(seed) };
    let (began, mut tried) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        tried += 1;
        let seed = seeds.next();
        let fresh = tried < 200 || seeds.once_in(2);
        let mut draw = if fresh { Draw::seeded(seed) } else { found.draw.varied(seed) };
        let Some((cpu, note)) = measured(route, &mut draw) else { continue };
        if cpu <= found.cpu {
            continue;
        }
        // The computer may have been busy, so this takes the lowest of three measurements.
        let again = (0..2).filter_map(|_| measured(route, &mut draw.again(seed))).map(|(cpu, _)| cpu);
        let cpu = again.fold(cpu, Duration::min);
        if cpu > found.cpu {
            found = Found { cpu, note, draw };
        }
    }
    found.note = format!("{tried} tried; {}", found.note);
    found
}

fn measured(route: &Route, draw: &mut Draw) -> Option<(Duration, String)> {
    let work = (route.candidate)(draw)?;
    let before = cpu();
    let note = work()?;
    Some((cpu().saturating_sub(before) * route.times, note))
}

/// The CPU time of this thread, accurate to a few milliseconds, as the kernel's scheduler counts it.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}
