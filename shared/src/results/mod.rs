//! From rows to a report, pure: [`fold`] turns rows into totals by arm, [`report`] turns those into what
//! a reader sees. The methods are in the crate `stats/`.

pub mod fold;
pub mod report;
pub mod segments;
pub mod verdict;
