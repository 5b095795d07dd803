//! What is said to browsers alone: the cookies of a session, and which pages of other origins may read an
//! answer.

pub mod cookies;
pub mod cors;
