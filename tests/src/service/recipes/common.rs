//! Recipes for statuses that many operations share.

use axum::Json;
use axum::routing::post;
use bellwether::auth::access::Role;
use bellwether::operations::Operation;
use bellwether::store::schema::TableName;
use serde_json::{Value, json};
use testing::{Answer, Bench, with_body, with_header, with_parameter, with_query, without_token};

use crate::ground::{Ground, event};

/// A URL without a server.
const NOWHERE: &str = "http://127.0.0.1:1";

pub async fn secret_in_query(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(with_query(ground.event.clone(), "access_token", "x")).await
}

pub async fn without_a_token(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(without_token(ground.event.clone())).await
}

/// Calls with a role that lacks the scope.
pub async fn another_role(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    let lacks = |role: &Role| operation.scope().is_some_and(|scope| !role.scopes().contains(&scope));
    let Some(role) = [Role::Viewer, Role::Service].into_iter().find(lacks) else {
        return ground.send(ground.bench.narrowed(ground.event.clone(), "metrics:read").await).await;
    };
    ground.send(event(&ground.bench, operation, role).await).await
}

pub async fn unknown_id(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    let name = operation.path_parameters().next().unwrap();
    ground.send(with_parameter(ground.event.clone(), name, "no-such-one")).await
}

pub async fn too_large(operation: &'static Operation) -> Answer {
    let mut ground = Ground::of(operation).await;
    ground.event["body"] = json!("x".repeat(64 * 1024 + 1));
    ground.ask().await
}

pub async fn another_type(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(with_header(ground.event.clone(), "content-type", "text/html")).await
}

pub async fn unknown_field(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(with_body(ground.event.clone(), &json!({ "surprise": 1 }))).await
}

/// Sends a value that no parameter accepts.
pub async fn wrong_parameter(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(with_query(ground.event.clone(), operation.query[0], "perhaps")).await
}

/// Calls a deployment without its tables.
pub async fn without_tables(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    for table in TableName::ALL {
        let delete = ground.bench.database().delete_table().table_name(table.in_deployment("bench"));
        delete.send().await.unwrap();
    }
    ground.ask().await
}

pub async fn out_of_reach(operation: &'static Operation) -> Answer {
    Ground::on(operation, Bench::at(NOWHERE.to_owned()).await).await.ask().await
}

pub async fn under_a_domain(operation: &'static Operation) -> Answer {
    let bench = Bench::start().await.under_a_domain().await;
    Ground::on(operation, bench).await.ask().await
}

pub async fn keys_out_of_reach(operation: &'static Operation) -> Answer {
    with_keys_at(operation, NOWHERE).await
}

/// Uses a secret that does not contain keys.
pub async fn unreadable_keys(operation: &'static Operation) -> Answer {
    let secret: Value = json!({ "Name": "public", "VersionId": "1", "SecretString": "no keys" });
    let answer = move || std::future::ready(Json(secret.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, axum::Router::new().route("/", post(answer))).await });
    with_keys_at(operation, &url).await
}

/// Sends an event that was signed while the keys could be read.
async fn with_keys_at(operation: &'static Operation, url: &str) -> Answer {
    let event = Ground::of(operation).await.event;
    let bench = Bench::start().await.without_keys_at(url);
    Ground { operation, bench, event }.ask().await
}
