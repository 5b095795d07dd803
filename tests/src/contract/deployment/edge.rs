//! Tests which resources are open to the internet, and the gateway's own responses.

use std::collections::BTreeMap;

use bellwether::http::browser::cors::Cors;
use bellwether::http::headers;
use lambda_http::{Body, Response};
use serde_json::Value;
use testing::document::read;

use super::hcl_files::{blocks, map_of};

#[test]
fn only_the_gateway_is_open_to_the_internet() {
    for (labels, _) in blocks("resource") {
        let opens =
            ["aws_lambda_function_url", "aws_apigatewayv2_api", "aws_s3_bucket", "aws_lb", "aws_iam_user"];
        assert!(!opens.contains(&labels[0].as_str()), "{labels:?}");
    }
}

#[test]
fn account_wide_settings_belong_to_no_deployment() {
    let once =
        ["aws_api_gateway_account", "aws_iam_openid_connect_provider", "aws_cloudwatch_log_resource_policy"];
    for (labels, _) in blocks("resource") {
        assert!(
            !once.contains(&labels[0].as_str()),
            "destroying a deployment would remove it for others: {labels:?}"
        );
    }
    assert!(read("terraform/environments/account/main.tf").contains("resource \"aws_api_gateway_account\""));
}

#[test]
fn the_gateways_own_responses_have_the_headers_of_all_others() {
    let answer = headers::secure(Response::new(Body::Empty), "id", &Cors::Off);
    let mut gateways: BTreeMap<String, Value> = map_of("gateway_responses.tf", "gateway_headers")
        .into_iter()
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    assert_eq!(gateways.remove("content-type"), Some("'application/problem+json; charset=utf-8'".into()));
    assert_eq!(gateways.remove("x-request-id"), Some("context.requestId".into()));
    let functions = answer.headers().iter().filter(|(name, _)| *name != "x-request-id");
    let functions = functions
        .map(|(name, value)| (name.as_str().to_owned(), format!("'{}'", value.to_str().unwrap()).into()));
    assert_eq!(gateways, functions.collect());
}

#[test]
fn terraform_contains_no_secret_value() {
    for (labels, body) in blocks("resource") {
        assert_ne!(labels[0], "aws_secretsmanager_secret_version", "{labels:?}");
        assert!(body.attributes().all(|attribute| attribute.key() != "secret_string"), "{labels:?}");
    }
}
