//! Machines: an id, scopes, and secrets that are shown once and kept as hashes (`client.rs`), and how they
//! are added and changed (`change.rs`).

mod change;
mod client;

pub use change::{ClientPatch, Drawn, NewClient};
pub use client::{Client, ClientId, ClientSecret, ClientView, LIVE_SECRETS, NotAClientId, SecretView};
