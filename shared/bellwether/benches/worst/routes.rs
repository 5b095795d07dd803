//! The work of routes that costs CPU time, before and after they wait for the store.

use bellwether::auth::users::Password;
use bellwether::auth::users::credentials;
use bellwether::http::oauth::form::Form;
use bellwether::json as strict;
use domain::clock::Timestamp;
use domain::experiment::condition::{Condition, DECISION_UNITS};
use domain::experiment::{
    Assignment, AssignmentResponse, Decision, Definition, Entry, Experiment, Reason, Seed, Status, Unit,
    Workspace, decide,
};
use domain::validation::typed;
use screen::{Screen, strip};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::search::{Route, Work};
use crate::{shapes, targeting};

/// The largest body, in bytes.
const BODY: usize = 64 * 1024;
/// 2026-11-21T10:00:00Z, in milliseconds since 1970.
const NOON: i64 = 1_795_255_200_000;

pub fn all() -> [Route; 9] {
    let route = |name, candidate| Route { name, times: 1, candidate };
    [
        Route { name: "100 decisions at their limit", times: 10, candidate: decisions },
        route("assign, one unit", |draw| assignments(draw, 1)),
        route("assign, 100 units", |draw| assignments(draw, 100)),
        route("create a test, conditions", create),
        route("create a test, texts", texts),
        route("start a test, known units", start),
        route("record 100 outcomes", conversions),
        route("strip a text", stripping),
        route("passwords and forms", credentials_and_forms),
    ]
}

fn noon() -> Timestamp {
    Timestamp::from_millis(NOON)
}

