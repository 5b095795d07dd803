//! From totals to what they say: each arm against control on each goal. Start at [`goal`], whose [`comparison`]s are made of
//! the readings of a [`pair`] of arms.

pub mod arm;
pub mod chance;
pub mod changed_weights;
pub mod comparison;
pub mod fixed_horizon;
pub mod goal;
mod guardrails;
pub mod interval;
pub mod method;
pub mod pair;
pub mod plan;
pub mod rerandomization;
pub mod sample_ratio;
pub mod segment_report;
pub mod warnings;
