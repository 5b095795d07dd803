//! A line for both the log and CloudWatch: a flat JSON object. Its member `_aws` declares metrics in the
//! embedded metric format (CloudWatch, "Specification: Embedded metric format"). Without a namespace, the
//! line is only for the log.

use std::fmt::Write;
use std::time::Duration;

use super::catalogue::{COUNT, Metric};
use super::log::LINE;
use domain::clock::Timestamp;

/// A line that is being built.
#[derive(Debug)]
pub struct Line {
    text: String,
    at: Timestamp,
    metrics: Vec<&'static Metric>,
}

impl Line {
    /// Creates a line with `message`.
    #[must_use]
    pub fn new(message: &'static str, at: Timestamp) -> Self {
        let mut text = String::with_capacity(1_024);
        text.push_str(r#"{"timestamp":""#);
        text.push_str(&String::from(at));
        text.push_str(r#"","level":"INFO","message":""#);
        text.push_str(message);
        text.push('"');
        Self { text, at, metrics: Vec::with_capacity(8) }
    }

    /// Adds a text. An empty text is omitted.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        self.name(name);
        if value.bytes().all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\')) {
            self.text.push('"');
            self.text.push_str(value);
            self.text.push('"');
        } else {
            let _ = write!(self.text, "{}", serde_json::Value::from(value));
        }
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, name: &'static str, value: u64) -> Self {
        self.name(name);
        let _ = write!(self.text, "{value}");
        self
    }

    /// Adds a metric's value, which is finite.
    #[must_use]
    pub fn measure(mut self, metric: &'static Metric, value: f64) -> Self {
        self.metrics.push(metric);
        self.name(metric.name);
        match value {
            0.0 => self.text.push('0'),
            1.0 => self.text.push('1'),
            _ => drop(write!(self.text, "{value}")),
        }
        self
    }

    /// Adds a metric's value if `when` is true.
    #[must_use]
    pub fn measure_if(self, when: bool, metric: &'static Metric, value: f64) -> Self {
        if when { self.measure(metric, value) } else { self }
    }

    /// Writes the line to the log, with its metrics under `namespace`.
    pub fn write(self, namespace: Option<&str>) {
        let line = self.finish(namespace);
        tracing::info!(target: LINE, line);
    }

    fn name(&mut self, name: &str) {
        self.text.push_str(",\"");
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// Returns the line's text. Metrics with the same dimensions share a directive.
    fn finish(mut self, namespace: Option<&str>) -> String {
        if let Some(namespace) = namespace.filter(|_| !self.metrics.is_empty()) {
            self.name("_aws");
            let _ = write!(self.text, r#"{{"Timestamp":{},"CloudWatchMetrics":["#, self.at.millis());
            while let Some(dimensions) = self.metrics.first().map(|metric| metric.dimensions) {
                self.direct(namespace, dimensions);
            }
            close(&mut self.text, "]}");
        }
        self.text.push('}');
        self.text
    }

    /// Writes the directive of the metrics with `dimensions`, and removes them from the list.
    fn direct(&mut self, namespace: &str, dimensions: &[&[&str]]) {
        let text = &mut self.text;
        for part in [r#"{"Namespace":""#, namespace, r#"","Dimensions":["#] {
            text.push_str(part);
        }
        for set in dimensions {
            text.push('[');
            for name in *set {
                for part in ["\"", name, "\","] {
                    text.push_str(part);
                }
            }
            close(text, "],");
        }
        close(text, r#"],"Metrics":["#);
        self.metrics.retain(|metric| {
            let other = metric.dimensions != dimensions;
            if !other {
                // Counts have no unit, because it would be repeated for almost every metric of every line.
                let unit = if metric.unit == COUNT { ["", ""] } else { [r#"","Unit":""#, metric.unit] };
                for part in [r#"{"Name":""#, metric.name, unit[0], unit[1], r#""},"#] {
                    text.push_str(part);
                }
            }
            other
        });
        close(text, "]},");
    }
}

/// The duration in milliseconds, rounded to hundredths. Smaller differences are noise and cost bytes.
#[must_use]
pub fn milliseconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 100_000.0).round() / 100.0
}

/// Ends a list: replaces the last comma, unless the list is empty.
fn close(text: &mut String, end: &str) {
    if text.ends_with(',') {
        text.pop();
    }
    text.push_str(end);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::catalogue::{AGGREGATION_ROWS, FAULTS, REQUESTS, SIGN_INS};
    use super::*;

    fn read(line: Line, namespace: Option<&str>) -> Value {
        serde_json::from_str(&line.finish(namespace)).unwrap()
    }

    #[test]
    fn metrics_with_the_same_dimensions_share_a_directive() {
        let line = Line::new("request", Timestamp::from_millis(1_795_255_200_250));
        let line = line.with("function", "login").with("outcome", "failed").measure(&REQUESTS, 1.0);
        let line = line.measure(&SIGN_INS, 1.0).measure(&FAULTS, 0.0).measure(&AGGREGATION_ROWS, 2.5);
        let read = read(line, Some("Bellwether/dev"));
        assert_eq!((&read["Requests"], &read["AggregationRows"]), (&json!(1), &json!(2.5)));
        let metric = |name: &str| json!({ "Name": name });
        let directive = |dimensions: Value, metrics: Value| json!({ "Namespace": "Bellwether/dev", "Dimensions": dimensions, "Metrics": metrics });
        let wanted = json!([
            directive(json!([[], ["function"]]), json!([metric("Requests"), metric("Faults")])),
            directive(json!([["outcome"]]), json!([metric("SignIns")])),
            directive(json!([[]]), json!([metric("AggregationRows")])),
        ]);
        assert_eq!(read["_aws"], json!({ "Timestamp": 1_795_255_200_250_i64, "CloudWatchMetrics": wanted }));
    }

    #[test]
    fn without_a_namespace_a_line_contains_no_metrics() {
        let line = Line::new("request", Timestamp::from_millis(0)).measure(&REQUESTS, 1.0);
        let read = read(line, None);
        assert_eq!(
            read,
            json!({ "timestamp": "1970-01-01T00:00:00Z", "level": "INFO", "message": "request", "Requests": 1 })
        );
    }

    #[test]
    fn a_text_cannot_break_out_of_its_field_and_an_empty_one_is_omitted() {
        let odd = "a\"},\"level\":\"ERROR\\\u{202e}\n";
        let line = Line::new("request", Timestamp::from_millis(0)).with("subject", odd).with("route", "");
        let read = read(line.number("status", 200), Some("n"));
        assert_eq!(
            (&read["subject"], &read["level"], &read["route"]),
            (&json!(odd), &json!("INFO"), &Value::Null)
        );
        assert!(read.get("_aws").is_none(), "the line has no metrics");
    }
}
