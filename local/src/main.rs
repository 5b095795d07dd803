//! Creates the resources of `make run` in an emulated cloud, as Terraform does on AWS: the tables, and
//! secrets that are empty until the first rotation. Existing resources stay unchanged. Reads the same
//! environment variables as the functions.

use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use bellwether::config::Config;
use bellwether::store::schema;

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
    println!("tables {}-* exist", config.table_prefix);
    let secrets = Client::new(&sdk);
    for name in [&private, &config.public_keys_secret] {
        create(&secrets, name).await?;
    }
    println!("secrets {private} and {} exist", config.public_keys_secret);
    Ok(())
}

/// Creates a secret without a value, unless a secret with its name exists.
async fn create(client: &Client, name: &str) -> Result<(), String> {
    match client.create_secret().name(name).send().await {
        Ok(_) => Ok(()),
        Err(error)
            if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(format!("secret {name} could not be created: {}", DisplayErrorContext(error))),
    }
}
