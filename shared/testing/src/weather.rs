//! Random plans of fates for a [`crate::faults::Proxy`].

use std::time::Duration;

use crate::faults::Fate;
use crate::random::Random;

/// Alternates between good and bad periods: usually about one request in ten fails, and during a storm three
/// in four.
pub fn weather(mut random: Random) -> impl FnMut() -> Fate + Send {
    let mut storm = 0_u64;
    move || {
        if random.chance(8) {
            storm = 10 + random.below(30);
        }
        storm = storm.saturating_sub(1);
        if random.chance(if storm > 0 { 750 } else { 90 }) { fault(&mut random) } else { Fate::Pass }
    }
}

fn fault(random: &mut Random) -> Fate {
    match random.below(100) {
        0..28 => Fate::Delay(Duration::from_millis(1 + random.below(20))),
        28..30 => Fate::Delay(Duration::from_millis(300 + random.below(900))),
        30..45 => Fate::Drop,
        45 => Fate::Swallow,
        46..65 => Fate::Lose,
        65..75 => Fate::Answer(400, "com.amazon.coral.availability#ThrottlingException"),
        75..85 => {
            Fate::Answer(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")
        }
        85..92 => Fate::Answer(500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
        _ => Fate::Mislead,
    }
}
