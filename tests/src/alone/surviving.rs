//! Tests that faults lose nothing and count nothing twice. Callers send random requests through a network
//! that delays, drops, resets and throttles, to processes that may be killed at any moment, and retry
//! until each request is acknowledged. The results must then exactly equal those of a model in memory.
//!
//! The seed determines a run, except for the order of its callers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant as Moment};

use bellwether::auth::access::Role;
use bellwether::clock::Clock;
use domain::clock::Timestamp;
use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::caller::{ask, instance, launch, path, results, rows};
use testing::cloud::Cloud;
use testing::faults::Proxy;
use testing::random::Random;
use testing::runtime::Instance;
use testing::weather::weather;

const SEED: u64 = 20_261_121;
/// Concurrent callers, each with its own processes.
const CALLERS: u64 = 4;
/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(170);
/// In the first test, Bellwether draws the arm. In the second, callers name it, and their names differ.
const TESTS: [&str; 2] = ["drawn", "named"];
const ARMS: [&str; 2] = ["control", "other"];
const GOALS: [&str; 2] = ["demo-booked", "opt-out"];
/// Units in each test, and the number of them that convert without an assignment.
const UNITS: u64 = 300;
const STRANGERS: u64 = 40;

type Unit = (&'static str, String);
/// A version of an outcome, or an assignment: the test, the unit, the goal, the event id and the version.
type Event = (&'static str, String, &'static str, String, u64);

/// The responses that callers got.
#[derive(Default)]
struct Model {
    /// The arm of each unit.
    assigned: BTreeMap<Unit, String>,
    /// Each acknowledged version of an outcome, and whether it counts: it is not a void, and its time is in a window that
    /// its unit could have.
    acknowledged: BTreeMap<Event, bool>,
    /// Units and outcomes that a response reported as new.
    firsts: BTreeSet<Event>,
    /// Requests that were sent again after a 503, or without a response.
    retries: u64,
    lost: u64,
}

/// One assignment or outcome to send.
#[derive(Clone)]
enum Item {
    Assign(Unit, Value),
    Convert(Event, bool, Value),
    /// A recorded version with other content, which must be refused.
    Contradict(Value),
}

/// The names and times of a run.
struct Plan {
    random: Random,
    long_ago: Timestamp,
    soon: Timestamp,
}

impl Plan {
    fn new(random: Random, now: Timestamp) -> Self {
        let after = |minutes: i64| Timestamp::from_millis(now.millis() + minutes * 60_000);
        Self { random, long_ago: after(-60), soon: after(4) }
    }

    /// Returns a new request: the function, the test and its items. One in three is a batch.
    fn request(&mut self, model: &Mutex<Model>) -> (usize, &'static str, Vec<Item>) {
        let test = *self.random.pick(&TESTS);
        let many = if self.random.chance(333) { 2 + self.random.below(11) } else { 1 };
        let function = usize::from(self.random.chance(600));
        let item = |_| if function == 0 { self.assignment(test) } else { self.conversion(test, model) };
        (function, test, (0..many).map(item).collect())
    }

    fn assignment(&mut self, test: &'static str) -> Item {
        let unit = format!("unit-{}", self.random.below(UNITS - STRANGERS));
        let body = match test {
            "drawn" => json!({ "unit_id": unit }),
            _ => json!({ "unit_id": unit, "variant": self.random.pick(&ARMS) }),
        };
        Item::Assign((test, unit), body)
    }

    /// Returns a version of an outcome, whose content follows from its name: a void, or a time before the test, or soon,
    /// so that it is after its unit's assignment even if it is sent first; or no time, if its unit is known to be
    /// assigned. After it is acknowledged, some repetitions have other content, which must have no effect.
    fn conversion(&mut self, test: &'static str, model: &Mutex<Model>) -> Item {
        let unit = format!("unit-{}", self.random.below(UNITS));
        let goal = *self.random.pick(&GOALS);
        let model = model.lock().unwrap();
        let number =
            self.random.below(if model.assigned.contains_key(&(test, unit.clone())) { 4 } else { 3 });
        let version = if number == 3 { 0 } else { self.random.below(3) };
        let event = (test, unit.clone(), goal, format!("event-{number}"), version);
        let contradicts = model.acknowledged.contains_key(&event) && self.random.chance(300);
        let void = version > 0 && (number + version).is_multiple_of(3);
        let counts = !void && (number + version) % 3 != 1;
        let mut body = json!({ "unit_id": unit, "goal": goal, "event_id": event.3 });
        if version > 0 {
            body["version"] = json!(version);
        }
        if void && !contradicts {
            body["void"] = json!(true);
        } else if number != 3 || contradicts {
            let soon = counts != contradicts;
            body["occurred_at"] = json!(String::from(if soon { self.soon } else { self.long_ago }));
        }
        if contradicts { Item::Contradict(body) } else { Item::Convert(event, counts, body) }
    }
}

impl Item {
    fn body(&self) -> Value {
        match self {
            Self::Assign(_, body) | Self::Convert(_, _, body) | Self::Contradict(body) => body.clone(),
        }
    }

    /// Compares a response with earlier ones, and stores it.
    fn acknowledge(&self, answer: &Value, known: bool, model: &mut Model) {
        let (name, first) = match self {
            Self::Assign(unit, _) => {
                let variant = answer["variant"].as_str().unwrap().to_owned();
                let assigned = model.assigned.entry(unit.clone()).or_insert(variant.clone());
                assert_eq!(*assigned, variant, "{unit:?} was assigned two variants");
                ((unit.0, unit.1.clone(), "", String::new(), 0), answer["new"] == true)
            }
            Self::Convert(event, counts, _) => {
                model.acknowledged.entry(event.clone()).or_insert(*counts);
                (event.clone(), answer["duplicate"] == false)
            }
            Self::Contradict(body) => {
                panic!("{body} contradicts what is recorded, and was accepted: {answer}")
            }
        };
        assert!(!(first && known), "{name:?} was acknowledged before this request, but is reported as new");
        assert!(!first || model.firsts.insert(name.clone()), "{name:?} was reported as new to two callers");
    }

    fn is_known(&self, model: &Model) -> bool {
        match self {
            Self::Assign(unit, _) => model.assigned.contains_key(unit),
            Self::Convert(event, ..) => model.acknowledged.contains_key(event),
            Self::Contradict(_) => true,
        }
    }
}

/// A caller with its own process of each function, which it calls and may kill.
struct Caller<'a> {
    cloud: &'a Cloud,
    proxy: &'a Proxy,
    model: &'a Mutex<Model>,
    random: Random,
    /// The number of calls in a thousand during which the process is killed.
    deadly: u64,
    processes: [Instance; 2],
    kills: u64,
}

