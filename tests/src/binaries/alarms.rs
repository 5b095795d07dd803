//! `deploy/alarms.py` on output of the AWS CLI: it names the alarms that read a metric that is never sent.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Value {
    let dimensions: Vec<Value> =
        dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    json!({ "Namespace": namespace, "MetricName": name, "Dimensions": dimensions })
}

fn plain(name: &str, metric: &Value) -> Value {
    let mut alarm = metric.clone();
    alarm["AlarmName"] = json!(name);
    alarm
}

fn of_several(name: &str, metrics: &[Value]) -> Value {
    let queries = metrics.iter().map(|metric| json!({ "MetricStat": { "Metric": metric, "Period": 300 } }));
    let queries: Vec<Value> =
        queries.chain([json!({ "Id": "all", "Expression": "SUM(METRICS())" })]).collect();
    json!({ "AlarmName": name, "Metrics": queries })
}

/// The metrics of a deployment that has had traffic, but no throttled and no refused request.
fn sent() -> Vec<Value> {
    vec![
        metric("AWS/ApiGateway", "5XXError", &[("ApiName", "bellwether-prod"), ("Stage", "v1")]),
        metric("AWS/ApiGateway", "5XXError", &[("ApiName", "bellwether-prod")]),
        metric("AWS/Lambda", "Errors", &[("FunctionName", "bellwether-prod-login")]),
        metric("AWS/Lambda", "Invocations", &[("FunctionName", "bellwether-prod-login")]),
        metric("AWS/DynamoDB", "ConsumedReadCapacityUnits", &[("TableName", "bellwether-prod-tests")]),
        metric(
            "AWS/DynamoDB",
            "SuccessfulRequestLatency",
            &[("TableName", "bellwether-prod-tests"), ("Operation", "GetItem")],
        ),
        metric(
            "AWS/WAFV2",
            "AllowedRequests",
            &[("WebACL", "bellwether-prod"), ("Region", "eu-central-1"), ("Rule", "ALL")],
        ),
        metric("Bellwether/prod", "Requests", &[]),
        metric("Bellwether/prod", "SignIns", &[("outcome", "succeeded")]),
    ]
}

fn alarms() -> Vec<Value> {
    let function = [("FunctionName", "bellwether-prod-login")];
    vec![
        plain(
            "gateway",
            &metric("AWS/ApiGateway", "5XXError", &[("Stage", "v1"), ("ApiName", "bellwether-prod")]),
        ),
        of_several(
            "errors",
            &[metric("AWS/Lambda", "Errors", &function), metric("AWS/Lambda", "Invocations", &function)],
        ),
        of_several(
            "throttles",
            &[metric("AWS/DynamoDB", "ReadThrottleEvents", &[("TableName", "bellwether-prod-tests")])],
        ),
        of_several(
            "table",
            &[metric(
                "AWS/DynamoDB",
                "SystemErrors",
                &[("TableName", "bellwether-prod-tests"), ("Operation", "PutItem")],
            )],
        ),
        plain(
            "firewall",
            &metric(
                "AWS/WAFV2",
                "BlockedRequests",
                &[("WebACL", "bellwether-prod"), ("Region", "eu-central-1"), ("Rule", "ALL")],
            ),
        ),
        plain("refusals", &metric("Bellwether/prod", "TokenRefusals", &[])),
        plain("sign-ins", &metric("Bellwether/prod", "SignIns", &[("outcome", "failed")])),
    ]
}

/// Runs the script on them; returns whether it succeeds, and its output.
fn compared(alarms: &[Value], metrics: &[Value]) -> (bool, String) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let (a, m) =
        (folder.join(format!("alarms-{number}.json")), folder.join(format!("metrics-{number}.json")));
    std::fs::write(&a, json!({ "MetricAlarms": alarms }).to_string()).unwrap();
    std::fs::write(&m, json!({ "Metrics": metrics }).to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/alarms.py");
    let ran =
        Command::new("python3").arg(script).arg("--alarms").arg(a).arg("--metrics").arg(m).output().unwrap();
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), String::from_utf8(ran.stdout).unwrap())
}

#[test]
fn alarms_on_metrics_that_are_sent_or_rare_pass() {
    let (passed, output) = compared(&alarms(), &sent());
    assert!(passed, "{output}");
    assert_eq!(output, "7 alarms read 8 metrics: 3 are sent, 5 had no event yet, 0 are never sent\n");
}

#[test]
fn an_alarm_with_a_wrong_dimension_or_name_is_reported() {
    let table = [("TableName", "bellwether-prod-tests")];
    let firewall = [("WebACL", "bellwether-prod"), ("Rule", "ALL")];
    let wrong = [
        plain("x", &metric("AWS/ApiGateway", "5XXError", &[("ApiName", "bellwether-dev"), ("Stage", "v1")])),
        plain("x", &metric("AWS/ApiGateway", "5XXError", &[("ApiId", "bellwether-prod"), ("Stage", "v1")])),
        plain("x", &metric("AWS/ApiGateway", "5xxError", &[("ApiName", "bellwether-prod"), ("Stage", "v1")])),
        plain("x", &metric("AWS/APIGateway", "5XXError", &[("ApiName", "bellwether-prod"), ("Stage", "v1")])),
        of_several("x", &[metric("AWS/Lambda", "Errors", &[("FunctionName", "login")])]),
        of_several(
            "x",
            &[metric("AWS/DynamoDB", "ReadThrottleEvents", &[("Table", "bellwether-prod-tests")])],
        ),
        of_several("x", &[metric("AWS/DynamoDB", "ReadThrottleEvents", &[("TableName", "tests")])]),
        of_several("x", &[metric("AWS/DynamoDB", "ReadThrottles", &table)]),
        plain("x", &metric("AWS/WAFV2", "BlockedRequests", &firewall)),
        plain("x", &metric("Bellwether/prod", "TokenRefusals", &[("route", "/tests")])),
        plain("x", &metric("Bellwether/production", "TokenRefusals", &[])),
        plain("x", &metric("Bellwether/prod", "Faults", &[])),
    ];
    for alarm in wrong {
        let (passed, output) = compared(&[alarms(), vec![alarm.clone()]].concat(), &sent());
        assert!(
            !passed && output.starts_with("x: ") && output.contains("1 are never sent"),
            "{alarm}: {output}"
        );
    }
}

#[test]
fn without_traffic_every_alarm_fails() {
    let (passed, output) = compared(&alarms(), &[]);
    assert!(!passed && output.contains("8 are never sent"), "{output}");
}
