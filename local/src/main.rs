//! Prepares an emulated cloud for `make run`: the tables and the first signing key, each unless it
//! is there. Reads the environment that the functions read.

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use bellwether::auth::keys::PrivateKeys;
use bellwether::clock::Clock;
use bellwether::config::Config;
use bellwether::store::schema;
use secrecy::ExposeSecret;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match prepare().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("prepare: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn prepare() -> Result<(), String> {
    let config = Config::from_env().map_err(|error| error.to_string())?;
    let private =
        config.private_keys_secret.ok_or("the environment variable PRIVATE_KEYS_SECRET is not set")?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    schema::create_all(&aws_sdk_dynamodb::Client::new(&sdk), &config.table_prefix).await?;
    println!("tables {}-* are there", config.table_prefix);
    let secrets = Client::new(&sdk);
    let mut keys = PrivateKeys::first(Clock::system().now()).map_err(|error| error.to_string())?;
    if !create(&secrets, &private, keys.to_secret().expose_secret()).await? {
        keys = read(&secrets, &private).await?;
    }
    let public = serde_json::to_string(&keys.public()).map_err(|error| error.to_string())?;
    create(&secrets, &config.public_keys_secret, &public).await?;
    println!("signing keys {private} and {} are there", config.public_keys_secret);
    Ok(())
}

/// The keys that an earlier start has made.
async fn read(client: &Client, name: &str) -> Result<PrivateKeys, String> {
    let answer = client.get_secret_value().secret_id(name).send().await;
    let answer =
        answer.map_err(|error| format!("secret {name} could not be read: {}", DisplayErrorContext(error)))?;
    let text = answer.secret_string().unwrap_or_default();
    serde_json::from_str(text).map_err(|_| format!("secret {name} holds no signing keys"))
}

/// Stores a new secret; false when there is one of its name.
async fn create(client: &Client, name: &str, content: &str) -> Result<bool, String> {
    match client.create_secret().name(name).secret_string(content).send().await {
        Ok(_) => Ok(true),
        Err(error)
            if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) =>
        {
            Ok(false)
        }
        Err(error) => Err(format!("secret {name} could not be created: {}", DisplayErrorContext(error))),
    }
}
