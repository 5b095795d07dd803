//! From a test's rows to totals by arm. Start at [`aggregation`], which reads [`row`]s unit by unit and
//! computes [`totals`].

pub mod aggregation;
pub mod arrivals;
pub mod batches;
pub mod changed_weights;
pub mod known_outcome;
pub mod mature_rates;
pub mod numbers;
pub mod outcomes;
pub mod pair;
pub mod row;
pub mod segment_counts;
pub mod totals;
mod unit_number;
pub mod unit_rows;
pub mod united;
