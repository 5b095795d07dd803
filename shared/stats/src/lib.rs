//! The statistics of Bellwether, on numbers alone. This crate knows no test and no store, reads no clock and
//! generates no randomness of its own.
//!
//! [`moments`] and [`joint`] contain what an aggregation keeps of each arm, and [`sample`] contains what a
//! comparison needs of it. Each other module is one method, named after the question that it answers or after
//! its author. `domain::results` decides which of them a report shows.

pub mod adaptive;
pub mod agresti_caffo;
pub mod always_valid;
pub mod balance;
pub mod bayes;
pub mod cuped;
pub mod delta;
mod direction;
pub mod drift;
pub mod exact_rates;
pub mod families;
pub mod fieller;
mod figure;
pub mod joint;
pub mod moments;
pub mod permutation;
pub mod planning;
pub mod sample;
pub mod segments;
pub mod srm;
mod twofold;
pub mod warnings;
pub mod welch;

pub use direction::Direction;
pub use figure::figure;
