//! What the log writes of what it is response.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::*;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What `speak` makes the log write at this level.
fn written(level: LevelFilter, speak: impl FnOnce()) -> String {
    written_with(level, false, speak)
}

fn written_with(level: LevelFilter, measured: bool, speak: impl FnOnce()) -> String {
    let sink = Sink::default();
    let out = sink.clone();
    tracing::subscriber::with_default(lines(level, measured, move || out.clone()), speak);
    let bytes = sink.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn nothing_that_is_logged_ends_its_line_or_changes_its_order() {
    let hostile =
        "a\r\n{\"level\":\"ERROR\"}\u{0}\u{1b}[2J\u{7f}\u{85}\u{202e}\u{2066}\u{2028}\u{200b}\u{feff}😀\"\\";
    let text = written(LevelFilter::INFO, || {
        let span = tracing::info_span!(target: "bellwether", "request", id = hostile);
        span.in_scope(|| tracing::error!(target: "bellwether", cause = hostile, "{hostile}"));
    });
    let line = text.strip_suffix('\n').unwrap();
    assert!(line.bytes().all(|b| (b' '..=b'~').contains(&b)), "{line}");
    let line: Value = serde_json::from_str(line).unwrap();
    for said in [&line["cause"], &line["message"], &line["span"]["id"]] {
        assert_eq!(said, hostile, "it is escaped, not lost");
    }
}

#[test]
fn libraries_are_not_heard_below_a_warning_whatever_the_level() {
    let text = written(LevelFilter::TRACE, || {
        tracing::info!(target: "aws_smithy_runtime", "a request with a secret");
        tracing::debug!(target: "bellwether", "ours");
        tracing::warn!(target: "aws_smithy_runtime", "a warning");
    });
    assert!(!text.contains("secret") && text.contains("ours") && text.contains("a warning"), "{text}");
}

#[test]
fn a_line_with_metrics_is_written_as_it_is_at_every_level_while_metrics_are_on() {
    let speak = || tracing::info!(target: LINE, line = r#"{"message":"request"}"#);
    assert_eq!(written_with(LevelFilter::OFF, true, speak), "{\"message\":\"request\"}\n");
    assert_eq!(written_with(LevelFilter::INFO, false, speak), "{\"message\":\"request\"}\n");
    assert_eq!(written_with(LevelFilter::WARN, false, speak), "");
}
