//! The four steps of a rotation. Whatever one of them finds half done, it completes.

use bellwether::App;
use bellwether::auth::keys::rotation_secrets::{Described, Version};
use bellwether::auth::keys::{PrivateKey, PrivateKeys, PublicKeys};
use bellwether::auth::rotation::{self, Rotation};
use bellwether::http::problem::Problem;
use bellwether::store::audit::{Action, OPERATOR, Realm};
use domain::clock::Timestamp;

/// Makes the next keys, as a version that nobody reads yet, after what an earlier rotation may have
/// left to do: keys that have no end would keep their places for ever.
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

/// The first keys, with their public half published. Secrets Manager makes the first version of a
/// secret current at once, whatever stage was asked for: from then on signers may read it.
async fn first(app: &App, now: Timestamp) -> Result<PrivateKeys, Problem> {
    let keys = PrivateKeys::first(now).map_err(Problem::internal)?;
    let known = app.rotation_secrets.published().await?;
    publish(app, &known, &rotation::publish(&keys, &known, now)).await?;
    Ok(keys)
}

/// Gives the new public half to verifiers, whenever they lack it: a version may be current without.
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

/// Signs with the keys and verifies by what is published.
pub async fn test(app: &App, token: &str) -> Result<(), Problem> {
    let (version, public) = (version(app, token).await?, app.rotation_secrets.published().await?);
    Ok(rotation::proved(app.auth.terms(), &version.keys, &public, app.clock.now())?)
}

/// Gives the keys to signers, and then the old key its end: not before, as it would end even if the
/// new one never signed.
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

/// The keys that signers read; None before the first rotation.
async fn current(app: &App, secret: &Described) -> Result<Option<PrivateKeys>, Problem> {
    let Some(id) = &secret.current else { return Ok(None) };
    Ok(app.rotation_secrets.version(id).await?.map(|version| version.keys))
}

/// The version that this rotation is about, while it is pending or current.
async fn version(app: &App, token: &str) -> Result<Version, Problem> {
    let found = app.rotation_secrets.version(token).await?;
    let ours = found.filter(|version| version.is_pending() || version.is_current());
    ours.ok_or_else(|| Problem::Conflict("This rotation has no pending version of the secret.".to_owned()))
}

fn no_keys() -> Problem {
    Problem::internal("there are no keys")
}

fn cycle(app: &App) -> Rotation {
    Rotation::new(app.limits.key_cache_seconds)
}
