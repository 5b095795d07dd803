//! Decisions about accounts in several tests, and previews of one test.
//!
//! `POST /evaluate` ([`evaluate`]) returns what up to 100 accounts have or would get in the workspace's live tests, in
//! those of a namespace, or in named ones. It peeks: nothing is stored unless the caller exposes. `POST
//! /tests/{test_id}/preview` ([`preview`]) explains what a test in any state decides, and issues preview tokens.

mod evaluate;
mod expose;
mod parameters;
mod peeked;
mod preview;
mod rows;
mod selection;
#[cfg(test)]
mod tests;

use bellwether::runtime::{Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<evaluate::EvaluateTests>(), Handled::by::<preview::PreviewTest>()])
        .reading(Keyed::Tests);
