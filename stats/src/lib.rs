//! The statistics of Bellwether, on numbers alone: no test, no store, no clock, no chance of their own.
//!
//! [`moments`] holds what a fold keeps of each arm. Each other module is one method, named after what
//! it answers or after who found it. `shared/src/results/` decides which of them a report shows.

pub mod adaptive;
pub mod balance;
pub mod bayes;
pub mod fieller;
pub mod moments;
pub mod srm;
pub mod welch;
