//! From rows to a report, without side effects. [`counting`] turns rows into totals by arm. [`looks`] takes the
//! interim looks at which a test is decided. [`reading`]
//! compares each arm with control on each goal, with the methods of the crate `stats`. [`verdict`] recommends
//! what to do, and computes what more units would show. [`report`] combines these parts, and defines the
//! stored form and the response. [`notice`] announces what has become known since the last report, and
//! [`programme`] compares several tests by their reports. [`adapt`] sets the weights of adaptive tests, and
//! [`cadence`] decides when to count again.
//!
//! Modules depend on each other in this order: counting, looks, reading, verdict, report, then notice and programme.

pub mod adapt;
pub mod cadence;
pub mod counting;
pub mod looks;
pub mod notice;
pub mod programme;
pub mod reading;
pub mod report;
pub mod verdict;
