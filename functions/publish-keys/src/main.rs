//! `GET /.well-known/jwks.json`: the public keys that tokens are verified with, for services that
//! verify them by themselves. `GET /.well-known/oauth-authorization-server`: where the endpoints
//! are, when there is a custom domain.
//!
//! What stands in them: `bellwether::auth::keys::discovery`; how long they may be kept:
//! `bellwether::auth::rotation`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::keys::discovery;
use bellwether::auth::rotation::Rotation;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, serve};
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let reply = match request.uri().path().trim_end_matches('/').rsplit('/').next() {
        Some("jwks.json") => key_set(app).await?,
        _ => metadata(app)?,
    };
    Ok(reply.cacheable(Rotation::new(app.limits.key_cache_seconds).max_age()))
}

async fn key_set(app: &App) -> Result<Reply, Problem> {
    let keys = app.auth.public_keys().await?;
    Reply::ok(&discovery::key_set(&keys, app.clock.now()))
}

fn metadata(app: &App) -> Result<Reply, Problem> {
    let domain = app.browser.as_ref().ok_or(Problem::NotFound)?.domain.as_str();
    Reply::ok(&discovery::metadata(&app.auth.terms().issuer, domain))
}
