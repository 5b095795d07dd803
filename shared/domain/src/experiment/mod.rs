//! Tests and their decisions. This module is pure: time and randomness are arguments.
//!
//! [`definition`] contains the definition of a test, [`Experiment`] its state, and [`assign`] the decision about
//! one account.

pub mod allocation;
pub mod assign;
pub mod assignment;
pub mod bucket;
pub mod condition;
pub mod conversion;
pub mod definition;
mod erase;
pub mod exposure;
pub mod goal;
pub mod id;
pub mod identity;
pub mod known;
pub mod lifecycle;
pub mod peek;
mod preview_key;
mod promises;
pub mod response;
pub mod revise;
mod rules;
pub mod seed;
pub mod state;
pub mod unit;
pub mod variant;
pub mod version;
pub mod wire;

pub use assign::{Decision, Otherwise, Reason, decide};
pub use assignment::Assignment;
pub use conversion::{Conversion, Entry, Event, Void};
pub use definition::Definition;
pub use goal::Goal;
pub use id::{EventId, ExperimentId, GoalKey, UnitId, VariantKey, Workspace};
pub use identity::{UnitKind, UnitName};
pub use known::{Balance, Known};
pub use lifecycle::{Enrolment, Status};
pub use peek::{Peek, foresee};
pub use preview_key::PreviewKey;
pub use response::AssignmentResponse;
pub use revise::Refusal;
pub use seed::Seed;
pub use state::{Experiment, Shipped, Weighting};
pub use unit::Unit;
pub use variant::{BasisPoints, Variant};
pub use version::Version;
