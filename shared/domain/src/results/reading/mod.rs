//! From totals to readings: each arm compared with control on each goal. Start at [`goal`]. Its
//! [`comparison`]s consist of the readings of a [`pair`] of arms.

pub mod arm;
pub mod betting;
pub mod chance;
pub mod comparison;
pub mod fixed_horizon;
pub mod goal;
pub mod interval;
pub mod looked;
pub mod method;
pub mod pair;
pub mod plan;
pub mod rerandomization;
pub mod sample_ratio;
pub mod segment_report;
mod staged;
pub mod warnings;
