//! A Lambda runtime API on loopback that drives one process of a function as Lambda drives an instance: it
//! sends an event, waits for the response, and detects when the process ends.
//!
//! Source: the AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

/// The result of an invocation.
pub type Outcome = Result<Value, String>;

/// The time limit that a function gets in its events.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A process of a function. It is killed when dropped.
pub struct Instance {
    process: Child,
    /// None once no more events follow.
    events: Option<mpsc::UnboundedSender<(String, Value)>>,
    shared: Arc<Shared>,
    /// Completes when the process first polls for an event.
    pub started: oneshot::Receiver<()>,
}

struct Shared {
    events: AsyncMutex<mpsc::UnboundedReceiver<(String, Value)>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    started: Mutex<Option<oneshot::Sender<()>>>,
}

/// The project's folder.
#[must_use]
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_path_buf()
}

/// The debug binary of a function. The first call in a process builds all of them, like `make run`.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(name)
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let built = Command::new(cargo).args(["build", "--workspace", "--bins"]).current_dir(project()).status();
    assert!(built.is_ok_and(|status| status.success()), "the build failed; see its output above");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into());
    project().join(target).join("debug")
}

impl Instance {
    /// Starts `binary` with `environment` only.
    pub async fn start(binary: &Path, environment: &[(String, String)]) -> Self {
        Self::start_command(Command::new(binary), environment).await
    }

    /// Starts `binary` and writes all its output to `log`.
    pub async fn start_logged(binary: &Path, environment: &[(String, String)], log: File) -> Self {
        let mut command = Command::new(binary);
        command.stderr(log.try_clone().expect("a second handle of a file")).stdout(log);
        Self::launch(command, environment).await
    }

    /// Starts `command`, which runs a function under a tool, for example a profiler.
    pub async fn start_command(mut command: Command, environment: &[(String, String)]) -> Self {
        command.stdout(Stdio::null());
        Self::launch(command, environment).await
    }

    async fn launch(mut command: Command, environment: &[(String, String)]) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let (sender, started) = oneshot::channel();
        let shared = Arc::new(Shared {
            events: AsyncMutex::new(queue),
            waiting: Mutex::default(),
            started: Mutex::new(Some(sender)),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let program = command.get_program().to_owned();
        let name = Path::new(&program).file_name().unwrap_or(&program);
        let process = command
            .env_clear()
            .envs(environment.iter().cloned())
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
        Self { process, events: Some(events), shared, started }
    }

    /// Sends the process an event and waits for its response.
    ///
    /// # Errors
    /// The function's error, or a message when the process has ended.
    pub async fn invoke(&self, event: Value) -> Outcome {
        let (sender, answer) = oneshot::channel();
        let id = format!("{:x}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos());
        self.shared.waiting.lock().expect("no panic under the lock").insert(id.clone(), sender);
        let gone = || "the process has ended".to_owned();
        let events = self.events.as_ref().ok_or_else(gone)?;
        events.send((id, event)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// The process's id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Signals to the process that no more events follow, and waits until it exits.
    pub async fn finish(mut self) {
        self.events = None;
        while matches!(self.process.try_wait(), Ok(None)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the process at once. Pending invocations return an error.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.shared.waiting.lock().expect("no panic under the lock").clear();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(sender) = shared.started.lock().expect("no panic under the lock").take() {
        let _ = sender.send(());
    }
    let Some((id, event)) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT;
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:f".to_owned(),
        ),
    ];
    (headers, axum::Json(event)).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    UrlPath(id): UrlPath<String>,
    body: String,
) -> StatusCode {
    let answer = serde_json::from_str(&body).unwrap_or(json!(body));
    settle(&shared, &id, Ok(answer))
}

async fn error(State(shared): State<Arc<Shared>>, UrlPath(id): UrlPath<String>, body: String) -> StatusCode {
    settle(&shared, &id, Err(body))
}

fn settle(shared: &Shared, id: &str, outcome: Outcome) -> StatusCode {
    let waiting = shared.waiting.lock().expect("no panic under the lock").remove(id);
    match waiting.map(|sender| sender.send(outcome)) {
        Some(Ok(())) => StatusCode::ACCEPTED,
        _ => StatusCode::NOT_FOUND,
    }
}
