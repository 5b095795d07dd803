//! Tests of look-ups with a real store.

mod assignments;
mod directory;
mod events;
