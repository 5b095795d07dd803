//! `POST /login`: an e-mail address and a password for an access token and a refresh token.
//!
//! An attempt is counted before its password is looked at, and only who wins that count goes on. An
//! unknown address and a wrong password take the same work and get the same answer.
//! Limits: `bellwether::auth::throttle`; passwords: `auth::password`; sessions: `auth::session`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::browser::{csrf_hash, from_own_page};
use bellwether::auth::identity::{Email, UserId};
use bellwether::auth::password::Password;
use bellwether::auth::session::{RefreshToken, Session};
use bellwether::auth::token::Grant;
use bellwether::http::problem::Problem;
use bellwether::http::source::Source;
use bellwether::http::{Function, extract, reply::Reply, serve, tokens};
use bellwether::random;
use bellwether::store::audit::{Action, Origin};
use bellwether::store::counters::SignIn;
use bellwether::store::identities::User;
use lambda_http::{Error, Request};
use secrecy::{ExposeSecret, SecretString};
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
    let in_cookies = login.session.map(|Keep::Cookie| own_page(app, &request)).transpose()?.is_some();
    let origin = app.origin(&request)?;
    let user = app.store.identities.user(&UserId::of(&email)).await?;
    let epoch = user.as_ref().map_or(0, |user| user.throttle_epoch);
    let attempt = app.auth.attempt(&email, epoch, Source::of(&request)?).await?;
    let admitted = app.store.throttles.admit(attempt, origin.at).await??;
    let Some(user) = prove(user, &password)? else {
        count(app, SignIn::Failed).await;
        return Err(Problem::WrongCredentials);
    };
    app.store.throttles.forgive(&admitted, origin.at).await?;
    strengthen(app, &user, &password).await;
    let answer = begin(app, &user, &origin, in_cookies).await?;
    count(app, SignIn::Succeeded).await;
    Ok(answer)
}

/// Cookies are for pages of the list alone, from the sign-in on: otherwise another site could sign a
/// browser in as somebody else.
fn own_page(app: &App, request: &Request) -> Result<(), Problem> {
    let off = "is not offered: cookies need a custom domain; leave it out and keep the tokens yourself";
    let browser = app.browser.as_ref().ok_or_else(|| Problem::field("/session", off))?;
    from_own_page(browser, request)
}

/// The person, if the password is theirs and they may sign in: at the same cost for anybody.
fn prove(user: Option<User>, password: &Password) -> Result<Option<User>, Problem> {
    let Some(user) = user else {
        password.match_nobody().map_err(Problem::internal)?;
        return Ok(None);
    };
    let matches = password.matches(&user.password_hash);
    Ok((matches && !user.disabled).then_some(user))
}

/// Begins a session and records the sign-in, both or neither.
async fn begin(app: &App, user: &User, origin: &Origin, in_cookies: bool) -> Result<Reply, Problem> {
    let token = RefreshToken::from_random(random::bytes().map_err(Problem::internal)?);
    let csrf = token.csrf(&*app.auth.signing_keys().await?);
    let (mut session, mut grant) = (Session::begin(&token, user, origin.at), Grant::to_person(user));
    if in_cookies {
        let hash = csrf_hash(csrf.expose_secret());
        session = session.in_cookies(hash.clone());
        grant = grant.in_cookies(hash);
    }
    let entry = origin.record(&user.workspace, &user.user_id, Action::SignedIn, session.session_id.as_str());
    app.store.sessions.begin(&session, app.store.audit.part(&entry)?).await?;
    entry.log();
    let issued = app.auth.grant(grant).await?;
    if in_cookies {
        tokens::in_cookies(&issued, &token, &csrf)
    } else {
        tokens::in_body(&issued, Some(&token))
    }
}

/// Counts an outcome. A count that is lost harms nobody, so it stops no sign-in.
async fn count(app: &App, outcome: SignIn) {
    let Ok([shard]) = random::bytes() else { return };
    if let Err(error) = app.store.counters.sign_in(outcome, shard).await {
        tracing::warn!(cause = %error, "a sign-in could not be counted");
    }
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
