//! Users: their identity (`identity.rs`), their passwords (`password.rs`, `blocklist.rs`), their stored and
//! visible fields (`user.rs`), creation and changes (`rules.rs`, `change.rs`), and whether a token still
//! matches its user (`standing.rs`).

mod blocklist;
mod change;
mod identity;
mod password;
mod rules;
mod standing;
mod user;

pub use change::{NotRevised, UserPatch};
pub use identity::{Email, NotAUserId, NotAnEmail, UserId};
pub use password::{HashFailure, Password, PasswordHash};
pub use rules::{credentials, new_password, user_role};
pub use standing::{Standing, Superseded};
pub use user::{User, UserView};
