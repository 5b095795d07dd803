//! The log: JSON objects on standard output, one line for each invocation at its end and one for each
//! failure. It never contains ids of units, tokens or bodies. A line is printable ASCII: characters that
//! would end it, or change its displayed order, are escaped.

#[cfg(test)]
mod tests;

use std::fmt::{self, Debug, Write as _};
use std::io::{Result, Write};
#[cfg(any(test, feature = "testing"))]
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

#[cfg(any(test, feature = "testing"))]
use tracing::Dispatch;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// The target of events whose field `line` is a complete line.
pub(super) const LINE: &str = "bellwether::line";

/// Starts the log at the level in `LOG_LEVEL` (error, warn, info, debug; default info). Libraries log only
/// from `warn`, because below that the SDK prints requests, which contain secrets. Lines with metrics are
/// written at every level if `METRICS_NAMESPACE` is set.
pub fn init() {
    let measured = std::env::var("METRICS_NAMESPACE").is_ok_and(|name| !name.is_empty());
    let subscriber = lines(level(), measured, std::io::stdout);
    #[cfg(feature = "traces")]
    let subscriber = subscriber.with(super::traces::spans());
    let _ = subscriber.try_init();
}

/// Starts the log at the level in `LOG_LEVEL`. Writes each line with one call to what `out` returns.
pub fn init_to<W: Write + 'static>(out: impl Fn() -> W + Send + Sync + 'static) {
    let _ = lines(level(), false, out).try_init();
}

/// The level in the environment.
pub(super) fn level() -> LevelFilter {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|text| text.parse().ok());
    level.unwrap_or(LevelFilter::INFO)
}

/// Creates the subscriber that writes log lines at `level`, each with one write to the writer of `out`. Lines
/// with metrics are always written if `measured` is true. The level applies only to lines, not to spans for
/// traces.
pub(super) fn lines<W: Write>(
    level: LevelFilter,
    measured: bool,
    out: impl Fn() -> W + Send + Sync + 'static,
) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync {
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("bellwether", level.min(LevelFilter::DEBUG))
        .with_target(LINE, if measured { LevelFilter::INFO } else { level });
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .map_event_format(Lines)
        .with_writer(move || Ascii(out()));
    tracing_subscriber::registry().with(lines.with_filter(targets))
}

/// Writes complete lines unchanged, and formats all other events.
struct Lines(Format<Json>);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() != LINE {
            return self.0.format_event(context, to, event);
        }
        let mut whole = Whole { to: to.by_ref(), written: Ok(()) };
        event.record(&mut whole);
        whole.written?;
        to.write_char('\n')
    }
}

/// Writes the field of a complete line unchanged.
struct Whole<'a> {
    to: Writer<'a>,
    written: fmt::Result,
}

impl Visit for Whole<'_> {
    fn record_str(&mut self, _: &Field, value: &str) {
        self.written = self.to.write_str(value);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// Escapes characters that are not printable ASCII. In JSON, such a character is inside a string, except the
/// line's end. The formatter has already escaped those below a space.
struct Ascii<W>(W);

impl<W: Write> Write for Ascii<W> {
    fn write(&mut self, line: &[u8]) -> Result<usize> {
        if line.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.0.write_all(line)?;
            return Ok(line.len());
        }
        let mut escaped = String::with_capacity(line.len());
        for c in String::from_utf8_lossy(line).chars() {
            if matches!(c, ' '..='~' | '\n') {
                escaped.push(c);
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
        self.0.write_all(escaped.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// Captures the log of this thread during its lifetime, for tests.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
pub struct CapturedLog {
    written: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

#[cfg(any(test, feature = "testing"))]
impl CapturedLog {
    /// Starts to capture.
    ///
    /// With a single subscriber, tracing asks the first thread that emits an event whether it is enabled, and
    /// caches that answer for all threads. Another test's thread has no subscriber. A second one, which
    /// ignores everything, makes tracing ask each time.
    #[must_use]
    pub fn start() -> Self {
        static IGNORING: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
        LazyLock::force(&IGNORING);
        let written = Arc::new(Mutex::new(Vec::new()));
        let writer = written.clone();
        let log = lines(LevelFilter::DEBUG, true, move || CaptureWriter(writer.clone()));
        Self { written, _guard: tracing::subscriber::set_default(log) }
    }

    /// The text that was written so far.
    #[must_use]
    pub fn text(&self) -> String {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&written).into_owned()
    }
}

#[cfg(any(test, feature = "testing"))]
struct CaptureWriter(Arc<Mutex<Vec<u8>>>);

#[cfg(any(test, feature = "testing"))]
impl Write for CaptureWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
