//! A simulated campaign: accounts that a mail tool has assigned over three months, and their outcomes as a CRM exports them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::draw::Draw;

/// The number of accounts.
pub const ACCOUNTS: usize = 400;
/// The variants with the true rate of their accounts and the average size of a contract.
pub const VARIANTS: [(&str, f64, f64); 2] = [("control", 0.20, 18_000.0), ("calculator", 0.32, 21_000.0)];
const INDUSTRIES: [&str; 4] = ["software", "finance", "manufacturing", "retail"];
/// The days over which accounts were assigned.
const HISTORY: f64 = 90.0;

/// The variant of an account, and when it was assigned.
pub type Assigned = BTreeMap<String, (&'static str, Timestamp)>;

/// An outcome, and how the results should count it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The outcome as it is sent.
    pub event: Value,
    /// The name of its count in the results.
    pub fate: &'static str,
}

/// Returns the test.
#[must_use]
pub fn definition(test_id: &str) -> Value {
    json!({
        "test_id": test_id,
        "name": "Pricing page: ROI calculator",
        "hypothesis": "Accounts that can work out their return book more demos.",
        "variants": [
            { "key": "control", "weight": 5000, "is_control": true, "parameters": {} },
            { "key": "calculator", "weight": 5000, "is_control": false, "parameters": { "hero": "roi" } },
        ],
        "targeting": { "employees": { "$gte": 200 }, "industry": { "$in": INDUSTRIES } },
        "allocation": { "mode": "external" },
        "segments": ["industry"],
        "overrides": { "our-own-company.example": "calculator" },
        "planned_units": ACCOUNTS,
        "goals": [
            { "key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 30 },
            { "key": "visits", "kind": "count", "role": "secondary", "window_days": 30 },
            { "key": "pipeline", "kind": "sum", "role": "secondary", "window_days": 90 },
            { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.01 },
        ],
    })
}

/// Returns the accounts with their variants and dates. Some are too small for the targeting.
pub fn accounts(draw: &mut Draw, now: Timestamp) -> Vec<Value> {
    let account = |number: usize| {
        let sizes: &[u64] =
            if number.is_multiple_of(10) { &[40, 250, 900, 4_000] } else { &[250, 900, 4_000] };
        json!({
            "unit_id": format!("account-{number:03}.example"),
            "attributes": { "industry": draw.one_of(&INDUSTRIES), "employees": draw.one_of(sizes) },
            "variant": draw.one_of(&VARIANTS).0,
            "assigned_at": exported(after(now, -HISTORY * draw.share())),
        })
    };
    (0..ACCOUNTS).map(account).collect()
}

/// Returns the outcomes of the accounts, each with how it should count.
pub fn outcomes(draw: &mut Draw, now: Timestamp, assigned: &Assigned) -> Vec<Sent> {
    let mut sent = Vec::new();
    for (unit, (variant, at)) in assigned {
        one_account(draw, now, unit, variant, *at, &mut sent);
    }
    for number in 0..7 {
        let unit = format!("lead-{number}.example");
        let event = event(&unit, "demo-booked", "crm", &json!(1), &exported(now));
        sent.push(Sent { event, fate: "unknown_unit" });
    }
    sent
}

fn one_account(
    draw: &mut Draw,
    now: Timestamp,
    unit: &str,
    variant: &str,
    at: Timestamp,
    sent: &mut Vec<Sent>,
) {
    let (_, rate, contract) = VARIANTS.into_iter().find(|(key, ..)| *key == variant).unwrap_or(VARIANTS[0]);
    let within = |days: f64| after(at, days).min(now);
    let mut add = |goal, id, value: Value, time: String, fate| {
        sent.push(Sent { event: event(unit, goal, id, &value, &time), fate });
    };
    let soon = within(25.0 * draw.share());
    let visits = draw.below(5);
    if visits > 0 {
        add("visits", "web", json!(visits), exported(soon), "counted");
    }
    if draw.happens(rate) {
        // A date alone, as some exports have it.
        add("demo-booked", "crm", json!(1), soon.strftime("%Y-%m-%d").to_string(), "counted");
        let value = (contract * (0.5 + draw.share()) * 100.0).round() / 100.0;
        add("pipeline", "deal", json!(value), exported(within(60.0 * draw.share())), "counted");
    } else if draw.happens(0.1) {
        add("demo-booked", "old", json!(1), exported(within(-2.0)), "before_assignment");
    } else if within(40.0) < now && draw.happens(0.2) {
        add("demo-booked", "slow", json!(1), exported(within(40.0)), "after_window");
    }
}

fn event(unit: &str, goal: &str, id: &str, value: &Value, occurred_at: &str) -> Value {
    json!({ "unit_id": unit, "goal": goal, "event_id": format!("{id}-{unit}"), "value": value, "occurred_at": occurred_at })
}

fn after(at: Timestamp, days: f64) -> Timestamp {
    // A time outside the range of dates cannot occur: the days are at most 90.
    at.checked_add(SignedDuration::from_secs_f64(days * 86_400.0)).unwrap_or(at)
}

/// Writes a time as exports of CRMs have it: with milliseconds, and an offset without a colon.
fn exported(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}
