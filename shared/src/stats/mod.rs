//! From rows to a report: the fold over events and the statistics on its moments. Pure.
//!
//! [`fold`] turns rows into per-arm moments, [`report`] turns those into what a reader sees.

pub mod fold;
pub mod mean;
pub mod moments;
pub mod relative;
pub mod report;
pub mod segments;
pub mod srm;
pub mod verdict;
