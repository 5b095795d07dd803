//! The catalogue of metrics: name, unit or kind, description and labels. Log lines, the page of
//! `GET /metrics`, alarms, rules and dashboards use only these names. `monitoring/catalogue.json` contains the
//! same for code that is not written in Rust.
//!
//! Labels have few values: this program defines functions and outcomes, and authors define workspaces, tests,
//! variants and goals. A unit, a user or a token is never a label.

use serde::Serialize;

/// A metric that log lines send to CloudWatch (embedded metric format).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// The name, also of the field with the value.
    pub name: &'static str,
    /// The unit as CloudWatch names it; `None` for a count.
    pub unit: &'static str,
    /// The description.
    pub help: &'static str,
    /// The sets of fields by which it is counted. The empty set counts everything.
    pub dimensions: &'static [&'static [&'static str]],
}

/// A metric on the page of `GET /metrics`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Family {
    /// The name. A counter's name ends in `_total`.
    pub name: &'static str,
    /// The kind of the metric.
    pub kind: Kind,
    /// The description.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It only increases during a phase, and starts at 0 in a new phase of its test.
    Counter,
    /// It can increase and decrease.
    Gauge,
}

/// The unit of counts.
pub const COUNT: &str = "None";

const ALL: &[&[&str]] = &[&[]];
const ALL_AND_EACH: &[&[&str]] = &[&[], &["function"]];

const fn metric(
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    dimensions: &'static [&'static [&'static str]],
) -> Metric {
    Metric { name, unit, help, dimensions }
}

/// Handled requests: 1 for each.
pub static REQUESTS: Metric = metric("Requests", COUNT, "Requests answered.", ALL_AND_EACH);
/// The duration of each request.
pub static LATENCY: Metric = metric("Latency", "Milliseconds", "How long a request took.", ALL_AND_EACH);
/// Responses with 5xx: 0 or 1 for each request.
pub static FAULTS: Metric = metric("Faults", COUNT, "Requests answered with 5xx.", ALL_AND_EACH);
/// Requests that exceed their function's objective: 0 or 1 for each request.
pub static SLOW_REQUESTS: Metric =
    metric("SlowRequests", COUNT, "Requests that took longer than their function's objective.", ALL);
/// First requests of an instance.
pub static COLD_STARTS: Metric =
    metric("ColdStarts", COUNT, "Requests that were the first of their instance.", ALL_AND_EACH);
/// Responses with 429.
pub static THROTTLED: Metric = metric("Throttled", COUNT, "Requests that had to wait (429).", ALL);
/// Responses with 401, except for sign-ins.
pub static TOKEN_REFUSALS: Metric = metric("TokenRefusals", COUNT, "Tokens that were refused (401).", ALL);
/// Sign-ins of users, and failed sign-ins of clients.
pub static SIGN_INS: Metric = metric(
    "SignIns",
    COUNT,
    "Sign-ins of users by outcome, and failed sign-ins of API clients.",
    &[&["outcome"]],
);
/// Calls to DynamoDB.
pub static DYNAMODB_CALLS: Metric =
    metric("DynamodbCalls", COUNT, "Calls to DynamoDB, including retries.", ALL);
/// The cost of these calls in capacity units.
pub static DYNAMODB_UNITS: Metric =
    metric("DynamodbUnits", COUNT, "Capacity units consumed, read and write together.", ALL);
/// The duration of a test's aggregation.
pub static AGGREGATION_TIME: Metric =
    metric("AggregationTime", "Milliseconds", "How long the aggregation of one test took.", ALL);
/// The rows that an aggregation read.
pub static AGGREGATION_ROWS: Metric =
    metric("AggregationRows", COUNT, "Rows that the aggregation of one test read.", ALL);
/// Failed aggregations of the schedule.
pub static AGGREGATION_FAILURES: Metric =
    metric("AggregationFailures", COUNT, "Tests that could not be aggregated.", ALL);

/// All metrics for CloudWatch.
pub static METRICS: [&Metric; 13] = [
    &REQUESTS,
    &LATENCY,
    &FAULTS,
    &SLOW_REQUESTS,
    &COLD_STARTS,
    &THROTTLED,
    &TOKEN_REFUSALS,
    &SIGN_INS,
    &DYNAMODB_CALLS,
    &DYNAMODB_UNITS,
    &AGGREGATION_TIME,
    &AGGREGATION_ROWS,
    &AGGREGATION_FAILURES,
];

const fn family(
    name: &'static str,
    kind: Kind,
    help: &'static str,
    labels: &'static [&'static str],
) -> Family {
    Family { name, kind, help, labels }
}

