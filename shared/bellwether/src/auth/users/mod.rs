//! People: who they are (`identity.rs`), what they sign in with (`password.rs`, `blocklist.rs`), what is kept
//! and shown of them (`user.rs`), how they are added and changed (`rules.rs`, `change.rs`), and whether a
//! token still says what holds of them (`standing.rs`).

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
pub use rules::{credentials, new_password, role_of_a_person};
pub use standing::{Standing, Superseded};
pub use user::{User, UserView};