/// A body that creates a test.
fn declaration() -> Value {
    json!({ "test_id": "t", "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "yes", "kind": "binary", "role": "primary" }, { "key": "sum", "kind": "sum" }] })
}

/// A test as `POST /tests` creates it. None when the body is refused.
fn declared(body: &[u8]) -> Option<Experiment> {
    let body = Screen::Refuse.clean(strict::parse(body).ok()?).ok()?;
    let definition = typed(body).and_then(Definition::parse).ok()?;
    Some(Experiment::draft(definition, Seed::from_random([7; 8]), noon()))
}

/// The bytes of a body, if it is not too large.
fn bytes(body: &Value) -> Option<Vec<u8>> {
    let bytes = body.to_string().into_bytes();
    (bytes.len() <= BODY).then_some(bytes)
}

/// The first characters of a text, to describe it.
fn start_of(text: &str) -> String {
    text.chars().take(300).collect()
}

/// A decision that costs time, repeated until the cost is a tenth of what 100 decisions may cost.
fn decisions(draw: &mut Draw) -> Option<Work> {
    let source = targeting::condition(draw, BODY - 1_000);
    let condition = Condition::parse(&source).ok()?;
    let attributes = shapes::object(draw, BODY, 3);
    let units = condition.units(&attributes);
    if units < DECISION_UNITS / 50 {
        return None;
    }
    let times = 10 * DECISION_UNITS / units;
    let about = start_of(&format!("{source} on {}", Value::Object(attributes.clone())));
    Some(Box::new(move || {
        let met = (0..times).filter(|_| condition.is_met_by(&attributes) == Ok(true)).count();
        Some(format!("{units} units, {met} of {times} met: {about}"))
    }))
}

fn assignments(draw: &mut Draw, most: usize) -> Option<Work> {
    let mut body = declaration();
    body["targeting"] = targeting::condition(draw, BODY - 1_000);
    let mut test = declared(&bytes(&body)?)?;
    test.status = Status::Running;
    let units = if most == 1 { 1 } else { 1 + draw.below(most) };
    let attributes = shapes::object(draw, BODY / units - 60, 3);
    let unit = |n: usize| json!({ "unit_id": format!("{n}.example.com"), "attributes": attributes });
    let request = bytes(&json!({ "units": (0..units).map(unit).collect::<Vec<_>>() }))?;
    let about = start_of(&format!("{} on {units} × {}", body["targeting"], Value::Object(attributes)));
    Some(Box::new(move || {
        let mut parsed = strict::parse(&request).ok()?;
        let mut answers = Vec::new();
        for item in parsed["units"].as_array_mut()?.drain(..) {
            answers.push(assigned(&test, item).unwrap_or_else(|| json!({ "problem": 422 })));
        }
        let refused = answers.iter().filter(|answer| answer["problem"].is_number()).count();
        let answer = json!({ "assignments": answers }).to_string();
        Some(format!("{refused} refused, {} KB returned: {about}", answer.len() / 1_024))
    }))
}

fn assigned(test: &Experiment, item: Value) -> Option<Value> {
    let unit = Unit::parse(typed(Screen::Refuse.clean(item).ok()?).ok()?, test).ok()?;
    let mismatches = test.definition.targeting.mismatches(&unit.attributes);
    let response = match decide(test, &unit).ok()? {
        Decision::Assign(variant) => {
            let first = Assignment::of(test, &unit, variant, noon()).ok()?;
            AssignmentResponse::assigned(test, unit, first, true)
        }
        Decision::Chosen(variant, reason) => AssignmentResponse::chosen(test, unit, variant, reason),
        Decision::Leave(reason) => AssignmentResponse::left(test, unit, reason),
        Decision::Stored(_) => AssignmentResponse::left(test, unit, Reason::NotTargeted),
    };
    let response = json!({ "response": response, "mismatches": mismatches });
    serde_json::to_value(response).ok()
}

/// Creates a test and writes it as a response.
fn creation(body: &Value) -> Option<Work> {
    let about = start_of(&body.to_string());
    let request = bytes(body)?;
    Some(Box::new(move || {
        let test = declared(&request)?;
        let shown = serde_json::to_string(&test.view()).ok()?;
        Some(format!("{} KB returned: {about}", shown.len() / 1_024))
    }))
}

fn create(draw: &mut Draw) -> Option<Work> {
    let mut body = declaration();
    body["targeting"] = targeting::condition(draw, BODY - 1_000);
    creation(&body)
}

fn texts(draw: &mut Draw) -> Option<Work> {
    let mut body = declaration();
    body["hypothesis"] = json!(shapes::text(draw, 2_000));
    body["targeting"] = json!({ "a": { "$in": [shapes::value(draw, 24_000, 2)] } });
    for variant in 0..2 {
        body["variants"][variant]["parameters"] = Value::Object(shapes::object(draw, 16_000, 3));
    }
    creation(&body)
}

fn start(draw: &mut Draw) -> Option<Work> {
    let (count, values) = (10 + draw.below(991), 1 + draw.below(20));
    let (segments, covariates) = (draw.below(3), draw.once_in(2));
    let weight = 500 * (1 + draw.below(19));
    let names: Vec<String> = (0..segments).map(|n| format!("s{n}")).collect();
    let unit = |n: usize| {
        let attributes =
            names.iter().enumerate().map(|(at, name)| (name.clone(), json!((n * 7 + at) % values)));
        let mut unit =
            json!({ "unit_id": format!("u{n}"), "attributes": Value::Object(attributes.collect()) });
        if covariates {
            unit["covariate"] = json!(n * n % 101);
        }
        unit
    };
    let mut body = declaration();
    body["known_units"] = json!((0..count).map(unit).collect::<Vec<_>>());
    body["segments"] = json!(names);
    body["variants"][0]["weight"] = json!(weight);
    body["variants"][1]["weight"] = json!(10_000 - weight);
    let test = declared(&bytes(&body)?)?;
    Some(Box::new(move || {
        let patch = typed(json!({ "revision": 1, "status": "running" })).ok()?;
        test.revise(patch, Seed::from_random([9; 8]), noon()).ok()?;
        Some(format!("{count} units, {segments} segments of {values} values, weight {weight}"))
    }))
}

fn conversions(draw: &mut Draw) -> Option<Work> {
    let mut test = declared(&bytes(&declaration())?)?;
    test.status = Status::Running;
    let events = 1 + draw.below(100);
    let unit = shapes::text(draw, (BODY / events - 120) / 2);
    let event = |n: usize| json!({ "unit_id": unit, "goal": "sum", "value": 0.1, "event_id": format!("e{n}"), "occurred_at": "2026-11-21T09:00:00.123456789Z" });
    let request = bytes(&json!({ "events": (0..events).map(event).collect::<Vec<_>>() }))?;
    Some(Box::new(move || {
        let mut parsed = strict::parse(&request).ok()?;
        let taken = |item: Value| {
            let clean = Screen::Refuse.clean(item).ok()?;
            Entry::parse(typed(clean).ok()?, &test, noon()).ok()
        };
        let all = parsed["events"].as_array_mut()?.drain(..).filter_map(taken).count();
        Some(format!("{all} of {events} events accepted"))
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "all kinds of work have the same type of function")]
fn stripping(draw: &mut Draw) -> Option<Work> {
    let text = shapes::text(draw, BODY);
    let about = start_of(&text).escape_unicode().take(120).collect::<String>();
    Some(Box::new(move || {
        let stripped = strip(&text);
        Some(format!("{} of {} KB left of {about}", stripped.len() / 1_024, text.len() / 1_024))
    }))
}

fn credentials_and_forms(draw: &mut Draw) -> Option<Work> {
    if draw.once_in(2) {
        let length = draw.length(BODY);
        let form: String = (0..).map(|n| format!("{n}=x&")).take(length / 5).collect();
        let parse = move || Form::parse("application/x-www-form-urlencoded", form.as_bytes()).is_ok();
        return Some(Box::new(move || Some(format!("a form, {}", parse()))));
    }
    let offered = SecretString::from(shapes::text(draw, BODY));
    let chosen: String = shapes::text(draw, 512).chars().cycle().take(15 + draw.below(114)).collect();
    let chosen = SecretString::from(chosen);
    let workspace = Workspace::parse("acme").ok()?;
    Some(Box::new(move || {
        let set = credentials("ada@example.com", &chosen, &workspace).is_ok();
        Password::offered(&offered).match_unknown_user().ok()?;
        Some(format!("a password, {set}"))
    }))
}
