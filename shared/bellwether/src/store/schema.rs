//! The tables and the names of their keys. Only this module defines them. The local server and the tests
//! create tables from it, and a test compares the deployed tables with it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};

/// The partition key of every table.
pub const PK: &str = "pk";
/// The sort key of every table that has one.
pub const SK: &str = "sk";
/// The number in a counter item.
pub const COUNT: &str = "count";
/// Seconds since 1970 after which DynamoDB may delete an item. Reads check it too.
pub const TTL: &str = "expires_at";
/// The sparse index of `tests` with the tests to aggregate.
pub const RUNNING: &str = "running";
/// The partition key of [`RUNNING`], present only while a test must be aggregated.
pub const SHARD: &str = "shard";
/// The number of index partitions over which running tests are spread.
pub const SHARDS: u32 = 4;
/// The sort key of [`RUNNING`]: when the test was last aggregated.
pub const AGGREGATED_AT: &str = "aggregated_at";

/// The sparse index of `identities` with the users and clients of a workspace.
pub const MEMBERS: &str = "members";
/// The partition key of [`MEMBERS`]: the workspace. Only users and clients have it.
pub const MEMBER_OF: &str = "member_of";
/// The sort key of [`MEMBERS`]: `user` and an e-mail address, or `client` and its id.
pub const MEMBER: &str = "member";
/// The ids and creation times of a client's secrets, without their hashes.
pub const SECRET_IDS: &str = "secret_ids";
/// The attributes in [`MEMBERS`] besides keys: the fields that lists show, and never a hash.
pub const SHOWN: [&str; 11] = [
    "user_id",
    "email",
    "role",
    "client_id",
    "name",
    "scopes",
    SECRET_IDS,
    "workspace",
    "disabled",
    "revision",
    "created_at",
];

/// The five tables. They are separate, so that each function's role has access only to those that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// Definitions of tests and their past revisions.
    Tests,
    /// Assignments and conversions, append-only.
    Events,
    /// Aggregated results.
    Summaries,
    /// Workspaces, users, clients, sessions, throttles.
    Identities,
    /// Audit records.
    Audit,
}

impl TableName {
    /// All tables.
    pub const ALL: [Self; 5] = [Self::Tests, Self::Events, Self::Summaries, Self::Identities, Self::Audit];

    /// The table's own name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Events => "events",
            Self::Summaries => "summaries",
            Self::Identities => "identities",
            Self::Audit => "audit",
        }
    }

    /// The table's name in the deployment with the prefix `prefix`.
    #[must_use]
    pub fn in_deployment(self, prefix: &str) -> String {
        format!("{prefix}-{}", self.as_str())
    }

    /// The names of its key: partition key and, except for identities, sort key.
    #[must_use]
    pub fn key(self) -> &'static [&'static str] {
        if self == Self::Identities { &[PK] } else { &[PK, SK] }
    }

    /// Its index, if it has one.
    #[must_use]
    pub fn index(self) -> Option<Index> {
        match self {
            Self::Tests => Some(Index { name: RUNNING, key: [SHARD, AGGREGATED_AT], holds: &[] }),
            Self::Identities => Some(Index { name: MEMBERS, key: [MEMBER_OF, MEMBER], holds: &SHOWN }),
            Self::Events | Self::Summaries | Self::Audit => None,
        }
    }

    /// Whether its items may expire.
    #[must_use]
    pub fn expires(self) -> bool {
        matches!(self, Self::Identities | Self::Summaries)
    }
}

/// A secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The names of its partition and sort key.
    pub key: [&'static str; 2],
    /// The attributes in the index besides keys.
    pub holds: &'static [&'static str],
}

impl Index {
    fn projection(self) -> Projection {
        let projection = Projection::builder();
        if self.holds.is_empty() {
            return projection.projection_type(ProjectionType::KeysOnly).build();
        }
        let held = self.holds.iter().map(|name| (*name).to_owned()).collect();
        projection.projection_type(ProjectionType::Include).set_non_key_attributes(Some(held)).build()
    }
}

/// Creates every missing table, for a local server or a test.
///
/// # Errors
/// The error of DynamoDB, with the table's name.
pub async fn create_all(client: &Client, prefix: &str) -> Result<(), String> {
    for table in TableName::ALL {
        let name = table.in_deployment(prefix);
        let failed = |cause: String| format!("table {name} could not be created: {cause}");
        match create(client, table, &name).await {
            Ok(()) => {}
            Err(SdkError::ServiceError(error)) if error.err().is_resource_in_use_exception() => continue,
            Err(error) => return Err(failed(DisplayErrorContext(error).to_string())),
        }
        if table.expires() {
            let setting = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build();
            let setting = setting.map_err(|error| failed(error.to_string()))?;
            let request = client.update_time_to_live().table_name(&name).time_to_live_specification(setting);
            request.send().await.map_err(|error| failed(DisplayErrorContext(error).to_string()))?;
        }
    }
    Ok(())
}

async fn create(client: &Client, table: TableName, name: &str) -> Result<(), SdkError<CreateTableError>> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(table.key()).map_err(SdkError::construction_failure)?));
    let mut attributes = table.key().to_vec();
    if let Some(index) = table.index() {
        attributes.extend(index.key);
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(&index.key).map_err(SdkError::construction_failure)?))
            .projection(index.projection())
            .build()
            .map_err(SdkError::construction_failure)?;
        request = request.global_secondary_indexes(index);
    }
    for name in attributes {
        let definition =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        request = request.attribute_definitions(definition.build().map_err(SdkError::construction_failure)?);
    }
    request.send().await.map(|_| ())
}

fn key_schema(names: &[&str]) -> Result<Vec<KeySchemaElement>, aws_sdk_dynamodb::error::BuildError> {
    let kinds = [KeyType::Hash, KeyType::Range];
    names
        .iter()
        .zip(kinds)
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(*name).key_type(kind).build())
        .collect()
}
