//! Tests that an import which is interrupted by `kill -9` of the server and of the command, and is then repeated, counts
//! every line exactly once.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use bellwether::clock::Clock;
use serde_json::{Value, json};
use testing::commands::{ADMIN, Ended, Terminal};
use testing::server::{Scratch, Server, bellwether};

const ACCOUNTS: usize = 200;
const ARGUMENTS: [&str; 6] = ["convert", "imported", "--csv", "deals.csv", "--goal", "pipeline"];

#[test]
fn two_thousand_lines_are_counted_exactly_after_kill_9_of_server_and_command() {
    let _turn = crate::TURN.blocking_lock();
    import(2_000);
}

/// The same with the size of a large export. It takes minutes on a busy machine.
#[test]
#[ignore = "run by hand: cargo test --workspace --test alone -- --ignored ten_thousand"]
fn ten_thousand_lines_are_counted_exactly_after_kill_9_of_server_and_command() {
    let _turn = crate::TURN.blocking_lock();
    import(10_000);
}

fn import(rows: usize) {
    let ground = Ground::new();
    let mut server = ground.serve();
    let password = server.password.clone().unwrap();
    let terminal = Terminal::signed_in(&server, &password);
    create(&server, &password);
    assign(&terminal);
    terminal.file("deals.csv", outcomes(rows));

    // First, both end in the middle.
    let mut first = start(&terminal);
    wait_for(&mut first, 20);
    server.kill();
    let _ = first.kill();
    assert!(!first.wait().unwrap().success(), "the command had already ended");
    server = ground.serve();

    // Then the command is repeated, and the server ends and starts again. The command waits for it.
    let mut second = start(&terminal);
    wait_for(&mut second, 50);
    server.kill();
    std::thread::sleep(Duration::from_secs(1));
    assert!(second.try_wait().unwrap().is_none(), "the command had already ended");
    server = ground.serve();
    let second = Ended::of(&second.wait_with_output().unwrap());
    assert_eq!(second.code, Some(0), "{second:?}");
    assert!(second.out.ends_with("\nnot taken  0\n"), "{second:?}");
    assert!(!terminal.path().join("deals.not-taken.csv").exists());

    compare(&terminal, rows);
    drop(server);
}

/// Assigns all accounts.
fn assign(terminal: &Terminal) {
    let mut accounts = "domain\n".to_owned();
    for account in 0..ACCOUNTS {
        let _ = writeln!(accounts, "account-{account}.example");
    }
    terminal.file("accounts.csv", accounts);
    let assigned = terminal.run(&["assign", "imported", "--csv", "accounts.csv"]);
    assert_eq!(assigned.code, Some(0), "{assigned:?}");
}

/// Compares the results with the file.
fn compare(terminal: &Terminal, rows: usize) {
    let results = terminal.run(&["results", "imported", "--fresh", "--json"]);
    let results: Value = serde_json::from_str(&results.out).unwrap();
    let arms = results["goals"][0]["arms"].as_array().unwrap();
    let total: f64 = arms.iter().map(|arm| arm["total"].as_f64().unwrap()).sum();
    assert_eq!(
        (total.to_string(), &results["outcomes"][0]["counted"]),
        (sum(rows).to_string(), &json!(rows))
    );
    let third = terminal.run(&ARGUMENTS);
    let known = format!("taken      {0}: {0} already recorded\n", thousands(rows));
    assert!(third.out.starts_with(&known), "{third:?}");
}

/// The port and the data folder that a server has again after it was killed.
struct Ground {
    folder: Scratch,
    port: String,
}

impl Ground {
    fn new() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder: Scratch::new(), port: free.to_string() }
    }

    fn serve(&self) -> Server {
        let folder = self.folder.path().to_str().unwrap();
        Server::spawn(bellwether(&["serve", "--port", &self.port, "--data", folder]))
    }
}

/// Creates and starts the test.
fn create(server: &Server, password: &str) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = |path: &str| format!("{}/v1{path}", server.url);
    let login = json!({ "email": ADMIN, "password": password });
    let signed_in: Value =
        agent.post(url("/login")).send_json(login).unwrap().body_mut().read_json().unwrap();
    let token = format!("Bearer {}", signed_in["access_token"].as_str().unwrap());
    let test = json!({ "test_id": "imported", "name": "Imported", "goals": [{ "key": "pipeline", "kind": "sum", "role": "primary" }],
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }] });
    let created = agent.post(url("/tests")).header("authorization", &token).send_json(test).unwrap();
    assert_eq!(created.status(), 201);
    let running = json!({ "revision": 1, "status": "running" });
    let started =
        agent.patch(url("/tests/imported")).header("authorization", &token).send_json(running).unwrap();
    assert_eq!(started.status(), 200);
}

/// Returns outcomes of today without ids, so that the command derives them.
fn outcomes(rows: usize) -> String {
    let today = String::from(Clock::system().now());
    let mut text = "domain;amount;date\n".to_owned();
    for row in 0..rows {
        let _ = writeln!(text, "account-{}.example;{}.5;{}", row % ACCOUNTS, row, &today[..10]);
    }
    text
}

/// Returns the sum of all amounts.
fn sum(rows: usize) -> f64 {
    (0..u32::try_from(rows).unwrap()).map(|row| f64::from(row) + 0.5).sum()
}

fn thousands(rows: usize) -> String {
    format!("{},000", rows / 1_000)
}

fn start(terminal: &Terminal) -> Child {
    let mut command = terminal.command(&ARGUMENTS);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Reads the progress until this share of the lines is done, then drops the rest.
fn wait_for(command: &mut Child, percent: u32) {
    let mut lines = BufReader::new(command.stderr.take().unwrap()).lines().map_while(Result::ok);
    let reached = lines.any(|line| {
        println!("{line}");
        line.ends_with(&format!("({percent} %)"))
    });
    assert!(reached, "the command ended before");
    std::thread::spawn(move || lines.for_each(drop));
}
