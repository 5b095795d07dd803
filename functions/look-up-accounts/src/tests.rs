//! Tests of look-ups with a real store.

mod events;
