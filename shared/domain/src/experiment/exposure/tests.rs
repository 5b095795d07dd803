//! The entries of `POST /tests/{test_id}/exposures`.

use serde_json::json;

use super::*;
use crate::experiment::{Definition, Seed};
use crate::validation::typed;

/// 2026-11-21T10:00:00Z.
const NOW: i64 = 1_795_255_200_000;
const HOUR: i64 = 3_600_000;

fn test(began: i64) -> Experiment {
    let body = json!({
        "test_id": "t", "name": "T",
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "red", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }]
    });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let draft = Experiment::draft(definition, Seed::from_random([1; 8]), Timestamp::from_millis(0));
    Experiment { phase_began_at: Some(Timestamp::from_millis(began)), ..draft }
}

fn parse(test: &Experiment, body: Value) -> Result<Exposure, (String, String)> {
    let first = |broken: Vec<Invalid>| (broken[0].pointer.clone(), broken[0].detail.clone());
    let body: ExposureBody = serde_json::from_value(body).unwrap();
    body.check().map_err(first)?;
    let unit = Unit::parse(body.unit_of(test), test).map_err(first)?;
    Exposure::parse(body, unit, test, Timestamp::from_millis(NOW)).map_err(first)
}

#[test]
fn an_exposure_without_a_time_is_now_and_its_id_follows_from_the_time() {
    let own = parse(&test(0), json!({ "unit_id": "acme.com", "variant": "red" })).unwrap();
    assert_eq!((own.exposed_at.millis(), own.exposure_id.as_str()), (NOW, "at-1795255200000"));
    assert_eq!((own.unit.assigned_at, &own.unit.variant), (Some(own.exposed_at), &None));
    assert_eq!(own.variant.unwrap().as_str(), "red");
}

#[test]
fn each_invalid_field_is_named() {
    let of = |body: Value| parse(&test(NOW - HOUR), body).unwrap_err();
    assert_eq!(of(json!({ "unit_id": "" })).0, "/unit_id");
    assert_eq!(
        of(json!({ "unit_id": "a", "variant": "green" })),
        ("/variant".into(), "is not a variant of this test".into())
    );
    assert_eq!(of(json!({ "unit_id": "a", "exposure_id": "a b" })).0, "/exposure_id");
    for (at, detail) in [
        ("2026-11-21T10:06:00Z", "5 minutes in the future"),
        ("2026-10-21T10:00:00Z", "30 days ago"),
        ("2026-11-21T08:59:59Z", "which began at 2026-11-21T09:00:00Z"),
        ("2026-11-20", "which began at 2026-11-21T09:00:00Z"),
    ] {
        let (pointer, why) = of(json!({ "unit_id": "a", "exposed_at": at }));
        assert!(pointer == "/exposed_at" && why.contains(detail), "{at}: {pointer} {why}");
    }
}

#[test]
fn a_date_is_its_beginning_but_not_before_the_phase_and_a_fast_clock_is_now() {
    let at = |began: i64, at: &str| {
        let own = parse(&test(began), json!({ "unit_id": "a", "exposed_at": at })).unwrap();
        String::from(own.exposed_at)
    };
    assert_eq!(at(0, "2026-11-20"), "2026-11-20T00:00:00Z");
    assert_eq!(at(NOW - HOUR, "2026-11-21"), "2026-11-21T09:00:00Z");
    assert_eq!(at(0, "2026-11-21T10:04:00Z"), "2026-11-21T10:00:00Z");
    assert_eq!(at(0, "2026-10-22"), "2026-10-22T00:00:00Z");
}
