//! The page of `GET /metrics`, in Prometheus' text format 0.0.4 or in OpenMetrics 1.0 if the client prefers
//! it.
//!
//! Source: Prometheus, "Exposition formats"; OpenMetrics 1.0, section "ABNF".

#[cfg(test)]
mod tests;

use std::fmt::Write;

use super::catalogue::{FAMILIES, Family, Kind};

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The metric.
    pub family: &'static Family,
    /// The values of its labels, in their order.
    pub labels: Vec<String>,
    /// The value. A value that is not finite is omitted.
    pub value: f64,
}

impl Sample {
    /// Creates a value with the labels of its metric.
    #[must_use]
    pub fn new<const N: usize>(family: &'static Family, labels: [&str; N], value: f64) -> Self {
        Self { family, labels: labels.map(str::to_owned).into(), value }
    }
}

/// The format of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    /// The format that the header `Accept` prefers. The text format if the header is missing or names no
    /// known format.
    #[must_use]
    pub fn accepted(accept: Option<&str>) -> Self {
        let weight = |wanted: &[&str]| {
            let ranges = accept.unwrap_or_default().split(',').filter_map(range);
            let is_wanted = |kind: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind));
            ranges.filter(|(kind, _)| is_wanted(kind)).map(|(_, weight)| weight).max().unwrap_or(0)
        };
        let open = weight(&["application/openmetrics-text"]);
        if open > weight(&["text/plain", "text/*", "*/*"]) { Self::OpenMetrics } else { Self::Text }
    }

    /// The media type of the page.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Writes the page, with metrics in the catalogue's order and values in the given order.
    #[must_use]
    pub fn write(self, samples: &[Sample]) -> String {
        let mut page = String::new();
        for family in FAMILIES {
            let of_family = |sample: &&Sample| sample.family == family && sample.value.is_finite();
            let mut samples = samples.iter().filter(of_family).peekable();
            if samples.peek().is_some() {
                self.head(&mut page, family);
            }
            samples.for_each(|sample| write_sample(&mut page, sample));
        }
        if self == Self::OpenMetrics {
            page.push_str("# EOF\n");
        }
        page
    }

    /// Writes the head of a metric. In OpenMetrics, a counter's metric family has the name without `_total`.
    fn head(self, page: &mut String, family: &Family) {
        let (name, kind) = match (self, family.kind) {
            (_, Kind::Gauge) => (family.name, "gauge"),
            (Self::Text, Kind::Counter) => (family.name, "counter"),
            (Self::OpenMetrics, Kind::Counter) => {
                (family.name.strip_suffix("_total").unwrap_or(family.name), "counter")
            }
        };
        let _ = writeln!(page, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
        if self == Self::OpenMetrics && name.ends_with("_seconds") {
            let _ = writeln!(page, "# UNIT {name} seconds");
        }
    }
}

/// Parses a media range of `Accept` and its weight in thousandths (RFC 9110, sections 12.4.2 and 12.5.1).
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().filter(|kind| !kind.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((kind, weight.map_or(Some(1_000), thousandths).unwrap_or(0)))
}

fn thousandths(weight: &str) -> Option<u16> {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let part: u16 = if part.is_empty() { 0 } else { format!("{part:0<3}").get(..3)?.parse().ok()? };
    Some(whole.parse::<u16>().ok()?.saturating_mul(1_000).saturating_add(part).min(1_000))
}

fn write_sample(page: &mut String, sample: &Sample) {
    page.push_str(sample.family.name);
    let mut before = '{';
    for (name, value) in sample.family.labels.iter().zip(&sample.labels) {
        let _ = write!(page, "{before}{name}=\"");
        for c in value.chars() {
            match c {
                '\\' => page.push_str("\\\\"),
                '"' => page.push_str("\\\""),
                '\n' => page.push_str("\\n"),
                other => page.push(other),
            }
        }
        page.push('"');
        before = ',';
    }
    if before == ',' {
        page.push('}');
    }
    let _ = writeln!(page, " {}", sample.value);
}
