//! The states of a test and the allowed transitions.

use serde::{Deserialize, Serialize};

/// The state of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The test is a draft, and everything may change.
    Draft,
    /// The test assigns units.
    Running,
    /// The test assigns no units until it is resumed in the same phase.
    Paused,
    /// The test assigns no units. It can be resumed, or restarted in a new phase with a new seed.
    Stopped,
    /// Every unit that matches the targeting or was assigned gets the winner. No unit is assigned or counted.
    Shipped,
    /// The test is permanently read-only.
    Archived,
}

/// How a stopped test becomes running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// The phase continues with its seed, assignments and overrides.
    Resume,
    /// A new phase begins, in which accounts are randomized again.
    Restart,
}

/// Whether a running test assigns new units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Enrolment {
    /// The test assigns new units.
    #[default]
    Open,
    /// Assigned units keep their variant, and no other unit is assigned.
    Closed,
}

impl Enrolment {
    /// Returns whether this is the default, which is not stored.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// Why a transition is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The transition does not exist.
    Illegal,
    /// A stopped test can be resumed or restarted, and the caller sent neither.
    Undecided,
    /// The caller sent `start` for a transition without that choice.
    Pointless,
}

/// The effect of an allowed transition on the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Only the status changes.
    Plain,
    /// A stopped test starts a new phase with a new seed.
    NewPhase,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Running, Self::Paused, Self::Stopped, Self::Shipped, Self::Archived];

    /// Checks the transition from `self` to `next`. The same state is allowed, so that a repeated request is
    /// harmless.
    ///
    /// # Errors
    /// Returns why the transition is rejected.
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

    /// Returns the states that can follow this one.
    pub fn next(self) -> impl Iterator<Item = Self> {
        let all = [Self::Draft, Self::Running, Self::Paused, Self::Stopped, Self::Shipped, Self::Archived];
        all.into_iter().filter(move |to| self != *to && self.go(*to, None) != Err(Denied::Illegal))
    }

    /// Returns the name on the wire.
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

    /// Returns whether units get a variant. An instance may cache a test in such a state for a while.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Running | Self::Shipped)
    }

    /// Returns whether the test has started and is not archived, so that it has results and accepts outcomes.
    #[must_use]
    pub fn is_started(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopped | Self::Shipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_states_is_either_allowed_or_rejected() {
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
    fn a_stopped_test_needs_a_start_and_only_a_restart_begins_a_phase() {
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
