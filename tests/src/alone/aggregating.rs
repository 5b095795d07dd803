//! Tests the cost of aggregation: its memory grows by little more than the unit rows that interim looks need, and it
//! makes one call for each page.
//!
//! A number of rows is compared with ten times as many, over so few partitions that the smaller number
//! fills a page of each: then, only a cost for each unit can grow. The embedded DynamoDB stores the rows
//! and creates the pages before the aggregation, because its debug build takes a third of a second for
//! each page, which is not a cost of Bellwether. By default, the test uses 10,000 and 100,000 rows and the
//! debug binary. With a million rows, which takes some minutes:
//!
//! ```text
//! BELLWETHER_AGGREGATED_ROWS=1000000 BELLWETHER_AGGREGATION_BINARY=<a release build of get-results> \
//!     cargo test --workspace --test alone aggregating -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant as Moment};

use bellwether::auth::access::Role;
use bellwether::config::Limits;
use bellwether::store::Store;
use bellwether::store::key::{EventKey, events_partition, partition};
use bellwether::store::schema::{self, PK, SK, TableName};
use domain::experiment::{EventId, Experiment, ExperimentId, GoalKey, UnitId, Version, Workspace};
use dynoxide::types::item_size;
use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use serde_json::json;
use stats::rerandomization::MAX_UNITS;
use testing::caller::{ask, instance, launch, path, read_results, table};
use testing::cloud::{Cloud, admit_holders, sdk};
use testing::faults::{Fate, Proxy};
use testing::replay::Replay;
use testing::runtime::{Instance, binary};

/// A page contains at most 1 MB of items as DynamoDB counts them.
const PAGE: usize = 1 << 20;
/// Rows that fill about one page, and the maximum number of partitions: the default of a test.
const ROWS_A_PAGE: usize = 5_000;
const MOST_PARTITIONS: usize = 16;
/// Rows in one import.
const CHUNK: usize = 10_000;
/// Memory that a unit may take until all its draws have been made. It has one goal and one segment here.
const BYTES_A_UNIT: u64 = 640;
const ARMS: [&str; 2] = ["control", "other"];
const GOAL: &str = "demo-booked";

/// A separate database with a test of a given number of rows.
struct Stored {
    url: String,
    database: Database,
    partitions: Vec<String>,
    pages: usize,
    units: [usize; 2],
    converted: [usize; 2],
}

/// The cost of an aggregation.
struct Cost {
    peak_kb: Option<u64>,
    calls: BTreeMap<String, u64>,
    time: Duration,
}

/// Rows as `assign-variant` and `record-conversion` store them, from which the others are copied.
struct Templates {
    assignment: Item,
    conversion: Item,
}

async fn stored(cloud: &Cloud, rows: usize, partitions: usize) -> Stored {
    let database = Database::memory().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
    let events = table(cloud, TableName::Events);
    let prefix = events.trim_end_matches("-events");
    let client = aws_sdk_dynamodb::Client::new(&sdk(&url));
    schema::create_all(&client, prefix).await.unwrap();
    admit_holders(&client).await;
    for test_id in ["big", "template"] {
        let body = json!({ "test_id": test_id, "name": "Rows", "segments": ["industry"], "partitions": partitions,
            "variants": [{ "key": ARMS[0], "weight": 5_000, "is_control": true }, { "key": ARMS[1], "weight": 5_000 }],
            "goals": [{ "key": GOAL, "kind": "binary", "role": "primary", "window_days": 30 }] });
        launch(cloud, &url, &body).await;
    }
    let templates = templates(cloud, &url, &database, &events).await;
    let client = aws_sdk_dynamodb::config::Builder::from(&sdk(&url));
    let store = Store::new(client, prefix, &Limits::default());
    let (workspace, test_id) = (Workspace::parse("acme").unwrap(), ExperimentId::parse("big").unwrap());
    let test = store.experiments.get(&workspace, &test_id).await.unwrap().unwrap();
    let partitions = (0..test.definition.partitions).map(|n| partition(&workspace, &test_id, n)).collect();
    let (pages, units, converted) = seed(&database, &events, &workspace, &test, &templates, rows);
    Stored { url, database, partitions, pages, units, converted }
}

