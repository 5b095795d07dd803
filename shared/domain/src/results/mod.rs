//! From rows to a report, pure. [`fold`] turns rows into [`totals`] by arm; [`report`] turns those into
//! what a reader sees: each goal's [`comparison`]s hold the [`readings`] of one arm against control,
//! [`outlook`] says what more units would show, [`verdict`] what to do now. The methods are in the
//! crate `stats/`. [`adapt`] sets the weights of adaptive tests, [`cadence`] says when to count anew.

pub mod adapt;
pub mod arrivals;
mod bounds;
pub mod cadence;
pub mod chance;
mod compare;
pub mod comparison;
pub mod fold;
mod frame;
pub mod goals;
mod guardrails;
pub mod maturity;
pub mod method;
mod no_difference;
pub mod outcomes;
pub mod outlook;
pub mod readings;
pub mod redealt;
pub mod report;
pub mod segments;
mod sentences;
pub mod slices;
mod standing;
pub mod totals;
pub mod verdict;
pub mod warnings;
