//! From rows to a report, pure. [`counting`] turns rows into totals by arm; [`reading`] compares each arm with control on
//! each goal by the methods of the crate `stats`; [`verdict`] says what to do now, and what more units would show;
//! [`report`] puts all of it together, keeps it and answers it. [`adapt`] sets the weights of adaptive tests, [`cadence`]
//! says when to count anew.
//!
//! Each room knows those before it: counting, reading, verdict, report.

pub mod adapt;
pub mod cadence;
pub mod counting;
pub mod reading;
pub mod report;
pub mod verdict;
