//! The written form of log events.

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

/// Returns what the log writes at this level during `speak`.
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
fn logged_text_can_neither_end_its_line_nor_change_its_order() {
    let hostile =
        "a\r\n{\"level\":\"ERROR\"}\u{0}\u{1b}[2J\u{7f}\u{85}\u{202e}\u{2066}\u{2028}\u{200b}\u{feff}😀\"\\";
    let text = written(LevelFilter::INFO, || {
        let span = tracing::info_span!(target: "bellwether", "request", id = hostile);
        span.in_scope(|| tracing::error!(target: "bellwether", cause = hostile, "{hostile}"));
    });
    let line = text.strip_suffix('\n').unwrap();
    assert!(line.bytes().all(|b| (b' '..=b'~').contains(&b)), "{line}");
    let line: Value = serde_json::from_str(line).unwrap();
    for shown in [&line["cause"], &line["message"], &line["span"]["id"]] {
        assert_eq!(shown, hostile, "it is escaped, not lost");
    }
}

#[test]
fn libraries_log_nothing_below_a_warning_at_any_level() {
    let text = written(LevelFilter::TRACE, || {
        tracing::info!(target: "aws_smithy_runtime", "a request with a secret");
        tracing::debug!(target: "bellwether", "ours");
        tracing::warn!(target: "aws_smithy_runtime", "a warning");
    });
    assert!(!text.contains("secret") && text.contains("ours") && text.contains("a warning"), "{text}");
}

#[test]
fn lines_with_metrics_are_written_unchanged_at_every_level() {
    let speak = || tracing::info!(target: LINE, line = r#"{"message":"request"}"#);
    assert_eq!(written_with(LevelFilter::OFF, true, speak), "{\"message\":\"request\"}\n");
    assert_eq!(written_with(LevelFilter::INFO, false, speak), "{\"message\":\"request\"}\n");
    assert_eq!(written_with(LevelFilter::WARN, false, speak), "");
}
