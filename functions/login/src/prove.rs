//! Whether the password is theirs.

use bellwether::App;
use bellwether::auth::users::{Password, User};
use bellwether::http::problem::Problem;

/// The user_named, if the password is theirs and they may sign in: at the same cost for anybody.
pub fn prove(user: Option<User>, password: &Password) -> Result<Option<User>, Problem> {
    let Some(user) = user else {
        password.match_unknown_user().map_err(Problem::internal)?;
        return Ok(None);
    };
    let matches = password.matches(&user.password_hash);
    Ok((matches && !user.disabled).then_some(user))
}

/// Hashes the password anew when the stored hash was made with weaker parameters than today's.
/// When that fails the person signs in all the same; the next time is as good.
pub async fn strengthen(app: &App, user: &User, password: &Password) {
    if !user.password_hash.is_outdated() {
        return;
    }
    let outcome = match password.hash() {
        Ok(stronger) => app.store.identities.rehash(user, &stronger).await.map_err(Problem::from),
        Err(failure) => Err(Problem::internal(failure)),
    };
    if let Err(problem) = outcome {
        tracing::warn!(cause = problem.cause(), "a password could not be hashed anew");
    }
}
