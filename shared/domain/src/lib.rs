//! The decisions of Bellwether. This crate is pure: time and randomness are arguments, and it uses no AWS
//! crate.
//!
//! [`account`] is the directory of accounts. [`experiment`] defines what a test is and which variant an account sees. [`results`] counts what was
//! recorded and evaluates it with the methods of the crate `stats`. [`planning`] computes the units and days
//! that a test needs. [`workspace`] contains the settings of a workspace, and [`privacy`] requests for the data of
//! accounts and their erasure. [`clock`] contains points in time and time zones, and [`validation`] describes the
//! errors in an input.

pub mod account;
pub mod clock;
pub mod experiment;
pub mod planning;
pub mod privacy;
pub mod results;
pub mod validation;
pub mod workspace;
