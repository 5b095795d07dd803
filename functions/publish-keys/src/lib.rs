//! `GET /.well-known/jwks.json`: the public keys for services that verify tokens themselves.
//! `GET /.well-known/oauth-authorization-server`: the addresses of the endpoints, when a custom domain
//! exists.
//!
//! `bellwether::auth::keys::discovery` defines their content, and `bellwether::auth::rotation` how long they
//! may be cached.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::keys::discovery;
use bellwether::auth::rotation::Rotation;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, PUBLISH_KEYS, PUBLISH_KEYS_METADATA};
use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<KeySet>(), Handled::by::<Metadata>()]);

#[derive(Debug)]
struct KeySet;

impl Endpoint for KeySet {
    const OPERATION: &'static Operation = &PUBLISH_KEYS;

    type Caller = Anyone;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, _: Call<Self>) -> Result<Reply, Problem> {
        let keys = app.auth.public_keys().await?;
        Ok(cacheable(app, Reply::ok(&discovery::key_set(&keys, app.clock.now()))?))
    }
}

#[derive(Debug)]
struct Metadata;

impl Endpoint for Metadata {
    const OPERATION: &'static Operation = &PUBLISH_KEYS_METADATA;

    type Caller = Anyone;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, _: Call<Self>) -> Result<Reply, Problem> {
        let domain = app.browser.as_ref().ok_or(Problem::NotFound)?.domain.as_str();
        Ok(cacheable(app, Reply::ok(&discovery::metadata(&app.auth.terms().issuer, domain))?))
    }
}

fn cacheable(app: &App, reply: Reply) -> Reply {
    reply.cacheable(Rotation::new(app.limits.key_cache_seconds).max_age())
}