async fn templates(cloud: &Cloud, url: &str, database: &Database, events: &str) -> Templates {
    let unit = json!({ "unit_id": "u", "attributes": { "industry": "software" }, "covariate": 12.5 });
    let outcome = json!({ "unit_id": "u", "goal": GOAL, "event_id": "e" });
    for (function, part, body) in
        [("assign-variant", "assignments", unit), ("record-conversion", "conversions", outcome)]
    {
        let process = instance(cloud, url, function, &[]).await;
        let event = cloud.event("POST", &path("template", part), Some("template"), Role::Service, &body);
        let answer = ask(&process, event).await.unwrap();
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
    }
    let scan = serde_json::from_value(json!({ "TableName": events })).unwrap();
    let rows = database.scan(scan).unwrap().items.unwrap();
    let with = |name: &str| rows.iter().find(|row| row.contains_key(name)).unwrap().clone();
    Templates { assignment: with("variant"), conversion: with("occurred_at") }
}

/// Stores rows of assigned units: every second unit has a conversion, and every fourth has three.
/// Returns the number of pages, and units and converted units by arm.
fn seed(
    database: &Database,
    events: &str,
    workspace: &Workspace,
    test: &Experiment,
    templates: &Templates,
    rows: usize,
) -> (usize, [usize; 2], [usize; 2]) {
    database.enable_bulk_loading().unwrap();
    let (mut units, mut converted) = ([0; 2], [0; 2]);
    let mut pages = BTreeMap::<String, (usize, usize)>::new();
    let (mut chunk, mut left, mut number) = (Vec::with_capacity(CHUNK), rows, 0);
    while left > 0 {
        let unit = UnitId::parse(format!("account-{number:07}.example")).unwrap();
        let partition = events_partition(workspace, test, &unit);
        let outcomes = [3, 0, 1, 0][number % 4].min(left - 1);
        let arm = number / 4 % 2;
        units[arm] += 1;
        converted[arm] += usize::from(outcomes > 0);
        for row in rows_of(templates, &partition, &unit, arm, outcomes) {
            let (full, bytes) = pages.entry(partition.clone()).or_default();
            let size = item_size(&row);
            if *bytes + size > PAGE {
                (*full, *bytes) = (*full + 1, 0);
            }
            *bytes += size;
            chunk.push(row);
        }
        number += 1;
        left -= 1 + outcomes;
        if chunk.len() >= CHUNK || left == 0 {
            database.import_items(events, std::mem::take(&mut chunk), ImportOptions::default()).unwrap();
        }
    }
    database.disable_bulk_loading().unwrap();
    let whole = test.definition.partitions as usize;
    (whole + pages.values().map(|(full, _)| full).sum::<usize>(), units, converted)
}

/// Returns a unit's assignment and its outcomes, in key order.
fn rows_of(
    templates: &Templates,
    partition: &str,
    unit: &UnitId,
    arm: usize,
    outcomes: usize,
) -> impl Iterator<Item = Item> {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let keyed = move |template: &Item, key: &EventKey| {
        let keys = [(PK.to_owned(), text(partition)), (SK.to_owned(), text(&key.write()))];
        template.clone().into_iter().chain(keys).collect::<Item>()
    };
    let mut assignment = keyed(&templates.assignment, &EventKey::Assignment(unit.clone(), 1));
    assignment.insert("variant".to_owned(), text(ARMS[arm]));
    let outcome = move |n| {
        let (goal, event) = (GoalKey::parse(GOAL).unwrap(), EventId::parse(format!("crm-{n}")).unwrap());
        keyed(&templates.conversion, &EventKey::Conversion(unit.clone(), goal, event, Version::FIRST))
    };
    std::iter::once(assignment).chain((0..outcomes).map(outcome))
}

