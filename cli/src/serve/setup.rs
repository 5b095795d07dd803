//! Creates what Terraform and the operator create for a deployment: tables, secrets, keys and a first admin. Skips
//! what exists, so that the next start completes an interrupted one.

use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellwether::store::schema;
use domain::experiment::Workspace;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::clients::{Clients, PREFIX, PRIVACY_KEY, PRIVATE_KEYS, PUBLIC_KEYS, RECEIPT_KEY};
use super::fleet::Fleet;
use crate::Failure;

/// The first admin's e-mail address.
pub const ADMIN: &str = "admin@example.com";
/// The workspace of the first admin.
const WORKSPACE: &str = "local";
/// The four steps of a rotation.
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// Creates what is missing. Returns the password of the first admin if the admin was created.
///
/// # Errors
/// The first step that failed.
pub async fn prepare(clients: &Clients, fleet: &Fleet) -> Result<Option<SecretString>, Failure> {
    schema::create_all(&clients.dynamodb(), PREFIX).await.map_err(Failure::new)?;
    for name in [PRIVATE_KEYS, PUBLIC_KEYS, PRIVACY_KEY, RECEIPT_KEY] {
        secret(clients, name).await?;
    }
    keys(fleet).await?;
    fleet.event("answer-privacy-requests", &json!({})).await?;
    first_admin(fleet).await
}

async fn secret(clients: &Clients, name: &str) -> Result<(), Failure> {
    match clients.secrets().create_secret().name(name).send().await {
        Err(error) if error.code() != Some("ResourceExistsException") => {
            Err(Failure::new(format!("the secret {name} cannot be created: {}", DisplayErrorContext(error))))
        }
        _ => Ok(()),
    }
}

/// Creates the first signing key by a rotation, or continues a rotation that was interrupted.
async fn keys(fleet: &Fleet) -> Result<(), Failure> {
    let secrets = &fleet.app("rotate-keys")?.rotation_secrets;
    let failed = |error| Failure::new(format!("the signing keys cannot be read: {error}"));
    let current = secrets.describe().await.map_err(failed)?.current;
    if let Some(current) = &current {
        let (version, published) = (secrets.version(current).await, secrets.published().await);
        let (version, published) = (version.map_err(failed)?, published.map_err(failed)?);
        let newest = version.as_ref().and_then(|version| version.keys.newest());
        if newest.is_some_and(|key| published.knows(&key.kid)) {
            return Ok(());
        }
    }
    let token = current.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    for step in STEPS {
        let event = json!({ "Step": step, "SecretId": PRIVATE_KEYS, "ClientRequestToken": token });
        fleet.event("rotate-keys", &event).await?;
    }
    Ok(())
}

async fn first_admin(fleet: &Fleet) -> Result<Option<SecretString>, Failure> {
    let workspace = Workspace::parse(WORKSPACE).map_err(|error| Failure::new(error.to_string()))?;
    let members = &fleet.app("create-user")?.store.members;
    let users = members.users(&workspace, None, 1).await;
    let (users, _) = users.map_err(|error| Failure::new(format!("the users cannot be read: {error}")))?;
    if !users.is_empty() {
        return Ok(None);
    }
    let password = new_password()?;
    let admin = json!({ "workspace": WORKSPACE, "email": ADMIN, "password": password.expose_secret() });
    fleet.event("create-user", &json!({ "bootstrap": admin })).await?;
    Ok(Some(password))
}

/// Returns a random password of 144 bits.
///
/// # Errors
/// When the system returns no random bytes.
pub fn new_password() -> Result<SecretString, Failure> {
    let bytes: [u8; 18] = bellwether::random::bytes().map_err(Failure::new)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}
