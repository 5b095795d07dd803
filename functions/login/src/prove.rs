//! Verifies the user's password.

use bellwether::App;
use bellwether::auth::users::{Password, User};
use bellwether::http::problem::Problem;

/// Returns the user if the password matches and the user may sign in. The cost is the same for every input.
pub fn prove(user: Option<User>, password: &Password) -> Result<Option<User>, Problem> {
    let Some(user) = user else {
        password.match_unknown_user().map_err(Problem::internal)?;
        return Ok(None);
    };
    let matches = password.matches(&user.password_hash);
    Ok((matches && !user.disabled).then_some(user))
}

/// Replaces a stored hash that was made with weaker parameters than the current ones. If this fails, the sign-in
/// continues, and the next sign-in tries again.
pub async fn strengthen(app: &App, user: &User, password: &Password) {
    if !user.password_hash.is_outdated() {
        return;
    }
    let outcome = match password.hash() {
        Ok(stronger) => app.store.identities.rehash(user, &stronger).await.map_err(Problem::from),
        Err(failure) => Err(Problem::internal(failure)),
    };
    if let Err(problem) = outcome {
        tracing::warn!(cause = problem.cause(), "a password could not be rehashed");
    }
}
