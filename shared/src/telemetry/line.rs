//! A line that is for the log and for CloudWatch at once: a flat JSON object whose metrics are told by the
//! member `_aws`, as the embedded metric format says (CloudWatch, "Specification: Embedded metric format").
//! Without a namespace the same line is for the log alone.

use std::fmt::Write;

use super::catalogue::Metric;
use super::log::LINE;
use crate::clock::Timestamp;

/// A line under way.
#[derive(Debug)]
pub struct Line {
    text: String,
    at: Timestamp,
    metrics: Vec<&'static Metric>,
}

impl Line {
    /// A line that says `message`.
    #[must_use]
    pub fn new(message: &'static str, at: Timestamp) -> Self {
        let mut text = String::with_capacity(1_024);
        let _ = write!(text, r#"{{"timestamp":"{}","level":"INFO","message":"{message}""#, String::from(at));
        Self { text, at, metrics: Vec::new() }
    }

    /// Adds a text; an empty one is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        if value.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')) {
            let _ = write!(self.text, r#","{name}":"{value}""#);
        } else {
            let _ = write!(self.text, r#","{name}":{}"#, serde_json::Value::from(value));
        }
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, name: &'static str, value: u64) -> Self {
        let _ = write!(self.text, r#","{name}":{value}"#);
        self
    }

    /// Adds a metric's value, which is finite.
    #[must_use]
    pub fn measure(mut self, metric: &'static Metric, value: f64) -> Self {
        let _ = write!(self.text, r#","{}":{value}"#, metric.name);
        self.metrics.push(metric);
        self
    }

    /// The same if `when` holds.
    #[must_use]
    pub fn measure_if(self, when: bool, metric: &'static Metric, value: f64) -> Self {
        if when { self.measure(metric, value) } else { self }
    }

    /// Writes it to the log, with its metrics under `namespace`.
    pub fn write(self, namespace: Option<&str>) {
        let line = self.finish(namespace);
        tracing::info!(target: LINE, line);
    }

    /// The line's text. Metrics that are counted by the same fields stand in one directive.
    fn finish(mut self, namespace: Option<&str>) -> String {
        if let Some(namespace) = namespace.filter(|_| !self.metrics.is_empty()) {
            let _ = write!(self.text, r#","_aws":{{"Timestamp":{},"CloudWatchMetrics":["#, self.at.millis());
            let mut before = "";
            while let Some(dimensions) = self.metrics.first().map(|metric| metric.dimensions) {
                let _ = write!(self.text, r#"{before}{{"Namespace":"{namespace}","Dimensions":["#);
                write_sets(&mut self.text, dimensions);
                self.text.push_str(r#"],"Metrics":["#);
                let mut between = "";
                self.metrics.retain(|metric| {
                    if metric.dimensions == dimensions {
                        let Metric { name, unit, .. } = metric;
                        let _ = write!(self.text, r#"{between}{{"Name":"{name}","Unit":"{unit}"}}"#);
                        between = ",";
                    }
                    metric.dimensions != dimensions
                });
                self.text.push_str("]}");
                before = ",";
            }
            self.text.push_str("]}");
        }
        self.text.push('}');
        self.text
    }
}

/// The sets of dimensions as JSON lists, without the list around them.
fn write_sets(text: &mut String, dimensions: &[&[&str]]) {
    for (n, set) in dimensions.iter().enumerate() {
        text.push_str(if n == 0 { "[" } else { ",[" });
        for (n, name) in set.iter().enumerate() {
            let _ = write!(text, r#"{}"{name}""#, if n == 0 { "" } else { "," });
        }
        text.push(']');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::catalogue::{FAULTS, FOLD_ROWS, REQUESTS, SIGN_INS};
    use super::*;

    fn read(line: Line, namespace: Option<&str>) -> Value {
        serde_json::from_str(&line.finish(namespace)).unwrap()
    }

    #[test]
    fn metrics_counted_by_the_same_fields_share_a_directive() {
        let line = Line::new("request", Timestamp::from_millis(1_795_255_200_250));
        let line = line.with("function", "login").with("outcome", "failed").measure(&REQUESTS, 1.0);
        let line = line.measure(&SIGN_INS, 1.0).measure(&FAULTS, 0.0).measure(&FOLD_ROWS, 2.5);
        let read = read(line, Some("Bellwether/dev"));
        assert_eq!((&read["Requests"], &read["FoldRows"]), (&json!(1), &json!(2.5)));
        let metric = |name: &str| json!({ "Name": name, "Unit": "Count" });
        let directive = |dimensions: Value, metrics: Value| json!({ "Namespace": "Bellwether/dev", "Dimensions": dimensions, "Metrics": metrics });
        let wanted = json!([
            directive(json!([[], ["function"]]), json!([metric("Requests"), metric("Faults")])),
            directive(json!([["outcome"]]), json!([metric("SignIns")])),
            directive(json!([[]]), json!([metric("FoldRows")])),
        ]);
        assert_eq!(read["_aws"], json!({ "Timestamp": 1_795_255_200_250_i64, "CloudWatchMetrics": wanted }));
    }

    #[test]
    fn without_a_namespace_the_line_is_the_log_s_alone() {
        let line = Line::new("request", Timestamp::from_millis(0)).measure(&REQUESTS, 1.0);
        let read = read(line, None);
        assert_eq!(
            read,
            json!({ "timestamp": "1970-01-01T00:00:00Z", "level": "INFO", "message": "request", "Requests": 1 })
        );
    }

    #[test]
    fn a_text_cannot_leave_its_place_and_an_empty_one_is_left_out() {
        let odd = "a\"},\"level\":\"ERROR\\\u{202e}\n";
        let line = Line::new("request", Timestamp::from_millis(0)).with("subject", odd).with("route", "");
        let read = read(line.number("status", 200), Some("n"));
        assert_eq!(
            (&read["subject"], &read["level"], &read["route"]),
            (&json!(odd), &json!("INFO"), &Value::Null)
        );
        assert!(read.get("_aws").is_none(), "nothing was measured");
    }
}