/// The functions, the ends of their paths, and the names of their batches.
const FUNCTIONS: [(&str, &str, &str); 2] =
    [("assign-variant", "assignments", "units"), ("record-conversion", "conversions", "events")];

impl<'a> Caller<'a> {
    async fn new(
        cloud: &'a Cloud,
        proxy: &'a Proxy,
        model: &'a Mutex<Model>,
        random: Random,
        deadly: u64,
    ) -> Self {
        let processes = [process(cloud, proxy, 0).await, process(cloud, proxy, 1).await];
        Self { cloud, proxy, model, random, deadly, processes, kills: 0 }
    }

    /// Sends a request until each of its items is acknowledged.
    async fn see_through(&mut self, function: usize, test: &str, mut items: Vec<Item>) {
        let (_, part, list) = FUNCTIONS[function];
        loop {
            let known = self.known(&items);
            let body = match &items[..] {
                [item] => item.body(),
                many => json!({ list: many.iter().map(Item::body).collect::<Vec<_>>() }),
            };
            let event = self.cloud.event("POST", &path(test, part), Some(test), Role::Service, &body);
            if let Some(answer) = self.send(function, event).await {
                let assigned = answer[part].as_array().cloned().unwrap_or(vec![answer]);
                assert_eq!(assigned.len(), items.len());
                items = self.unacknowledged(items, &assigned, &known);
            }
            if items.is_empty() {
                return;
            }
            self.model.lock().unwrap().retries += 1;
            tokio::time::sleep(Duration::from_millis(self.random.below(100))).await;
        }
    }

    fn known(&self, items: &[Item]) -> Vec<bool> {
        let model = self.model.lock().unwrap();
        items.iter().map(|item| item.is_known(&model)).collect()
    }

    /// Stores the acknowledged items and returns the others.
    fn unacknowledged(&self, items: Vec<Item>, assigned: &[Value], known: &[bool]) -> Vec<Item> {
        let mut model = self.model.lock().unwrap();
        let mut left = Vec::new();
        for ((item, assigned), known) in items.into_iter().zip(assigned).zip(known) {
            match assigned.get("problem") {
                None => item.acknowledge(assigned, *known, &mut model),
                Some(problem) if matches!(item, Item::Contradict(_)) && problem["status"] == 409 => {}
                Some(problem) => {
                    assert_eq!(problem["status"], 503, "{problem}");
                    left.push(item);
                }
            }
        }
        left
    }

    /// Returns the response body; None after a 503, or if the process was killed first.
    async fn send(&mut self, function: usize, event: Value) -> Option<Value> {
        let (during, after) = (self.random.chance(self.deadly), self.random.chance(self.deadly));
        let death = tokio::time::sleep(Duration::from_millis(self.random.below(30)));
        let answer = tokio::select! {
            answer = ask(&self.processes[function], event) => Some(answer.unwrap()),
            () = death, if during => None,
        };
        if answer.is_none() || after {
            self.processes[function].kill();
            self.processes[function] = process(self.cloud, self.proxy, function).await;
            self.kills += 1;
        }
        let Some(answer) = answer else {
            self.model.lock().unwrap().lost += 1;
            return None;
        };
        match answer.status {
            503 => None,
            409 => Some(json!({ "problem": answer.body })),
            status => {
                assert!(matches!(status, 200 | 202), "{answer:?}");
                Some(answer.body)
            }
        }
    }
}

