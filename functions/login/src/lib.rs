//! `POST /login`: exchanges an e-mail address and a password for an access token and a refresh token.
//!
//! An attempt is counted before its password is checked, and only an attempt whose count succeeds continues.
//! `bellwether::auth::access::throttle` defines the limits, `prove.rs` verifies the user, and `session.rs`
//! begins the session.

mod prove;
mod session;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::users::{Email, Password, UserId};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::net::source::Source;
use bellwether::operations::{LOGIN, Operation};
use bellwether::random;
use bellwether::runtime::body::Verbatim;
use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};
use bellwether::store::counters::SignIn;
use bellwether::store::reach::Keyed;
use secrecy::SecretString;
use serde::Deserialize;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<Login>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct Login;

impl Endpoint for Login {
    const OPERATION: &'static Operation = &LOGIN;

    type Caller = Anyone;
    type Path = ();
    type Body = Verbatim<Credentials>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Verbatim(credentials) = &call.body;
        let email = Email::parse(&credentials.email).map_err(|e| Problem::field("/email", e.to_string()))?;
        let password = Password::offered(&credentials.password);
        let in_cookies = credentials.session.is_some();
        if in_cookies {
            session::own_page(app, &call.request)?;
        }
        let origin = call.origin(app)?;
        let user = app.store.identities.user(&UserId::of(&email)).await?;
        let epoch = user.as_ref().map_or(0, |user| user.throttle_epoch);
        let attempt = app.auth.attempt(&email, epoch, Source::of(&call.request)?).await?;
        let admitted = app.store.throttles.admit(attempt, origin.at).await??;
        let Some(user) = prove::prove(user, &password)? else {
            count(app, SignIn::Failed).await;
            return Err(Problem::WrongCredentials);
        };
        app.store.throttles.forgive(&admitted, origin.at).await?;
        prove::strengthen(app, &user, &password).await;
        let response = session::begin(app, &user, &origin, in_cookies).await?;
        count(app, SignIn::Succeeded).await;
        Ok(response)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: SecretString,
    session: Option<Keep>,
}

/// Where the tokens are stored, if not by the caller.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keep {
    Cookie,
}

/// Counts an outcome. If the count fails, the sign-in continues.
async fn count(app: &App, outcome: SignIn) {
    let Ok([shard]) = random::bytes() else { return };
    if let Err(error) = app.store.counters.sign_in(outcome, shard).await {
        tracing::warn!(cause = %error, "a sign-in could not be counted");
    }
}
