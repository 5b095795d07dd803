//! What is deployed is what the code means. The maps in `terraform/locals.tf` name the functions that
//! there are, with the tables and indexes of the crate's schema; `openapi.yaml` leads to no other; and
//! nothing in `terraform/` opens another way in. The files are read as HCL, without Terraform.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{GlobalSecondaryIndexDescription, KeySchemaElement, KeyType};
use bellwether::http::browser::cors::Cors;
use bellwether::http::headers;
use bellwether::operations::OPERATIONS;
use bellwether::store::schema::{self, TTL, TableName};
use testing::document::{Operation, functions, names, read};

use lambda_http::{Body, Response};
use serde_json::Value;

/// Every block of a kind in all of `terraform/`, by its labels.
fn blocks(kind: &str) -> Vec<(Vec<String>, hcl::Body)> {
    let files = names("terraform")
        .into_iter()
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, kind)| kind == "tf"));
    let bodies = files.map(|name| hcl::parse(&read(&format!("terraform/{name}"))).unwrap());
    let all = bodies.flat_map(|body: hcl::Body| body.into_blocks());
    let wanted = all.filter(|block| block.identifier() == kind);
    wanted
        .map(|block| {
            let labels = block.labels().iter().map(|label| label.as_str().to_owned()).collect();
            (labels, block.body)
        })
        .collect()
}

/// A literal map of `terraform/locals.tf`.
fn map(name: &str) -> BTreeMap<String, Value> {
    map_of("locals.tf", name)
}

/// A literal map among the locals of a file in `terraform/`.
fn map_of(file: &str, name: &str) -> BTreeMap<String, Value> {
    let locals = hcl::parse(&read(&format!("terraform/{file}"))).unwrap();
    let attributes = locals.blocks().flat_map(|block| block.body().attributes());
    let found = attributes.filter(|attribute| attribute.key() == name);
    let [attribute] = found.collect::<Vec<_>>()[..] else { panic!("{name} stands once in {file}") };
    serde_json::from_value(serde_json::to_value(literal(attribute.expr())).unwrap()).unwrap()
}

/// An expression without names and calls, as a value.
fn literal(expression: &hcl::Expression) -> hcl::Value {
    use hcl::eval::{Context, Evaluate};
    expression.evaluate(&Context::new()).unwrap()
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_str().unwrap().split(' ').collect()
}

#[test]
fn every_function_is_deployed_and_there_is_no_other() {
    let deployed: BTreeSet<String> = map("functions").into_keys().collect();
    assert_eq!(deployed, functions().into_iter().map(str::to_owned).collect());
    assert_eq!(deployed, names("functions"));
}

#[test]
fn a_function_is_one_line_of_the_map() {
    let text = read("terraform/locals.tf");
    for name in map("functions").into_keys() {
        let lines = text
            .lines()
            .filter(|line| line.trim_start().starts_with(&format!("{name} ")) && line.contains("memory"));
        let lines = lines.collect::<Vec<_>>();
        let [line] = lines[..] else { panic!("{name}: {lines:?}") };
        assert!(line.ends_with(" }"), "{line}");
    }
}

#[test]
fn every_operation_leads_to_one_deployed_function() {
    let deployed = map("functions");
    for operation in Operation::all() {
        let id = operation.id();
        let answers = |name: &&String| id == name.as_str() || id.starts_with(&format!("{name}-"));
        assert_eq!(deployed.keys().filter(answers).count(), 1, "{id}");
    }
}

#[test]
fn a_function_may_act_on_tables_and_indexes_that_there_are() {
    let tables = map("tables");
    for (name, function) in map("functions") {
        for place in function["tables"].as_object().unwrap().keys() {
            let (table, index) = place.split_once('/').map_or((place.as_str(), None), |(t, i)| (t, Some(i)));
            let found = tables.get(table).unwrap_or_else(|| panic!("{name}: there is no table {table}"));
            assert!(index.is_none_or(|index| found["indexes"].get(index).is_some()), "{name}: {place}");
        }
        for secret in function["secrets"].as_object().unwrap().keys() {
            assert!(["private", "public"].contains(&secret.as_str()), "{name}: {secret}");
        }
    }
}

#[test]
fn whoever_asks_for_a_token_may_read_the_public_keys_and_record_a_refusal() {
    let deployed = map("functions");
    for operation in &OPERATIONS {
        let (name, is_guarded) = (operation.function, operation.scope().is_some());
        let function = &deployed[name];
        assert!(!is_guarded || words(&function["secrets"]["public"]).contains("GetSecretValue"), "{name}");
        assert!(!(is_guarded || operation.audits) || function["tables"]["audit"] == "PutItem", "{name}");
    }
}

#[test]
fn audit_records_are_only_ever_put_and_private_keys_are_read_by_those_that_sign() {
    let mut sign = BTreeSet::new();
    for (name, function) in map("functions") {
        for (place, actions) in function["tables"].as_object().unwrap() {
            let actions = words(actions);
            assert!(place != "audit" || actions == BTreeSet::from(["PutItem"]), "{name}: {actions:?}");
            assert!(
                !actions.iter().any(|action| action.starts_with("Delete") || *action == "Scan"),
                "{name}"
            );
        }
        if function["secrets"].get("private").is_some() {
            sign.insert(name);
        }
    }
    let may = ["issue-token", "login", "rotate-keys"].map(str::to_owned);
    assert_eq!(sign, BTreeSet::from(may));
}

