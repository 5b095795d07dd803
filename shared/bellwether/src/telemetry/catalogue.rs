//! Every metric there is: its name, unit or kind, what it says, and its labels. Log lines, the page of
//! `GET /metrics`, alarms, rules and dashboards name nothing else; `monitoring/catalogue.json` is this, for
//! what is not written in Rust.
//!
//! Labels are bounded: functions and outcomes by this program, workspaces, tests, variants and goals by their
//! authors. A unit, a person or a token is never one.

use serde::Serialize;

/// A metric that log lines carry to CloudWatch (embedded metric format).
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// Its name, and that of the field which holds the value.
    pub name: &'static str,
    /// Its unit, in CloudWatch's words; `None` of a count.
    pub unit: &'static str,
    /// What it says.
    pub help: &'static str,
    /// The sets of fields that it is counted by; the empty one is over everything.
    pub dimensions: &'static [&'static [&'static str]],
}

/// A metric on the page of `GET /metrics`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Family {
    /// Its name; a counter's ends in `_total`.
    pub name: &'static str,
    /// Whether it only rises while a phase lasts.
    pub kind: Kind,
    /// What it says.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// How a metric moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It counts, and begins anew with a new phase of its test.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// The unit of what is counted.
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

/// Requests answered, one each.
pub static REQUESTS: Metric = metric("Requests", COUNT, "Requests answered.", ALL_AND_EACH);
/// How long each took.
pub static LATENCY: Metric = metric("Latency", "Milliseconds", "How long a request took.", ALL_AND_EACH);
/// Answers of 5xx: with every request, 0 or 1.
pub static FAULTS: Metric = metric("Faults", COUNT, "Requests answered with 5xx.", ALL_AND_EACH);
/// Requests past their function's objective: with every request, 0 or 1.
pub static SLOW_REQUESTS: Metric =
    metric("SlowRequests", COUNT, "Requests that took longer than their function's objective.", ALL);
/// First requests of an instance.
pub static COLD_STARTS: Metric =
    metric("ColdStarts", COUNT, "Requests that were the first of their instance.", ALL_AND_EACH);
/// Answers of 429.
pub static THROTTLED: Metric = metric("Throttled", COUNT, "Requests that had to wait (429).", ALL);
/// Answers of 401 to others than those who sign in.
pub static TOKEN_REFUSALS: Metric = metric("TokenRefusals", COUNT, "Tokens that were refused (401).", ALL);
/// Sign-ins of people, and those of machines that failed.
pub static SIGN_INS: Metric = metric(
    "SignIns",
    COUNT,
    "Sign-ins of users by outcome, and failed sign-ins of API clients.",
    &[&["outcome"]],
);
/// Calls of DynamoDB.
pub static DYNAMODB_CALLS: Metric =
    metric("DynamodbCalls", COUNT, "Calls to DynamoDB, including retries.", ALL);
/// What they cost.
pub static DYNAMODB_UNITS: Metric =
    metric("DynamodbUnits", COUNT, "Capacity units consumed, read and write together.", ALL);
/// How long the fold of a test took.
pub static AGGREGATION_TIME: Metric =
    metric("AggregationTime", "Milliseconds", "How long the aggregation of one test took.", ALL);
/// What it read.
pub static AGGREGATION_ROWS: Metric =
    metric("AggregationRows", COUNT, "Rows that the aggregation of one test read.", ALL);
/// Folds of the schedule that failed.
pub static AGGREGATION_FAILURES: Metric =
    metric("AggregationFailures", COUNT, "Tests that could not be aggregated.", ALL);

/// All of CloudWatch's.
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

/// Whether a test runs.
pub static RUNNING: Family =
    family("bellwether_test_running", Kind::Gauge, "1 while the test is running, otherwise 0.", TEST);
/// Units assigned.
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
/// What they add up to.
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
/// Lower end of its interval.
pub static DIFFERENCE_LOW: Family =
    family("bellwether_test_difference_low", Kind::Gauge, "The lower end of its 95 % interval.", GOAL);
/// Upper end.
pub static DIFFERENCE_HIGH: Family =
    family("bellwether_test_difference_high", Kind::Gauge, "The upper end of its 95 % interval.", GOAL);
/// Its p-value.
pub static P_VALUE: Family =
    family("bellwether_test_p_value", Kind::Gauge, "The always-valid p-value of the difference.", GOAL);
/// The sample-ratio check.
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
/// Shares of the arms.
pub static WEIGHT_RATIO: Family =
    family("bellwether_test_weight_ratio", Kind::Gauge, "The variant's share of new units, 0 to 1.", VARIANT);
/// Age of the results.
pub static RESULTS_AGE: Family = family(
    "bellwether_test_results_age_seconds",
    Kind::Gauge,
    "Seconds since the results of a running test were counted.",
    TEST,
);
/// Sign-ins of people.
pub static SIGN_INS_TOTAL: Family = family(
    "bellwether_sign_ins_total",
    Kind::Counter,
    "Sign-ins of users in all workspaces, by outcome.",
    &["outcome"],
);
/// Tests that do not stand on the page.
pub static TESTS_LEFT_OUT: Family =
    family("bellwether_tests_left_out", Kind::Gauge, "Tests for which the page has no room.", &["workspace"]);

/// All of the page's, in its order.
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

/// In how many milliseconds 99 of 100 requests of a function are to be answered: 200, but for those that
/// hash a password or read a test's events. `terraform/locals.tf` has the same as `p99_ms`.
#[must_use]
pub fn objective_ms(function: &str) -> u32 {
    match function {
        "login" | "create-user" | "update-user" => 1_000,
        "export-metrics" => 2_000,
        "get-results" => 5_000,
        _ => 200,
    }
}
