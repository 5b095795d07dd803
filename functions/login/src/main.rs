//! `POST /login`: an e-mail address and a password for an access token.
//!
//! An unknown address and a wrong password take the same work and get the same answer.
//! Passwords: `bellwether::auth::password`; tokens: `bellwether::auth::token`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::Issued;
use bellwether::auth::identity::{Email, UserId};
use bellwether::auth::password::Password;
use bellwether::auth::token::LIFE_SECONDS;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::store::identities::User;
use lambda_http::{Error, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    password: SecretString,
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let login: Login = extract::body(&request)?;
    let email = Email::parse(&login.email).map_err(|e| Problem::field("/email", e.to_string()))?;
    let password = Password::offered(&login.password);
    let Some(user) = app.store.identities.user(&UserId::of(&email)).await? else {
        password.match_nobody().map_err(Problem::internal)?;
        return Err(Problem::WrongCredentials);
    };
    if !password.matches(&user.password_hash) {
        return Err(Problem::WrongCredentials);
    }
    strengthen(app, &user, &password).await;
    let Issued { token, scope } = app.auth.issue(&user).await?;
    Reply::ok(&json!({
        "access_token": token.expose_secret(),
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "scope": scope,
    }))
}

/// Hashes the password anew when the stored hash was made with weaker parameters than today's.
/// When that fails the person signs in all the same; the next time is as good.
async fn strengthen(app: &App, user: &User, password: &Password) {
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
