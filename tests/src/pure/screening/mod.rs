//! Screening held to real texts, to every hidden code point there is, and to random texts: nothing
//! hidden comes through, nothing ordinary is touched, and what reads like an instruction to a model is
//! marked.

mod cost;
mod forms;
mod hidden;
mod lists;
mod random;
mod smuggling;
