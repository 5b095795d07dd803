//! Bellwether's statistical methods, on numbers alone. This crate does not depend on tests or storage. It
//! reads no clock and generates no randomness of its own.
//!
//! [`moments`] and [`joint`] contain the stored statistics of each arm, and [`sample`] contains the input of
//! a comparison. Each other module is one method, named after its purpose or its author. `domain::results`
//! decides which of them a report shows.

pub mod adaptive;
pub mod agresti_caffo;
pub mod always_valid;
pub mod balance;
pub mod bayes;
pub mod betting;
pub mod cuped;
pub mod delta;
mod direction;
pub mod drift;
pub mod exact_rates;
pub mod families;
pub mod fieller;
mod figure;
pub mod homogeneity;
pub mod joint;
pub mod moments;
pub mod permutation;
pub mod planning;
pub mod rerandomization;
pub mod sample;
pub mod shrinkage;
pub mod spending;
pub mod srm;
mod twofold;
pub mod warnings;
pub mod welch;

pub use direction::Direction;
pub use figure::figure;
