//! Creates the tables, for a local server or a test. A table of an earlier version gets the indexes that it lacks.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use super::{Index, TTL, TableName};

/// Creates every missing table, and every missing index of an existing one.
///
/// # Errors
/// The error of DynamoDB, with the table's name.
pub async fn create_all(client: &Client, prefix: &str) -> Result<(), String> {
    for table in TableName::ALL {
        let name = table.in_deployment(prefix);
        create(client, table, &name).await.map_err(|cause| {
            format!("table {name} could not be created: {}", DisplayErrorContext(&*cause))
        })?;
    }
    Ok(())
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn create(client: &Client, table: TableName, name: &str) -> Result<(), Failure> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(table.key())?));
    let mut attributes: BTreeSet<_> = table.key().iter().copied().collect();
    for index in table.indexes() {
        attributes.extend(index.key);
        let built = GlobalSecondaryIndex::builder().index_name(index.name);
        let built =
            built.set_key_schema(Some(key_schema(&index.key)?)).projection(projection(*index)).build()?;
        request = request.global_secondary_indexes(built);
    }
    for attribute in attributes {
        request = request.attribute_definitions(text(attribute)?);
    }
    match request.send().await {
        Ok(_) => {}
        Err(SdkError::ServiceError(error)) if error.err().is_resource_in_use_exception() => {
            return add_indexes(client, table, name).await;
        }
        Err(error) => return Err(error.into()),
    }
    if table.expires() {
        let setting = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build()?;
        client.update_time_to_live().table_name(name).time_to_live_specification(setting).send().await?;
    }
    Ok(())
}

/// Adds the indexes that an existing table lacks. DynamoDB adds one a call.
async fn add_indexes(client: &Client, table: TableName, name: &str) -> Result<(), Failure> {
    let described = client.describe_table().table_name(name).send().await?;
    let described = described.table.map(|own| own.global_secondary_indexes.unwrap_or_default());
    let existing: BTreeSet<_> = described.into_iter().flatten().filter_map(|own| own.index_name).collect();
    for index in table.indexes().iter().filter(|index| !existing.contains(index.name)) {
        let action = CreateGlobalSecondaryIndexAction::builder().index_name(index.name);
        let action =
            action.set_key_schema(Some(key_schema(&index.key)?)).projection(projection(*index)).build()?;
        let mut request = client
            .update_table()
            .table_name(name)
            .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(action).build());
        for attribute in index.key {
            request = request.attribute_definitions(text(attribute)?);
        }
        request.send().await?;
    }
    Ok(())
}

fn projection(index: Index) -> Projection {
    let projection = Projection::builder();
    if index.holds.is_empty() {
        return projection.projection_type(ProjectionType::KeysOnly).build();
    }
    let held = index.holds.iter().map(|name| (*name).to_owned()).collect();
    projection.projection_type(ProjectionType::Include).set_non_key_attributes(Some(held)).build()
}

fn text(name: &str) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
}

fn key_schema(names: &[&str]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let kinds = [KeyType::Hash, KeyType::Range];
    names
        .iter()
        .zip(kinds)
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(*name).key_type(kind).build())
        .collect()
}
