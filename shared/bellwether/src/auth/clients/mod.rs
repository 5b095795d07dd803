//! API clients: id, scopes and secrets, which are shown once and stored as hashes (`client.rs`), and how
//! clients are created and changed (`change.rs`).

mod change;
mod client;

pub use change::{ClientPatch, Drawn, NewClient};
pub use client::{Client, ClientId, ClientSecret, ClientView, LIVE_SECRETS, NotAClientId, SecretView};
