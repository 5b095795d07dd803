//! How long to wait before a request is sent again.

use std::time::Duration;

/// The longest wait that is chosen here. A server can ask for a longer one.
const LONGEST: Duration = Duration::from_secs(8);

/// Returns whether the same request can succeed later without a change.
#[must_use]
pub fn is_temporary(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Returns the wait after the attempt with this number, from 0: what the server wants, or 0.25 s, 0.5 s, 1 s, … up to 8 s.
#[must_use]
pub fn wait(attempt: u32, wanted: Option<Duration>) -> Duration {
    wanted.unwrap_or_else(|| LONGEST.min(Duration::from_millis(250 << attempt.min(10))))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::wait;

    #[test]
    fn waits_double_up_to_a_limit_unless_the_server_asks_for_more() {
        let waits = [0, 1, 2, 5, 6, 40].map(|attempt| wait(attempt, None).as_millis());
        assert_eq!(waits, [250, 500, 1_000, 8_000, 8_000, 8_000]);
        assert_eq!(wait(0, Some(Duration::from_secs(20))), Duration::from_secs(20));
    }
}
