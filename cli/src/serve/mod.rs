//! `bellwether serve`: every function in one process, behind one HTTP server on this machine.
//!
//! ```text
//! listener ──> gateway ──> fleet ──> bellwether::runtime::invoke ──> functions/<name>
//!                                              │
//!                                   AWS SDKs, over loopback
//!                                              │
//!              cloud: DynamoDB in a SQLite file, Secrets Manager in a file, EventBridge, Lambda
//! ```
//!
//! [`folder`] is the data folder, [`setup`] creates what is missing at the start, and [`schedule`] invokes functions on a
//! schedule, and [`asynchronous`] runs the invocations that follow for each test.

mod asynchronous;
mod clients;
mod cloud;
mod fleet;
mod folder;
mod functions;
mod gateway;
mod listener;
mod log;
mod options;
mod ready;
pub mod reset_password;
mod schedule;
mod setup;
mod state;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub use functions::ALL as FUNCTIONS;
pub use options::Options;

use crate::Failure;
use clients::Clients;
use cloud::{Accepted, Cloud};
use fleet::Fleet;
use folder::Folder;
use gateway::Gateway;
use listener::Bounds;
use ready::Ready;
use state::State;

const BOUNDS: Bounds = Bounds { connections: 256, header_time: Duration::from_secs(15) };

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When the data folder is in use, the port is taken, or stored data cannot be read.
pub fn run(options: &Options) -> Result<(), Failure> {
    let began = Instant::now();
    runtime()?.block_on(async {
        let mut state = State::open(options)?;
        let (listeners, port) = listen(options.port).await?;
        state.clear_if_fresh(options)?;
        log::start(state.folder().map(Folder::log).as_deref(), options.verbose)?;
        let (cloud, accepted) = state.start(options)?;
        serve(options, &state, (&cloud, accepted), listeners, port, began).await?;
        cloud.stop();
        Ok(())
    })
}

/// Creates the threads that answer requests.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("threads cannot be started: {error}")))
}

async fn listen(port: u16) -> Result<(Vec<TcpListener>, u16), Failure> {
    listener::on_loopback(port).await.map_err(|error| {
        Failure::new(format!(
            "port {port} cannot be used ({error}); stop the program that uses it, or specify another port with --port"
        ))
    })
}

async fn serve(
    options: &Options,
    state: &State,
    (cloud, accepted): (&Cloud, Accepted),
    listeners: Vec<TcpListener>,
    port: u16,
    began: Instant,
) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let url = format!("http://localhost:{port}");
    let clients = Clients::new(cloud, options.dynamodb.as_deref())?;
    let config = clients::config(&url).map_err(|error| Failure::usage(error.to_string()))?;
    let fleet = Arc::new(Fleet::new(&clients, &config, options.clock()));
    let password = setup::prepare(&clients, &fleet).await?;
    let schedule = tokio::spawn(schedule::run(fleet.clone(), Duration::from_secs(options.aggregate_every)));
    let invocations = tokio::spawn(asynchronous::run(fleet.clone(), accepted));
    let (gateway, finished) = Gateway::new(fleet);
    let folder: Option<&Path> = state.folder().map(Folder::path);
    let ready = Ready { url: &url, took: began.elapsed(), folder, password: password.as_ref() };
    // The server also works if its output is closed.
    let _ = std::io::stdout().write_all(ready.text().as_bytes());
    let session = state.announce(&url)?;
    let handle = move |request, peer| gateway.clone().answer(request, peer);
    listener::serve(listeners, BOUNDS, handle, signals.first()).await;
    schedule.abort();
    invocations.abort();
    finished.await;
    drop(session);
    Ok(())
}

/// The signals that stop a server: Ctrl-C and SIGTERM. A second signal ends it at once.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let of =
            |kind| signal(kind).map_err(|error| Failure::new(format!("signals cannot be received: {error}")));
        Ok(Self { interrupt: of(SignalKind::interrupt())?, terminate: of(SignalKind::terminate())? })
    }

    /// Waits for the first signal.
    async fn first(&mut self) {
        self.next().await;
        eprintln!("stopping after the current requests");
        let mut second = Self::new();
        tokio::spawn(async move {
            if let Ok(signals) = &mut second {
                signals.next().await;
                std::process::exit(130);
            }
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
