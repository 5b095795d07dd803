//! What Bellwether decides: pure, with time and randomness as arguments, and without any AWS crate.
//!
//! [`experiment`] says what a test is and which variant an account sees; [`results`] counts what was recorded and
//! judges it by the methods of the crate `stats`. [`clock`] has points in time, [`validation`] what is wrong with an
//! input.

pub mod clock;
pub mod experiment;
pub mod results;
pub mod validation;
