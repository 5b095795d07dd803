//! `POST /login`: an e-mail address and a password for an access token and a refresh token.
//!
//! An attempt is counted before its password is looked at, and only who wins that count goes on.
//! Limits: `bellwether::auth::access::throttle`; who it is: `prove.rs`; what they get: `session.rs`.

mod prove;
mod session;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::users::{Email, Password, UserId};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::net::source::Source;
use bellwether::random;
use bellwether::store::counters::SignIn;
use lambda_http::{Error, Request};
use secrecy::SecretString;
use serde::Deserialize;

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
    session: Option<Keep>,
}

/// Where the tokens are to be kept, if not by the caller.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keep {
    Cookie,
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let login: Login = extract::body(&request)?;
    let email = Email::parse(&login.email).map_err(|e| Problem::field("/email", e.to_string()))?;
    let password = Password::offered(&login.password);
    let in_cookies = login.session.is_some();
    if in_cookies {
        session::own_page(app, &request)?;
    }
    let origin = app.origin(&request)?;
    let user = app.store.identities.user(&UserId::of(&email)).await?;
    let epoch = user.as_ref().map_or(0, |user| user.throttle_epoch);
    let attempt = app.auth.attempt(&email, epoch, Source::of(&request)?).await?;
    let admitted = app.store.throttles.admit(attempt, origin.at).await??;
    let Some(user) = prove::prove(user, &password)? else {
        count(app, SignIn::Failed).await;
        return Err(Problem::WrongCredentials);
    };
    app.store.throttles.forgive(&admitted, origin.at).await?;
    prove::strengthen(app, &user, &password).await;
    let answer = session::begin(app, &user, &origin, in_cookies).await?;
    count(app, SignIn::Succeeded).await;
    Ok(answer)
}

/// Counts an outcome. A count that is lost harms nobody, so it stops no sign-in.
async fn count(app: &App, outcome: SignIn) {
    let Ok([shard]) = random::bytes() else { return };
    if let Err(error) = app.store.counters.sign_in(outcome, shard).await {
        tracing::warn!(cause = %error, "a sign-in could not be counted");
    }
}
