//! A server on a free port with its own folder.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testing::runtime::project;
use testing::server::bellwether;
use ureq::Agent;

/// A running server, stopped when dropped.
pub struct Server {
    process: Child,
    state: PathBuf,
    log: &'static str,
    password: String,
    /// Does not treat a status as an error.
    pub agent: Agent,
    /// Its address, with the stage.
    pub url: String,
    /// The first admin's token.
    pub token: String,
}

/// Returns a free port and a path that does not exist yet.
fn place() -> (u16, PathBuf) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (port, project().join(format!(".run-journey-{port}")))
}

impl Server {
    /// Starts the server of `make run`.
    pub fn of_the_command() -> Self {
        let (port, state) = place();
        let mut command = bellwether(&["serve", "--port", &port.to_string(), "--data"]);
        command.arg(&state);
        Self::start(command, port, state, "serve.log")
    }

    /// Starts the server of `make watch`.
    pub fn with_hot_reload() -> Self {
        let (port, state) = place();
        let mut command = Command::new("python3");
        command.args(["local/run.py", "--port", &port.to_string(), "--state"]).arg(&state);
        Self::start(command, port, state, "watch.log")
    }

    fn start(mut command: Command, port: u16, state: PathBuf, log: &'static str) -> Self {
        let command = command.current_dir(project()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let mut lines = printed.lines().map_while(Result::ok).skip_while(|line| {
            println!("{line}");
            !line.contains("ready: ")
        });
        assert!(lines.next().is_some(), "the server ended before it was ready; see its output above");
        let password = lines.find_map(|line| line.strip_prefix("password  ").map(str::to_owned)).unwrap();
        let password = password.split_whitespace().next().unwrap().to_owned();
        // The rest contains the password again, so it is read from the pipe and not printed.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("http://127.0.0.1:{port}/v1");
        let mut server = Self { process, state, log, password, agent, url, token: String::new() };
        let credentials = json!({ "email": "admin@example.com", "password": server.password });
        let (status, body) = server.post("/login", &credentials);
        assert_eq!(status, 200);
        body["access_token"].as_str().unwrap().clone_into(&mut server.token);
        server
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().trim_end_matches("/v1").parse().unwrap()
    }

    /// Returns the path of the functions' log.
    pub fn log(&self) -> PathBuf {
        self.state.join(self.log)
    }

    /// Returns the path of the file with its address.
    pub fn session(&self) -> PathBuf {
        self.state.join("session.json")
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(format!("{}{path}", self.url)).header("authorization", self.bearer());
        let mut answer = request.send_json(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    pub fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.patch(format!("{}{path}", self.url)).header("authorization", self.bearer());
        let mut answer = request.send_json(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let request = self.agent.get(format!("{}{path}", self.url)).header("authorization", self.bearer());
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// Runs `bellwether demo-trial` and returns its output.
    pub fn demo_trial(&self) -> String {
        let mut demo = bellwether(&["demo-trial"]);
        demo.env("BELLWETHER_URL", &self.url).env("BELLWETHER_EMAIL", "admin@example.com");
        let output = demo.env("BELLWETHER_PASSWORD", &self.password).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Sends Ctrl-C and returns the exit code.
    pub fn interrupt(&mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.interrupt();
        }
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.state);
        }
    }
}
