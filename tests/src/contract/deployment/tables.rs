//! Tests that Terraform creates the same tables as the code.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{GlobalSecondaryIndexDescription, KeySchemaElement, KeyType};
use bellwether::store::schema::{self, TTL, TableName};
use serde_json::Value;

use super::hcl_files::map;

/// A table in a form that both sides have: its key, its TTL attribute, and the key and projected attributes
/// of each index (None for keys only).
type Shape = (Vec<String>, Option<String>, BTreeMap<String, (Vec<String>, Option<BTreeSet<String>>)>);

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned()).collect()
}

fn in_terraform() -> BTreeMap<String, Shape> {
    let shape = |table: &Value| {
        let indexes = table["indexes"].as_object().unwrap().iter().map(|(name, index)| {
            let include = index["include"].as_array().map(|_| texts(&index["include"]).into_iter().collect());
            (name.clone(), (texts(&index["key"]), include))
        });
        (texts(&table["key"]), table["ttl"].as_str().map(str::to_owned), indexes.collect())
    };
    map("tables").iter().map(|(name, table)| (name.clone(), shape(table))).collect()
}

fn key(elements: &[KeySchemaElement]) -> Vec<String> {
    let of = |kind: &KeyType| elements.iter().filter(move |e| e.key_type() == kind).collect::<Vec<_>>();
    of(&KeyType::Hash).into_iter().chain(of(&KeyType::Range)).map(|e| e.attribute_name().to_owned()).collect()
}

fn index(described: &GlobalSecondaryIndexDescription) -> (String, (Vec<String>, Option<BTreeSet<String>>)) {
    let include = described.projection().and_then(|p| p.non_key_attributes.clone());
    let include = include.filter(|names| !names.is_empty()).map(|names| names.into_iter().collect());
    (described.index_name().unwrap().to_owned(), (key(described.key_schema()), include))
}

/// Returns a client of an embedded DynamoDB.
async fn dynamodb() -> Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("lab", "lab", None, None, "lab"))
        .endpoint_url(format!("http://{}", listener.local_addr().unwrap()));
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    Client::from_conf(config.build())
}

#[tokio::test]
async fn the_deployed_tables_match_the_schema() {
    let client = dynamodb().await;
    schema::create_all(&client, "held").await.unwrap();
    let mut created = BTreeMap::new();
    for table in TableName::ALL {
        let name = table.in_deployment("held");
        let answer = client.describe_table().table_name(&name).send().await.unwrap();
        let described = answer.table().unwrap();
        let ttl = table.expires().then(|| TTL.to_owned());
        let indexes = described.global_secondary_indexes().iter().map(index).collect();
        created.insert(table.as_str().to_owned(), (key(described.key_schema()), ttl, indexes));
    }
    assert_eq!(in_terraform(), created);
}
