//! Processes of `assign-variant` that race for a unit's first assignment: one is stored, and all
//! callers are told that one.

use std::collections::BTreeSet;

use bellwether::auth::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::caller::{ask, instance, launch, path, rows};
use testing::cloud::Cloud;
use testing::faults::Proxy;
use testing::runtime::Instance;

/// Units raced for in each test.
const UNITS: usize = 50;
/// Calls for one unit.
const CALLS: usize = 16;

/// Four processes behind a proxy that counts. Two remember what they have seen, as in production;
/// two ask the store each time, so that no race is settled from memory alone.
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
        // A call to each, so that all are awake when the race begins.
        let nobody = json!({ "unit_id": "" });
        join_all(race.processes.iter().map(|process| ask(process, race.event(&nobody)))).await;
        race
    }

    fn event(&self, body: &Value) -> Value {
        self.cloud.event("POST", &path(self.test_id, "assignments"), Some(self.test_id), Role::Service, body)
    }

    /// 16 calls for one unit at once: every other time as single requests, four queued before each
    /// process, else as a batch of four in each process, where they run side by side.
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

    /// The row of each unit, and no other.
    async fn stored(&self, units: &[String]) -> Vec<String> {
        let rows = rows(&self.cloud).await;
        assert_eq!(rows.len(), units.len(), "one row a unit");
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

/// One caller a unit is told `new`. The SDK may repeat a put whose answer was slow; the row that it
/// then meets is its own, and nobody is told `new`. So of `units`, at most as many lack their first
/// caller as there were repeats.
fn assert_each_has_its_first(units: &[Vec<Value>], repeats: u64) {
    assert!(units.iter().all(|response| firsts(response) <= 1), "two callers were told that they were first");
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
    assert_eq!(stored.iter().collect::<BTreeSet<_>>().len(), 2, "both arms were drawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_callers_with_other_variants_get_the_stored_one_and_a_conflict() {
    let race = Race::new("named", "external").await;
    let units: Vec<String> = (0..UNITS).map(|n| format!("unit-{n}.example")).collect();
    let mut all = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        // Callers differ within a process and between processes, and who is asked first varies.
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
    assert_eq!(winners.len(), 2, "either caller wins some races");
}
