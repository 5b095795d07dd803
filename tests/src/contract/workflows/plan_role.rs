//! Tests that the role that plans can read settings, but no stored data.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::document::read;

use crate::deployment::hcl_files::blocks;

fn plan_role() -> Value {
    serde_json::from_str(&read("deploy/plan-role.json")).unwrap()
}

fn actions(policy: &Value, effect: &str) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let response = statements.filter(|statement| statement["Effect"] == effect);
    response
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_plan_role_reads_settings_but_neither_data_nor_logs() {
    let policy = plan_role();
    let (allowed, denied) = (actions(&policy, "Allow"), actions(&policy, "Deny"));
    let reads = ["Describe", "Get", "List", "View", "GET"];
    for action in &allowed {
        let (_, name) = action.split_once(':').unwrap();
        assert!(!action.contains('*') && reads.iter().any(|word| name.starts_with(word)), "{action}");
    }
    let data = [
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PartiQLSelect",
        "dynamodb:GetRecords",
        "dynamodb:ExportTableToPointInTime",
        "logs:GetLogEvents",
        "logs:FilterLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "logs:StartQuery",
        "logs:StartLiveTail",
        "logs:Unmask",
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "sqs:ReceiveMessage",
        "wafv2:GetSampledRequests",
        "xray:BatchGetTraces",
        "xray:GetTraceSummaries",
        "lambda:InvokeFunction",
    ];
    for action in data {
        let refused = denied.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(begin) => action.starts_with(begin),
            None => action == pattern,
        });
        assert!(refused && !allowed.contains(action), "{action}");
    }
    let objects = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|statement| statement["Action"].as_array().unwrap().contains(&json!("s3:GetObject")));
    for statement in objects {
        let place = if statement["Effect"] == "Deny" { "NotResource" } else { "Resource" };
        assert_eq!(statement[place], "arn:aws:s3:::STATE_BUCKET/bellwether/*", "{statement}");
    }
}

/// Returns the service, as in an action's name, of a Terraform resource type.
fn service(kind: &str) -> &str {
    let name = kind.strip_prefix("aws_").unwrap();
    let services = [
        ("api_gateway_", "apigateway"),
        ("budgets_", "budgets"),
        ("cloudwatch_log_", "logs"),
        ("cloudwatch_", "cloudwatch"),
        ("dynamodb_", "dynamodb"),
        ("iam_", "iam"),
        ("kms_", "kms"),
        ("lambda_", "lambda"),
        ("route53_", "route53"),
        ("s3_", "s3"),
        ("scheduler_", "scheduler"),
        ("secretsmanager_", "secretsmanager"),
        ("signer_", "signer"),
        ("sns_", "sns"),
        ("sqs_", "sqs"),
        ("wafv2_", "wafv2"),
    ];
    services.iter().find(|(begin, _)| name.starts_with(begin)).unwrap_or_else(|| panic!("{kind}")).1
}

#[test]
fn the_plan_role_reads_every_service_that_terraform_configures() {
    let allowed = actions(&plan_role(), "Allow");
    for (labels, _) in blocks("resource") {
        let service = service(&labels[0]);
        assert!(allowed.iter().any(|action| action.starts_with(&format!("{service}:"))), "{labels:?}");
    }
}