/// Starts a process that caches few units, so that most responses come from the store.
async fn process(cloud: &Cloud, proxy: &Proxy, function: usize) -> Instance {
    instance(cloud, &proxy.url, FUNCTIONS[function].0, &[("CACHED_ASSIGNMENTS", "20")]).await
}

/// Starts a cloud with both tests running.
async fn cloud() -> Cloud {
    let cloud = Cloud::start().await;
    for (test, allocation) in TESTS.into_iter().zip(["fixed", "external"]) {
        let body = json!({ "test_id": test, "name": "Bad weather", "allocation": { "mode": allocation },
            "variants": [{ "key": ARMS[0], "weight": 5_000, "is_control": true }, { "key": ARMS[1], "weight": 5_000 }],
            "goals": [{ "key": GOALS[0], "kind": "binary", "role": "primary", "window_days": 30 },
                      { "key": GOALS[1], "kind": "binary", "role": "secondary", "window_days": 30 }] });
        launch(&cloud, &cloud.dynamodb, &body).await;
    }
    cloud
}

/// Runs `requests` requests, with the process killed in `deadly` of a thousand calls, and compares the
/// results with the model.
async fn run(seed: u64, requests: u64, deadly: u64) {
    let (began, mut random, cloud) = (Moment::now(), Random::new(seed), cloud().await);
    let proxy = Proxy::start(&cloud.dynamodb, weather(random.split())).await;
    let (model, start) = (Mutex::new(Model::default()), Clock::system().now());
    let calls = (0..CALLERS).map(|_| {
        let (mut plan, own) = (Plan::new(random.split(), start), random.split());
        let (cloud, proxy, model) = (&cloud, &proxy, &model);
        async move {
            let mut caller = Caller::new(cloud, proxy, model, own, deadly).await;
            for _ in 0..requests / CALLERS {
                let (function, test, items) = plan.request(model);
                caller.see_through(function, test, items).await;
            }
            caller.kills
        }
    });
    let kills: u64 = tokio::time::timeout(LIMIT, join_all(calls)).await.expect("done in time").iter().sum();
    let (counts, model) = (proxy.seen(), model.into_inner().unwrap());
    let (time, Model { retries, lost, .. }) = (began.elapsed(), &model);
    println!(
        "{requests} requests in {time:?}: {retries} sent again, {lost} responses lost, {kills} processes killed; {counts:?}"
    );
    assert!(counts.fates.len() == 8 && *retries > 0, "not every fault occurred, or no caller had to retry");
    assert!((deadly > 0) == (kills > 0 && *lost > 0), "processes were killed if and only if they should be");
    compare(&cloud, &model).await;
}

/// Checks that the results, read without the proxy, and the stored rows match the model.
async fn compare(cloud: &Cloud, model: &Model) {
    // Versions are in ascending order, so the highest one remains.
    let outcomes: BTreeMap<_, _> = model
        .acknowledged
        .iter()
        .map(|((test, unit, goal, id, _), counts)| ((*test, unit, *goal, id), *counts))
        .collect();
    for test in TESTS {
        let report = results(cloud, &cloud.dynamodb, test).await;
        let arm = |arm: &str| {
            let own = model.assigned.iter().filter(|((of, _), assigned)| *of == test && *assigned == arm);
            own.map(|((_, unit), _)| unit).collect::<BTreeSet<_>>()
        };
        for name in ARMS {
            assert_eq!(report["units"][name], arm(name).len(), "units of {name} in {test}");
        }
        for (goal, read) in GOALS.into_iter().zip(report["goals"].as_array().unwrap()) {
            for (name, read) in ARMS.into_iter().zip(read["arms"].as_array().unwrap()) {
                let units = arm(name);
                let counted = outcomes.iter().filter(|((of, unit, g, _), counts)| {
                    **counts && *of == test && *g == goal && units.contains(unit)
                });
                let converted: BTreeSet<_> = counted.map(|((_, unit, ..), _)| *unit).collect();
                assert!(converted.len() > 20, "not enough conversions to compare");
                assert_eq!(
                    (&read["variant"], &read["converted"]),
                    (&json!(name), &json!(converted.len())),
                    "{goal} of {test}"
                );
            }
        }
    }
    let rows = rows(cloud).await;
    let assignments = rows.iter().filter(|(_, _, variant)| variant.is_some()).count();
    assert_eq!((assignments, rows.len() - assignments), (model.assigned.len(), model.acknowledged.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_2000_random_requests_with_faults_the_results_equal_the_model() {
    let _turn = crate::turn().await;
    run(SEED, 2_000, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_loses_no_acknowledged_request() {
    let _turn = crate::turn().await;
    run(SEED + 1, 600, 150).await;
}
