//! Simulations with a fixed seed that measure how often the methods of `stats` err.

pub mod adaptive;
pub mod balance;
pub mod bayes;
pub mod betting;
pub mod chance;
pub mod coverage;
pub mod exact;
pub mod fixed;
pub mod goals;
pub mod heavy;
pub mod planning;
pub mod power;
pub mod ratios;
pub mod sample_ratio;
pub mod sequential;
pub mod watched;
