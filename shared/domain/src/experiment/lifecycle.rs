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
    /// Assigning nobody; the phase may be resumed, or a new one begun with a fresh seed.
    Stopped,
    /// Won: whoever meets the targeting or was assigned is told the winner. Nobody is enrolled or counted.
    Shipped,
    /// Put away for good; readable only.
    Archived,
}

/// How a stopped test becomes running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// The phase goes on: seed, assignments and overrides stay.
    Resume,
    /// A new phase begins: accounts are randomized anew.
    Restart,
}

/// Whether a running test takes new units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Enrolment {
    /// It does.
    #[default]
    Open,
    /// Units that are assigned keep their variant, and nobody else is assigned.
    Closed,
}

impl Enrolment {
    /// Whether it is the usual one, which is not stored.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// Why a move is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// There is no such move.
    Illegal,
    /// A stopped test can be resumed or restarted, and the caller did not say which.
    Undecided,
    /// The caller said how to start, and this move has no such choice.
    Pointless,
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
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Running, Self::Paused, Self::Stopped, Self::Shipped, Self::Archived];

    /// Decides whether a test may go from `self` to `next`. Staying is legal, so that a repeated
    /// request is harmless.
    ///
    /// # Errors
    /// Why it may not.
    pub fn go(self, next: Self, start: Option<Start>) -> Result<Move, Denied> {
        use Status::{Archived, Draft, Paused, Running, Shipped, Stopped};
        let legal = matches!(
            (self, next),
            (Draft, Running | Archived)
                | (Running, Paused | Stopped | Shipped)
                | (Paused | Shipped, Running | Stopped)
                | (Stopped, Running | Shipped | Archived)
        );
        match (self, next, start) {
            _ if !legal && self != next => Err(Denied::Illegal),
            (Stopped, Running, None) => Err(Denied::Undecided),
            (Stopped, Running, Some(Start::Restart)) => Ok(Move::NewPhase),
            (Running | Paused | Stopped | Shipped, Running, Some(Start::Resume)) | (_, _, None) => {
                Ok(Move::Plain)
            }
            _ => Err(Denied::Pointless),
        }
    }

    /// The states that a test may go to from this one.
    pub fn next(self) -> impl Iterator<Item = Self> {
        let all = [Self::Draft, Self::Running, Self::Paused, Self::Stopped, Self::Shipped, Self::Archived];
        all.into_iter().filter(move |to| self != *to && self.go(*to, None) != Err(Denied::Illegal))
    }

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Shipped => "shipped",
            Self::Archived => "archived",
        }
    }

    /// Whether units are told a variant: the states that an instance may remember for a while.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Running | Self::Shipped)
    }

    /// Whether the test has begun and is not put away: its results are read and outcomes are taken.
    #[must_use]
    pub fn is_started(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopped | Self::Shipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_states_is_either_a_legal_move_or_refused() {
        use Status::{Archived, Draft, Paused, Running, Shipped, Stopped};
        let all = [Draft, Running, Paused, Stopped, Shipped, Archived];
        let legal: Vec<_> = all
            .into_iter()
            .flat_map(|from| all.map(|to| (from, to)))
            .filter(|(from, to)| from != to && from.go(*to, None) != Err(Denied::Illegal))
            .collect();
        let expected = [
            (Draft, Running),
            (Draft, Archived),
            (Running, Paused),
            (Running, Stopped),
            (Running, Shipped),
            (Paused, Running),
            (Paused, Stopped),
            (Stopped, Running),
            (Stopped, Shipped),
            (Stopped, Archived),
            (Shipped, Running),
            (Shipped, Stopped),
        ];
        assert_eq!(legal, expected);
    }

    #[test]
    fn a_stopped_test_starts_only_by_a_choice_and_only_a_restart_begins_a_new_phase() {
        use Status::{Archived, Draft, Paused, Running, Shipped, Stopped};
        let (resume, restart) = (Some(Start::Resume), Some(Start::Restart));
        assert_eq!(Stopped.go(Running, None), Err(Denied::Undecided));
        assert_eq!(Stopped.go(Running, restart), Ok(Move::NewPhase));
        for from in [Stopped, Paused, Shipped] {
            assert_eq!(from.go(Running, resume), Ok(Move::Plain), "{from:?}");
        }
        for from in [Paused, Shipped, Draft, Running] {
            assert_eq!(from.go(Running, restart), Err(Denied::Pointless), "{from:?}");
        }
        assert_eq!(Draft.go(Running, resume), Err(Denied::Pointless));
        assert_eq!(Running.go(Stopped, resume), Err(Denied::Pointless));
        assert_eq!(Archived.go(Running, restart), Err(Denied::Illegal));
    }
}
