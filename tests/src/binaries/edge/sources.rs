//! Tests that administrative routes are open only to `ADMIN_NETWORKS`, by the address that API Gateway
//! saw. Addresses that a caller claims are ignored.

use std::collections::BTreeSet;

use bellwether::auth::access::{Role, Scope};
use bellwether::operations::OPERATIONS;
use serde_json::{Value, json};
use testing::caller::refusals;
use testing::cloud::Cloud;
use testing::fleet::{Fleet, event_of};
use testing::{as_payload_2, with_header, without_token};

use super::scope;

const NETWORKS: [(&str, &str); 1] = [("ADMIN_NETWORKS", "203.0.113.0/24, 2001:db8:1::/48")];
const INSIDE: [&str; 3] = ["203.0.113.7", "2001:db8:1::7", "::ffff:203.0.113.7"];
const OUTSIDE: [&str; 4] = ["198.51.100.7", "2001:db8:2::7", "::ffff:198.51.100.7", "::203.0.113.7"];

/// Returns the event from an address, in both payload versions, with `claimed` in every header that could
/// name a source.
fn from(event: &Value, address: &str, claimed: &str) -> [Value; 2] {
    let forwarded = format!("for=\"{claimed}\";proto=https");
    let chain = format!("{claimed}, {claimed}");
    let mut event = [
        ("forwarded", forwarded.as_str()),
        ("x-forwarded-for", &chain),
        ("x-real-ip", claimed),
        ("x-client-ip", claimed),
        ("true-client-ip", claimed),
        ("cf-connecting-ip", claimed),
        ("x-amzn-source-ip", claimed),
        ("cloudfront-viewer-address", claimed),
    ]
    .into_iter()
    .fold(event.clone(), |event, (name, value)| with_header(event, name, value));
    event["requestContext"]["identity"]["sourceIp"] = json!(address);
    let mut second = as_payload_2(&event);
    second["requestContext"]["http"]["sourceIp"] = json!(address);
    [event, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn administrative_routes_refuse_other_networks_regardless_of_headers() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &NETWORKS);
    let mut asked = BTreeSet::new();
    for route in OPERATIONS {
        let event = event_of(&cloud, &route, Role::Admin);
        let administrative = route.scope().is_some_and(Scope::is_administrative);
        if administrative {
            asked.insert(route.to_string());
        }
        for address in OUTSIDE {
            for event in from(&event, address, INSIDE[0]) {
                let answer = fleet.ask(route.function, event).await;
                let refused = answer.kind() == "source_not_allowed";
                assert_eq!(
                    (refused, answer.status == 403),
                    (administrative, administrative),
                    "{route:?}: {answer:?}"
                );
                if refused {
                    assert!(!answer.body.contains("203.0.113") && !answer.body.contains(address));
                    assert!(
                        !answer.headers.contains_key("www-authenticate"),
                        "a challenge, although another token would not help"
                    );
                }
            }
        }
        for address in INSIDE {
            for event in from(&event, address, OUTSIDE[0]) {
                let answer = fleet.ask(route.function, event).await;
                assert_ne!(answer.status, 403, "{route:?} from {address}: {answer:?}");
            }
        }
    }
    assert!(!asked.is_empty(), "no route is administrative");
    let recorded = refusals(&cloud).await;
    assert_eq!(recorded.len(), asked.len(), "not exactly one record for each route");
    for (target, why) in recorded {
        assert!(asked.contains(&target) && why == "not from this network", "{target}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_the_scope_gets_no_hint_of_the_networks() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &NETWORKS);
    for route in OPERATIONS.iter().filter(|route| scope(route) == Some(Scope::UsersWrite.as_str())) {
        let outside = |event: &Value| from(event, OUTSIDE[0], OUTSIDE[0]);
        for event in outside(&without_token(event_of(&cloud, route, Role::Admin))) {
            assert_eq!(fleet.ask(route.function, event).await.kind(), "unauthenticated");
        }
        for event in outside(&event_of(&cloud, route, Role::Analyst)) {
            assert_eq!(fleet.ask(route.function, event).await.kind(), "insufficient_scope");
        }
    }
}
