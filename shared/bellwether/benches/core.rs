//! Benchmarks of the pure core: the time of one decision, and the rows that are aggregated in a second.
//! Nothing here waits. Run by `make bench`, or alone by `cargo bench -p bellwether`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use domain::clock::Timestamp;
use domain::experiment::bucket::Bucket;
use domain::experiment::{
    Assignment, BasisPoints, Conversion, Definition, EventId, Experiment, GoalKey, Seed, Status, Unit,
    UnitId, VariantKey, Version, decide,
};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::Row;
use screen::Screen;
use serde_json::{Value, json};

/// 2026-11-21T10:00:00Z, in milliseconds since 1970.
const NOON: i64 = 1_795_255_200_000;
/// The number of accounts that are decided one after the other, so that branch prediction does not help; a
/// power of two.
const UNITS: usize = 1_024;
/// The number of accounts in the aggregation, each with an assignment and an outcome.
const AGGREGATED: u64 = 500_000;

/// The sample test of `events/create-test.json`, running, with other targeting.
fn test(targeting: &Value) -> Experiment {
    let event: Value = serde_json::from_str(include_str!("../../../events/create-test.json")).expect("JSON");
    let body = event["body"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(body).expect("JSON");
    body["targeting"] = targeting.clone();
    let definition = Definition::parse(serde_json::from_value(body).expect("a body")).expect("a definition");
    let mut test =
        Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), Timestamp::from_millis(NOON));
    test.status = Status::Running;
    test
}

fn units() -> Vec<Unit> {
    let test = test(&json!({}));
    let unit = |n: usize| {
        let name = format!("account-{n:04}.example.com");
        let attributes = json!({ "industry": "software", "employees": 900, "domain": name, "country": "DE" });
        Unit::parse(
            serde_json::from_value(json!({ "unit_id": name, "attributes": attributes })).expect("a unit"),
            &test,
        )
    };
    (0..UNITS).map(|n| unit(n).expect("a unit")).collect()
}

fn decisions(criterion: &mut Criterion) {
    let units = units();
    let mut group = criterion.benchmark_group("decision");
    let mut next = 0;
    let mut turn = || {
        next = (next + 1) % UNITS;
        &units[next]
    };
    let seed = Seed::from_random(*b"8 bytes!");
    group.bench_function("bucket alone", |bencher| {
        bencher.iter(|| Bucket::after(seed.hash(), black_box(turn().id.as_str())));
    });
    let cases = [
        ("without conditions", json!({})),
        ("typical condition", json!({ "industry": "software", "employees": { "$gte": 200 } })),
        ("regex", json!({ "domain": { "$regex": "^account-[0-9]+\\.(example|test)\\." } })),
    ];
    for (name, targeting) in cases {
        let test = test(&targeting);
        group.bench_function(name, |bencher| bencher.iter(|| decide(&test, black_box(turn())).is_ok()));
    }
    group.finish();
}

/// The cost of screening the texts of an assignment's body, before any decision.
fn screening(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("screening");
    for (name, unit, industry) in [
        ("printable ASCII", "account-0001.example.com", "software"),
        ("umlauts", "müller.example.com", "größe"),
    ] {
        let mut body = json!({ "unit_id": unit, "attributes": { "industry": industry, "employees": 900, "country": "DE" } });
        group.bench_function(name, |bencher| {
            bencher
                .iter(|| body = Screen::Refuse.clean(black_box(body.take())).expect("no hidden characters"));
        });
    }
    group.finish();
}

/// An account's assignment and its outcome a minute later.
fn rows_of(n: u64) -> [Row; 2] {
    let unit_id = UnitId::parse(format!("account-{n:07}.example.com")).expect("a unit");
    let variant = if n.is_multiple_of(2) { "control" } else { "calculator" };
    let assignment = Assignment {
        variant: VariantKey::parse(variant).expect("a key"),
        assigned_at: Timestamp::from_millis(NOON),
        revision: 1,
        propensity: BasisPoints::parse(5_000).expect("a share"),
        segments: [].into(),
        covariate: None,
    };
    let conversion = Conversion {
        unit_id: unit_id.clone(),
        goal: GoalKey::parse("demo-booked").expect("a key"),
        event_id: EventId::parse(format!("crm-{n}")).expect("an id"),
        version: Version::FIRST,
        value: 1.0,
        occurred_at: Timestamp::from_millis(NOON + 60_000).into(),
    };
    [Row::Assigned { unit_id, phase: 1, assignment }, Row::Converted(conversion)]
}

fn aggregations(criterion: &mut Criterion) {
    let test = test(&json!({}));
    let mut group = criterion.benchmark_group("aggregation");
    group.throughput(Throughput::Elements(AGGREGATED * 2));
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    let rows = || (0..AGGREGATED).flat_map(rows_of).collect::<Vec<Row>>();
    let aggregation = |rows: Vec<Row>| {
        let mut aggregation = Aggregation::new(&test, Timestamp::from_millis(2_000_000_000_000));
        for row in rows {
            aggregation.push(row);
        }
        aggregation.finish()
    };
    assert_eq!(aggregation(rows()).units(), AGGREGATED, "every account is counted");
    group.bench_function("1 million rows", |bencher| {
        bencher.iter_batched(rows, aggregation, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(core, decisions, screening, aggregations);
criterion_main!(core);
