//! The statistics of Bellwether, on numbers alone: no test, no store, no clock, no chance of their own.
//!
//! [`moments`] and [`joint`] hold what a fold keeps of each arm, [`sample`] what a comparison needs of
//! it. Each other module is one method, named after what it answers or after who found it. `domain::results` decides which of them a report shows.

pub mod adaptive;
pub mod agresti_caffo;
pub mod always_valid;
pub mod balance;
pub mod bayes;
mod better;
pub mod cuped;
pub mod delta;
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

pub use better::Better;
pub use figure::figure;
