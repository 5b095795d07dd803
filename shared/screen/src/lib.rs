//! Screens text that may become part of a prompt for a language model: names, hypotheses, parameters, conditions,
//! and the data that callers send about accounts (OWASP LLM01:2025).
//!
//! [`Screen`] cleans incoming text: the result is in NFC and contains no code point that a model reads and a
//! human does not see. [`Findings`] marks text that reads like an instruction to a model, and rejects
//! nothing. [`delimit`] puts a text into a frame that it cannot leave, for code that builds a prompt.

mod appearance;
mod clean;
mod context;
mod document;
mod encoded;
mod forms;
mod frame;
mod hidden;
mod lexicon;
mod markup;
pub mod pointer;
mod property;
mod score;
mod sign;

pub use clean::{Refused, Screen, visible};
pub use document::{Findings, Suspect};
pub use frame::delimit;
pub use hidden::{Hidden, Why, first_hidden, strip};
pub use score::score;
pub use sign::{SUSPECT, Score, Sign};
