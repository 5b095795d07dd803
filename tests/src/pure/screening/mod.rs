//! Tests screening with real texts, with every hidden code point, and with random texts: hidden content is
//! refused, ordinary text is unchanged, and text that reads like an instruction to a model is marked.

mod cost;
mod forms;
mod hidden;
mod lists;
mod random;
mod smuggling;
