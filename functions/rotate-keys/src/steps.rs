//! The four steps of a rotation. Each step completes what an interrupted rotation has left unfinished.

use bellwether::App;
use bellwether::auth::keys::rotation_secrets::{Described, Version};
use bellwether::auth::keys::{PrivateKey, PrivateKeys, PublicKeys};
use bellwether::auth::rotation::{self, Rotation};
use bellwether::http::problem::Problem;
use bellwether::store::audit::{Action, OPERATOR, Realm};
use domain::clock::Timestamp;

/// Creates the next keys as a pending version that no function reads yet. First, it completes an earlier
/// rotation, because keys without an end would never be removed.
pub async fn create(app: &App, secret: &Described, token: &str) -> Result<(), Problem> {
    if app.rotation_secrets.version(token).await?.is_some() {
        return Ok(());
    }
    let now = app.clock.now();
    let keys = match current(app, secret).await? {
        None => first(app, now).await?,
        Some(current) => {
            let known = app.rotation_secrets.published().await?;
            let closed = cycle(app).close(&current, &known, now);
            publish(app, &known, &closed).await?;
            let fresh = PrivateKey::generate().map_err(Problem::internal)?;
            cycle(app).next(&current, &closed, fresh, now)?
        }
    };
    Ok(app.rotation_secrets.store_pending(token, &keys).await?)
}

/// Creates the first keys and publishes the public key. Secrets Manager makes the first version of a secret
/// current at once, regardless of the requested stage, so signers may read it from then on.
async fn first(app: &App, now: Timestamp) -> Result<PrivateKeys, Problem> {
    let keys = PrivateKeys::first(now).map_err(Problem::internal)?;
    let known = app.rotation_secrets.published().await?;
    publish(app, &known, &rotation::publish(&keys, &known, now)).await?;
    Ok(keys)
}

/// Publishes the new public key if the public secret lacks it. A version can be current without being
/// published.
pub async fn set(app: &App, secret: &Described, token: &str) -> Result<(), Problem> {
    let (version, known) = (version(app, token).await?, app.rotation_secrets.published().await?);
    if version.is_current() {
        let newest = version.keys.newest().ok_or_else(no_keys)?;
        if known.knows(&newest.kid) {
            return Ok(());
        }
    } else {
        rotation::follows(&version.keys, current(app, secret).await?.as_ref())?;
    }
    let next = rotation::publish(&version.keys, &known, app.clock.now());
    publish(app, &known, &next).await
}

/// Signs with the keys and verifies with the published keys.
pub async fn test(app: &App, token: &str) -> Result<(), Problem> {
    let (version, public) = (version(app, token).await?, app.rotation_secrets.published().await?);
    Ok(rotation::proved(app.auth.terms(), &version.keys, &public, app.clock.now())?)
}

/// Makes the keys current for signers, and then sets the end of the old key. In the other order, the old key would end
/// even if the new key never signed.
pub async fn finish(app: &App, secret: &Described, token: &str) -> Result<(), Problem> {
    let (version, public) = (version(app, token).await?, app.rotation_secrets.published().await?);
    if !version.is_current() {
        let before = current(app, secret).await?;
        cycle(app).ready(&version.keys, before.as_ref(), &public, app.clock.now())?;
        app.rotation_secrets.promote(token, secret.current.as_deref()).await?;
    }
    let closed = cycle(app).close(&version.keys, &public, app.clock.now());
    publish(app, &public, &closed).await?;
    let newest = version.keys.newest().ok_or_else(no_keys)?;
    let origin = app.origin_at(token.to_owned(), None)?;
    let entry = origin.record(Realm::Deployment, OPERATOR, Action::KeysRotated, &newest.kid);
    let detail = format!("signs from {}", String::from(newest.signs_from()));
    Ok(app.store.audit.put(&entry.detail(detail)).await?)
}

async fn publish(app: &App, known: &PublicKeys, next: &PublicKeys) -> Result<(), Problem> {
    if next == known { Ok(()) } else { Ok(app.rotation_secrets.publish(next).await?) }
}

/// Returns the keys that signers read; None before the first rotation.
async fn current(app: &App, secret: &Described) -> Result<Option<PrivateKeys>, Problem> {
    let Some(id) = &secret.current else { return Ok(None) };
    Ok(app.rotation_secrets.version(id).await?.map(|version| version.keys))
}

/// Returns the version of this rotation if it is pending or current.
async fn version(app: &App, token: &str) -> Result<Version, Problem> {
    let found = app.rotation_secrets.version(token).await?;
    let ours = found.filter(|version| version.is_pending() || version.is_current());
    ours.ok_or_else(|| Problem::Conflict("This rotation has no pending version of the secret.".to_owned()))
}

fn no_keys() -> Problem {
    Problem::internal("the private secret contains no keys")
}

fn cycle(app: &App) -> Rotation {
    Rotation::new(app.limits.key_cache_seconds)
}