/// Aggregates the stored rows in a new process and compares the results with them.
async fn aggregate(cloud: &Cloud, stored: &Stored) -> Cost {
    let key = json!({ PK: { "S": "acme" }, SK: { "S": "big" } });
    let test = json!({ "TableName": table(cloud, TableName::Tests), "Key": key });
    let events = table(cloud, TableName::Events);
    let replay = Replay::start(&stored.database, &events, &stored.partitions, test).await;
    let chosen = std::env::var_os("BELLWETHER_AGGREGATION_BINARY").map(PathBuf::from);
    let function = chosen.unwrap_or_else(|| binary("get-results"));
    let mut environment = cloud.environment(&replay.url);
    environment.push(("INLINE_UNITS".to_owned(), u64::MAX.to_string()));
    let process = Instance::start(&function, &environment).await;
    let began = Moment::now();
    let report = read_results(cloud, &process, "big").await;
    let time = began.elapsed();
    for (arm, name) in ARMS.into_iter().enumerate() {
        assert_eq!(report["units"][name], stored.units[arm]);
        assert_eq!(report["goals"][0]["arms"][arm]["converted"], stored.converted[arm]);
    }
    Cost { peak_kb: peak(process.id()), calls: replay.calls(), time }
}

/// Returns the peak memory of a process so far; None without /proc.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_the_rows_use_only_the_memory_of_their_units_and_one_call_per_page() {
    let _turn = crate::turn().await;
    let rows = std::env::var("BELLWETHER_AGGREGATED_ROWS").map_or(100_000, |text| text.parse().unwrap());
    let partitions = (rows / 10 / ROWS_A_PAGE).clamp(1, MOST_PARTITIONS);
    let cloud = Cloud::start().await;
    let mut peaks = Vec::new();
    for rows in [rows / 10, rows] {
        let stored = stored(&cloud, rows, partitions).await;
        let Cost { peak_kb, calls, time } = aggregate(&cloud, &stored).await;
        println!(
            "{rows} rows, partitions {partitions}, pages {}: aggregated in {time:?}, calls {calls:?}, peak {peak_kb:?} kB",
            stored.pages
        );
        let wanted =
            BTreeMap::from([("GetItem".to_owned(), 3), ("Query".to_owned(), 2 + stored.pages as u64)]);
        assert_eq!(
            calls, wanted,
            "one read before the first request, one of the test and one of the settings, one query of its summaries, one \
             of its looks and one for each page"
        );
        peaks.push(peak_kb.map(|kb| (kb * 1_024, stored.units.iter().sum::<usize>() as u64)));
    }
    match peaks[..] {
        [Some((few, few_units)), Some((many, many_units))] => {
            // Beyond the units that can be drawn again, no row is kept.
            let kept = many_units.min(MAX_UNITS as u64).saturating_sub(few_units) * BYTES_A_UNIT;
            assert!(many <= few * 3 / 2 + kept, "{few} bytes grew to {many}");
        }
        _ => println!("skipped: the memory check needs /proc, which this system lacks"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn aggregation_waits_for_pages_longer_than_other_calls_may_take() {
    let _turn = crate::turn().await;
    let cloud = Cloud::start().await;
    let stored = stored(&cloud, 2_000, MOST_PARTITIONS).await;
    // The calls before and after the pages are within the time limit of other calls: the read before the first request,
    // the test, its summaries and the settings, and then its looks.
    let pages = 4..4 + stored.pages;
    let mut calls = 0;
    let slow = move || {
        calls += 1;
        if pages.contains(&(calls - 1)) { Fate::Delay(Duration::from_secs(3)) } else { Fate::Pass }
    };
    let proxy = Proxy::start(&stored.url, slow).await;
    let process = instance(&cloud, &proxy.url, "get-results", &[]).await;
    let report = read_results(&cloud, &process, "big").await;
    assert_eq!(report["units"][ARMS[0]], stored.units[0]);
    assert_eq!((proxy.seen().calls["Query"], proxy.seen().repeats), (2 + stored.pages as u64, 0));
}