const TEST: &[&str] = &["workspace", "test"];
const VARIANT: &[&str] = &["workspace", "test", "variant"];
const GOAL: &[&str] = &["workspace", "test", "variant", "goal"];

/// Whether a test is running.
pub static RUNNING: Family =
    family("bellwether_test_running", Kind::Gauge, "1 while the test is running, otherwise 0.", TEST);
/// Assigned units.
pub static UNITS: Family = family(
    "bellwether_test_units_total",
    Kind::Counter,
    "Units assigned in the current phase, including omitted units.",
    VARIANT,
);
/// Units that converted.
pub static CONVERSIONS: Family = family(
    "bellwether_test_conversions_total",
    Kind::Counter,
    "Assigned units with at least one outcome in their window.",
    GOAL,
);
/// The sum of outcomes.
pub static OUTCOME_SUM: Family = family(
    "bellwether_test_outcome_value",
    Kind::Gauge,
    "The sum of the goal's values over all units.",
    GOAL,
);
/// The difference from control.
pub static DIFFERENCE: Family = family(
    "bellwether_test_difference",
    Kind::Gauge,
    "The difference from control, in the goal's own unit.",
    GOAL,
);
/// The lower end of its interval.
pub static DIFFERENCE_LOW: Family =
    family("bellwether_test_difference_low", Kind::Gauge, "The lower end of its 95 % interval.", GOAL);
/// The upper end of its interval.
pub static DIFFERENCE_HIGH: Family =
    family("bellwether_test_difference_high", Kind::Gauge, "The upper end of its 95 % interval.", GOAL);
/// The p-value of the difference.
pub static P_VALUE: Family =
    family("bellwether_test_p_value", Kind::Gauge, "The always-valid p-value of the difference.", GOAL);
/// The p-value of the sample-ratio check.
pub static SAMPLE_RATIO_P: Family = family(
    "bellwether_test_sample_ratio_p",
    Kind::Gauge,
    "The p-value of the sample-ratio check. Under 0.001, the split does not match the weights.",
    TEST,
);
/// The verdict.
pub static VERDICT: Family = family(
    "bellwether_test_verdict",
    Kind::Gauge,
    "1 for the current verdict, 0 for the others.",
    &["workspace", "test", "decision"],
);
/// The shares of the variants.
pub static WEIGHT_RATIO: Family =
    family("bellwether_test_weight_ratio", Kind::Gauge, "The variant's share of new units, 0 to 1.", VARIANT);
/// The age of the results.
pub static RESULTS_AGE: Family = family(
    "bellwether_test_results_age_seconds",
    Kind::Gauge,
    "Seconds since the results of a running test were counted.",
    TEST,
);
/// Sign-ins of users.
pub static SIGN_INS_TOTAL: Family = family(
    "bellwether_sign_ins_total",
    Kind::Counter,
    "Sign-ins of users in all workspaces, by outcome.",
    &["outcome"],
);
/// Tests that are not on the page.
pub static TESTS_LEFT_OUT: Family =
    family("bellwether_tests_left_out", Kind::Gauge, "Tests for which the page has no room.", &["workspace"]);

/// All metrics of the page, in its order.
pub static FAMILIES: [&Family; 14] = [
    &RUNNING,
    &UNITS,
    &CONVERSIONS,
    &OUTCOME_SUM,
    &DIFFERENCE,
    &DIFFERENCE_LOW,
    &DIFFERENCE_HIGH,
    &P_VALUE,
    &SAMPLE_RATIO_P,
    &VERDICT,
    &WEIGHT_RATIO,
    &RESULTS_AGE,
    &SIGN_INS_TOTAL,
    &TESTS_LEFT_OUT,
];

/// The time in milliseconds within which 99 of 100 requests of a function must be handled: 200, except for
/// functions that hash a password, read a test's events, or change or count many accounts. The Terraform module's
/// `locals.tf` contains the same values as `p99_ms`.
#[must_use]
pub fn objective_ms(function: &str) -> u32 {
    match function {
        "login" | "create-user" | "update-user" | "import-accounts" | "look-up-accounts" => 1_000,
        "export-metrics" => 2_000,
        "evaluate-tests" => 500,
        "get-results" | "request-privacy" => 5_000,
        _ => 200,
    }
}