/// One rule about items of `identities`: the actions, what a key begins with, the only attributes if not all.
struct Rule {
    actions: BTreeSet<String>,
    keys: BTreeSet<String>,
    attributes: Option<BTreeSet<String>>,
}

/// The rules of each function about items of `identities`.
fn rules() -> BTreeMap<String, Vec<Rule>> {
    let owned = |value: &Value| words(value).into_iter().map(str::to_owned).collect();
    let rule = |value: &Value| Rule {
        actions: owned(&value["actions"]),
        keys: owned(&value["keys"]),
        attributes: value.get("attributes").map(owned),
    };
    let of = |rules: &Value| rules.as_array().unwrap().iter().map(rule).collect();
    map("leading_keys").iter().map(|(name, rules)| (name.clone(), of(rules))).collect()
}

/// Functions that anybody may call without a token.
fn public() -> BTreeSet<String> {
    let open = Operation::all().into_iter().filter(|operation| operation.scope().is_none());
    let ids: Vec<String> = open.map(|operation| operation.id().to_owned()).collect();
    let opens = |name: &String| ids.iter().any(|id| id == name || id.starts_with(&format!("{name}-")));
    map("functions").into_keys().filter(|name| opens(name) || name == "reject-method").collect()
}

#[test]
fn every_action_on_identities_is_for_listed_keys_alone() {
    let rules = rules();
    let kinds = ["client", "counter", "quota", "session", "throttle", "user", "workspace"]
        .map(|kind| format!("{kind}/*"));
    for (name, function) in map("functions") {
        let listed = function["tables"].get("identities").map(words).unwrap_or_default();
        let own = rules.get(&name).map(Vec::as_slice).unwrap_or_default();
        let covered: BTreeSet<&str> = own.iter().flat_map(|rule| &rule.actions).map(String::as_str).collect();
        assert_eq!(covered, listed, "{name}");
        for key in own.iter().flat_map(|rule| &rule.keys) {
            assert!(kinds.contains(key), "{name}: {key}");
        }
    }
    assert!(rules.keys().all(|name| map("functions").contains_key(name)));
}

#[test]
fn no_public_function_touches_a_password_or_a_role_but_sign_in_a_password_s_hash() {
    let public = public();
    let names = ["issue-token", "login", "publish-keys", "reject-method", "revoke-token"].map(str::to_owned);
    assert_eq!(public, BTreeSet::from(names));
    let rules = rules();
    let reads = BTreeSet::from(["GetItem".to_owned()]);
    for name in public {
        for rule in rules.get(&name).map(Vec::as_slice).unwrap_or_default() {
            let personal = ["user/*", "workspace/*", "client/*"].iter().any(|key| rule.keys.contains(*key));
            if !personal || rule.actions == reads {
                continue;
            }
            assert_eq!((name.as_str(), rule.keys.len()), ("login", 1), "{:?}", rule.actions);
            assert_eq!(rule.actions, BTreeSet::from(["UpdateItem".to_owned()]));
            let attributes = ["password_hash", "pk"].map(str::to_owned);
            assert_eq!(rule.attributes, Some(BTreeSet::from(attributes)));
        }
    }
}

/// A table as both sides can say it: its key, what makes items expire, and each index's key and
/// projected attributes (None for keys alone).
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

/// A client of an embedded DynamoDB.
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
async fn the_deployed_tables_are_those_of_the_schema() {
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

#[test]
fn nothing_but_the_gateway_is_open_to_the_internet() {
    for (labels, _) in blocks("resource") {
        let opens =
            ["aws_lambda_function_url", "aws_apigatewayv2_api", "aws_s3_bucket", "aws_lb", "aws_iam_user"];
        assert!(!opens.contains(&labels[0].as_str()), "{labels:?}");
    }
}

#[test]
fn what_the_account_has_once_belongs_to_no_deployment() {
    let once =
        ["aws_api_gateway_account", "aws_iam_openid_connect_provider", "aws_cloudwatch_log_resource_policy"];
    for (labels, _) in blocks("resource") {
        assert!(
            !once.contains(&labels[0].as_str()),
            "destroying a deployment takes it from others: {labels:?}"
        );
    }
    assert!(read("terraform/account/main.tf").contains("resource \"aws_api_gateway_account\""));
}

#[test]
fn what_the_gateway_says_itself_has_the_headers_of_every_other_answer() {
    let answer = headers::secure(Response::new(Body::Empty), "id", &Cors::Off);
    let mut gateways: BTreeMap<String, Value> = map_of("api.tf", "gateway_headers")
        .into_iter()
        .map(|(name, said)| (name.to_lowercase(), said))
        .collect();
    assert_eq!(gateways.remove("content-type"), Some("'application/problem+json; charset=utf-8'".into()));
    assert_eq!(gateways.remove("x-request-id"), Some("context.requestId".into()));
    let functions = answer.headers().iter().filter(|(name, _)| *name != "x-request-id");
    let functions = functions
        .map(|(name, said)| (name.as_str().to_owned(), format!("'{}'", said.to_str().unwrap()).into()));
    assert_eq!(gateways, functions.collect());
}

#[test]
fn no_secret_value_stands_in_terraform() {
    for (labels, body) in blocks("resource") {
        assert_ne!(labels[0], "aws_secretsmanager_secret_version", "{labels:?}");
        assert!(body.attributes().all(|attribute| attribute.key() != "secret_string"), "{labels:?}");
    }
}
