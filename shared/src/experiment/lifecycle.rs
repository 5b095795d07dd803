//! The life of a test: which moves between states are legal.

use serde::{Deserialize, Serialize};

/// Where a test is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written; everything may change.
    Draft,
    /// Assigning units.
    Running,
    /// Assigning nobody for now; the phase goes on when it resumes.
    Paused,
    /// The phase is over; starting again begins a new one with a fresh seed.
    Stopped,
    /// Put away for good; readable only.
    Archived,
}

/// What a legal move means for the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Nothing but the status changes.
    Plain,
    /// A stopped test starts again: a new phase with a fresh seed.
    NewPhase,
}

impl Status {
    /// Decides whether a test may go from `self` to `next`. Staying is legal, so that a repeated
    /// request is harmless.
    #[must_use]
    pub fn go(self, next: Self) -> Option<Move> {
        use Status::{Archived, Draft, Paused, Running, Stopped};
        match (self, next) {
            (a, b) if a == b => Some(Move::Plain),
            (Draft, Running | Archived)
            | (Running, Paused | Stopped)
            | (Paused, Running | Stopped)
            | (Stopped, Archived) => Some(Move::Plain),
            (Stopped, Running) => Some(Move::NewPhase),
            _ => None,
        }
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Archived => "archived",
        }
    }

    /// Whether units have been promised something that must stay true until the phase ends.
    #[must_use]
    pub fn is_mid_phase(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_states_is_either_a_legal_move_or_refused() {
        use Status::{Archived, Draft, Paused, Running, Stopped};
        let all = [Draft, Running, Paused, Stopped, Archived];
        let legal: Vec<_> = all
            .into_iter()
            .flat_map(|from| all.map(|to| (from, to)))
            .filter(|(from, to)| from != to && from.go(*to).is_some())
            .collect();
        let expected = [
            (Draft, Running),
            (Draft, Archived),
            (Running, Paused),
            (Running, Stopped),
            (Paused, Running),
            (Paused, Stopped),
            (Stopped, Running),
            (Stopped, Archived),
        ];
        assert_eq!(legal, expected);
    }

    #[test]
    fn only_restarting_a_stopped_test_begins_a_new_phase() {
        assert_eq!(Status::Stopped.go(Status::Running), Some(Move::NewPhase));
        assert_eq!(Status::Paused.go(Status::Running), Some(Move::Plain));
        assert_eq!(Status::Draft.go(Status::Running), Some(Move::Plain));
    }
}
