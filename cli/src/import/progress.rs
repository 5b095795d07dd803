//! Shows the progress on the standard error: a bar on a terminal, otherwise a line for each tenth.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::text::count;

/// The shortest time between two lines that say that a batch waits.
const PAUSE: Duration = Duration::from_secs(10);

/// The progress of one delivery.
pub struct Progress {
    label: &'static str,
    bar: Option<ProgressBar>,
    total: u64,
    done: u64,
    tenths: u64,
    waited: Option<Instant>,
}

impl Progress {
    /// Starts to show the progress of `total` items.
    #[must_use]
    pub fn start(label: &'static str, total: u64) -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total).with_prefix(label);
            if let Ok(style) =
                ProgressStyle::with_template("{prefix} [{bar:30}] {human_pos} of {human_len} {eta} {msg}")
            {
                bar.set_style(style.progress_chars("##."));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { label, bar, total, done: 0, tenths: 0, waited: None }
    }

    /// Counts an item that is done.
    pub fn advance(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if self.waited.take().is_some() {
                bar.set_message("");
            }
            return;
        }
        let tenths = 10 * self.done / self.total.max(1);
        if tenths > self.tenths {
            self.tenths = tenths;
            eprintln!("{}: {} of {} ({} %)", self.label, count(self.done), count(self.total), tenths * 10);
        }
    }

    /// Shows why a batch has to wait, at most once in some seconds.
    pub fn wait(&mut self, why: &str) {
        if self.waited.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        self.waited = Some(Instant::now());
        match &self.bar {
            Some(bar) => bar.set_message(format!("waiting for the server: {why}")),
            None => eprintln!("{}: waiting for the server: {why}", self.label),
        }
    }

    /// Removes the bar; the summary follows.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
