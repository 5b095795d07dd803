//! Tests with daily interim looks up to twice their plan, decided by re-randomization.
//!
//! [`scenario`] is the table of what is simulated. [`outcome`] draws the outcome of a unit, and [`mod@test`] the units
//! of a test. [`decision`] watches a test as results do. [`fixed`] and [`mixture`] are the tests to which it is
//! compared. [`results`] watches it with the results of `domain`. [`cell`] counts decisions over many repetitions, and
//! [`stages`] those of tests whose weights an operator changes. [`store`] and [`runner`] make a run resumable, and
//! [`table`] renders what was counted.

pub mod cell;
pub mod counts;
pub mod decision;
mod definition;
pub mod fixed;
pub mod mixture;
pub mod outcome;
pub mod results;
pub mod runner;
pub mod scenario;
pub mod stages;
pub mod store;
pub mod table;
pub mod test;
