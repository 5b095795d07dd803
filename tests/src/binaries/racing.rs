//! Tests concurrent first assignments of a unit by several processes of `assign-variant`: one is stored,
//! and all callers get it.

use std::collections::BTreeSet;

use bellwether::auth::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::caller::{ask, instance, launch, path, rows};
use testing::cloud::Cloud;
use testing::faults::Proxy;
use testing::runtime::Instance;

/// Units in each test.
const UNITS: usize = 50;
/// Concurrent calls for one unit.
const CALLS: usize = 16;

/// Four processes behind a proxy that counts calls. Two cache what they have seen, as in production. Two call
/// the store each time, so that the cache decides no race.
struct Race {
    cloud: Cloud,
    proxy: Proxy,
    processes: Vec<Instance>,
    test_id: &'static str,
}

impl Race {
    async fn new(test_id: &'static str, allocation: &str) -> Self {
        let cloud = Cloud::start().await;
        let body = json!({ "test_id": test_id, "name": "A race", "allocation": { "mode": allocation },
            "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "other", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        launch(&cloud, &cloud.dynamodb, &body).await;
        let proxy = Proxy::counting(&cloud.dynamodb).await;
        let mut processes = Vec::new();
        for seconds in ["30", "30", "0", "0"] {
            let more = [("CACHE_SECONDS", seconds)];
            processes.push(instance(&cloud, &proxy.url, "assign-variant", &more).await);
        }
        let race = Self { cloud, proxy, processes, test_id };
        // Calls each process once, so that all are warm when the race begins.
        let invalid = json!({ "unit_id": "" });
        join_all(race.processes.iter().map(|process| ask(process, race.event(&invalid)))).await;
        race
    }

    fn event(&self, body: &Value) -> Value {
        self.cloud.event("POST", &path(self.test_id, "assignments"), Some(self.test_id), Role::Service, body)
    }

    /// Makes 16 concurrent calls for one unit: alternately as single requests, four in the queue of each
    /// process, and as a batch of four in each process, which run concurrently.
    async fn run(&self, number: usize, item: impl Fn(usize) -> Value) -> Vec<Value> {
        let bodies: Vec<Value> = if number.is_multiple_of(2) {
            (0..CALLS).map(item).collect()
        } else {
            let items: Vec<Value> = (0..CALLS).map(item).collect();
            items.chunks(4).map(|units| json!({ "units": units })).collect()
        };
        let each = bodies.iter().enumerate().map(|(n, body)| ask(&self.processes[n % 4], self.event(body)));
        let mut response = Vec::new();
        for answer in join_all(each).await {
            let answer = answer.unwrap();
            assert_eq!(answer.status, 200, "{}", answer.body);
            match answer.body["assignments"].as_array() {
                Some(list) => response.extend(list.clone()),
                None => response.push(answer.body),
            }
        }
        assert_eq!(response.len(), CALLS);
        response
    }

    /// Returns the row of each unit, and checks that there are no other rows.
    async fn stored(&self, units: &[String]) -> Vec<String> {
        let rows = rows(&self.cloud).await;
        assert_eq!(rows.len(), units.len(), "not exactly one row for each unit");
        let stored = |unit: &String| {
            let own = rows.iter().find(|(_, key, _)| key.split(' ').next() == Some(unit));
            own.unwrap_or_else(|| panic!("no row of {unit}")).2.clone().unwrap()
        };
        units.iter().map(stored).collect()
    }
}

fn variants(responses: &[Value]) -> BTreeSet<&str> {
    responses.iter().map(|response| response["variant"].as_str().unwrap()).collect()
}

fn firsts(responses: &[Value]) -> usize {
    responses.iter().filter(|response| response["new"] == true).count()
}

/// Checks that one caller for each unit gets `new`. The SDK may repeat a put whose response was slow. The
/// put then finds its own row, and no caller gets `new`. So at most as many `units` lack a caller with
/// `new` as there were repeats.
fn assert_each_has_its_first(units: &[Vec<Value>], repeats: u64) {
    assert!(units.iter().all(|response| firsts(response) <= 1), "two callers got new: true");
    let without = units.iter().filter(|response| firsts(response) == 0).count();
    assert!(without as u64 <= repeats, "{without} units without a first caller, {repeats} repeats");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_concurrent_callers_get_the_same_first_assignment() {
    let race = Race::new("drawn", "fixed").await;
    let units: Vec<String> = (0..UNITS).map(|n| format!("unit-{n}.example")).collect();
    let mut all = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        let response = race.run(number, |_| json!({ "unit_id": unit })).await;
        assert_eq!(variants(&response).len(), 1, "{response:?}");
        all.push(response);
    }
    assert_each_has_its_first(&all, race.proxy.seen().repeats);
    let stored = race.stored(&units).await;
    for (response, stored) in all.iter().zip(&stored) {
        assert_eq!(variants(response), BTreeSet::from([stored.as_str()]));
    }
    assert_eq!(stored.iter().collect::<BTreeSet<_>>().len(), 2, "only one arm was drawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_callers_with_other_variants_get_the_stored_one_and_a_conflict() {
    let race = Race::new("named", "external").await;
    let units: Vec<String> = (0..UNITS).map(|n| format!("unit-{n}.example")).collect();
    let mut all = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        // Variants differ within a process and between processes, and the order of callers varies.
        let named = |n: usize| if (n + n / 4 + number / 2).is_multiple_of(2) { "control" } else { "other" };
        let response = race.run(number, |n| json!({ "unit_id": unit, "variant": named(n) })).await;
        assert_eq!(variants(&response).len(), 1, "{response:?}");
        for (n, response) in response.iter().enumerate() {
            assert_eq!(response["conflict"], response["variant"] != named(n), "{response}");
        }
        assert_eq!(response.iter().filter(|response| response["conflict"] == true).count(), CALLS / 2);
        all.push(response);
    }
    assert_each_has_its_first(&all, race.proxy.seen().repeats);
    for (response, stored) in all.iter().zip(race.stored(&units).await) {
        assert_eq!(variants(response), BTreeSet::from([stored.as_str()]));
    }
    let winners: BTreeSet<&str> = all.iter().flat_map(|response| variants(response)).collect();
    assert_eq!(winners.len(), 2, "one of the callers won every race");
}
