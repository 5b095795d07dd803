//! Tests that the metrics in the logs of built functions, and the counters on the page of metrics, match the
//! catalogue.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::auth::access::Role;
use bellwether::operations::{ON_EVENTS, OPERATIONS};
use serde_json::{Value, json};
use testing::cloud::Cloud;
use testing::emf::metrics_of;
use testing::fleet::{Fleet, event_of, sample};

const NAMESPACE: &str = "Bellwether/tests";
/// A short reserve, because a run of the schedule has little time in these tests, and needs less.
const HASTY: &[(&str, &str)] = &[("AGGREGATION_RESERVE_SECONDS", "5")];

/// Returns the log lines of each function.
async fn lines(fleet_of: &[(&str, &str)]) -> BTreeMap<String, Vec<Value>> {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, fleet_of);
    for route in &OPERATIONS {
        fleet.ask(route.function, event_of(&cloud, route, Role::Admin)).await;
        fleet.ask(route.function, sample(route.function)).await;
    }
    for function in ON_EVENTS {
        let _ = fleet.invoke(function, sample(function)).await;
    }
    let read = |log: String| log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    fleet.logs().into_iter().map(|(function, log)| (function, read(log))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_logs_its_metrics_at_every_level_and_all_are_in_the_catalogue() {
    let written = lines(&[("METRICS_NAMESPACE", NAMESPACE), ("LOG_LEVEL", "error")]).await;
    let mut seen = BTreeSet::new();
    for route in &OPERATIONS {
        let lines = &written[route.function];
        let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
        assert!(answered.len() >= 2, "{}", route.function);
        for line in answered {
            let metrics = metrics_of(line, NAMESPACE);
            for name in ["Requests", "Latency", "Faults", "SlowRequests", "DynamodbCalls", "DynamodbUnits"] {
                assert!(metrics.contains(name), "{name}: {line}");
            }
            assert_eq!(
                (&line["function"], &line["level"]),
                (&json!(route.function), &json!("INFO")),
                "{line}"
            );
            assert!(
                line["outcome"].is_string() && line["status"].is_u64() && line["route"].is_string(),
                "{line}"
            );
            seen.extend(metrics);
            assert!(line["extended_request_id"].is_string(), "{line}");
            // Includes X-Ray's id, which this request lacks, and the longest possible name of a workspace.
            let longest = line.to_string().len() + r#","trace_id":"1-","#.len() + 34 + 63;
            assert!(longest <= 1_000, "{longest} bytes: {line}");
        }
        let cold = lines.iter().filter(|line| line.get("ColdStarts").is_some()).count();
        assert_eq!(cold, 1, "{}", route.function);
    }
    for line in written.values().flatten() {
        seen.extend(metrics_of(line, NAMESPACE));
    }
    assert!(seen.contains("TokenRefusals") && seen.contains("SignIns"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_namespace_no_metrics_are_written_and_the_level_applies() {
    let written = lines(&[("METRICS_NAMESPACE", ""), ("LOG_LEVEL", "error")]).await;
    let requests = written.values().flatten().filter(|line| line["message"] == "request");
    assert_eq!(requests.count(), 0);
    assert!(written.values().flatten().all(|line| line.get("_aws").is_none()));
}

/// Returns the lines of the page of metrics, as an API client gets it.
async fn page(cloud: &Cloud, fleet: &mut Fleet) -> BTreeSet<String> {
    let route = OPERATIONS.iter().find(|route| route.path == "/metrics").unwrap();
    let answer = fleet.ask(route.function, event_of(cloud, route, Role::Service)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.lines().filter(|line| line.contains("_total{")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_do_not_decrease_when_processes_are_replaced() {
    let cloud = Cloud::start().await;
    let mut first = Fleet::new(&cloud, HASTY);
    let route = |function| OPERATIONS.iter().find(|route| route.function == function).unwrap();
    for function in ["create-test", "update-test", "assign-variant", "record-conversion", "login"] {
        let answer = first.ask(function, event_of(&cloud, route(function), Role::Admin)).await;
        assert!(answer.status < 500, "{answer:?}");
    }
    let done = first.invoke("summarize-tests", sample("summarize-tests")).await.unwrap();
    assert_eq!(done["aggregated"], 1, "{done}");
    let before = page(&cloud, &mut first).await;
    assert!(
        before.iter().any(|line| line.starts_with("bellwether_test_units_total") && line.ends_with(" 1")),
        "{before:?}"
    );
    assert!(
        before.iter().any(|line| line.starts_with("bellwether_sign_ins_total") && line.ends_with(" 1")),
        "{before:?}"
    );
    drop(first.logs());
    let mut second = Fleet::new(&cloud, HASTY);
    assert_eq!(page(&cloud, &mut second).await, before);
    second.ask("login", event_of(&cloud, route("login"), Role::Admin)).await;
    second.invoke("summarize-tests", sample("summarize-tests")).await.unwrap();
    let after = page(&cloud, &mut second).await;
    assert!(
        after.iter().any(|line| line.starts_with("bellwether_sign_ins_total") && line.ends_with(" 2")),
        "{after:?}"
    );
}
