//! Tests which data survives the end of a server.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use testing::server::{Scratch, Server, bellwether, run};

use super::Client;

/// Concurrent callers.
const CALLERS: usize = 4;
/// The server is killed after so many acknowledged assignments.
const ACKNOWLEDGED: usize = 150;

/// Assigns its own units until the server is killed, and collects acknowledged assignments.
fn assign(client: &Client, round: usize, caller: usize, acknowledged: &Mutex<BTreeMap<String, String>>) {
    for number in 0.. {
        let unit = format!("unit-{round}-{caller}-{number}");
        let Ok((200, answer)) = client.try_post("/tests/kept/assignments", &json!({ "unit_id": unit }))
        else {
            return;
        };
        assert_eq!(answer["new"], true);
        acknowledged.lock().unwrap().insert(unit, answer["variant"].as_str().unwrap().to_owned());
    }
}

/// Kills the server in the middle of writes.
fn kill_while_writing(
    server: &mut Server,
    password: &str,
    round: usize,
    acknowledged: &Mutex<BTreeMap<String, String>>,
) {
    let before = acknowledged.lock().unwrap().len();
    let clients: Vec<_> = (0..CALLERS).map(|_| Client::of(server, password)).collect();
    let killed = AtomicBool::new(false);
    thread::scope(|scope| {
        for (caller, client) in clients.iter().enumerate() {
            let killed = &killed;
            scope.spawn(move || {
                assign(client, round, caller, acknowledged);
                assert!(killed.load(Relaxed), "a caller failed before the server was killed");
            });
        }
        while acknowledged.lock().unwrap().len() < before + ACKNOWLEDGED {
            thread::sleep(Duration::from_millis(2));
        }
        killed.store(true, Relaxed);
        server.kill();
    });
}

#[test]
fn every_acknowledged_write_survives_kill_9_in_the_middle_of_writes() {
    let (folder, acknowledged) = (Scratch::new(), Mutex::default());
    let mut server = Server::start(folder.path(), &[]);
    let password = server.password.clone().unwrap();
    Client::of(&server, &password).launch("kept");
    let keys = Client::stranger(&server).get("/.well-known/jwks.json");
    for round in 0..2 {
        kill_while_writing(&mut server, &password, round, &acknowledged);
        server = Server::start(folder.path(), &[]);
        assert_eq!(server.password, None, "the first admin exists");
    }
    let client = Client::of(&server, &password);
    assert_eq!(Client::stranger(&server).get("/.well-known/jwks.json"), keys);
    let acknowledged = acknowledged.into_inner().unwrap();
    let units: Vec<(&String, &String)> = acknowledged.iter().collect();
    for batch in units.chunks(100) {
        let asked: Vec<Value> = batch.iter().map(|(unit, _)| json!({ "unit_id": unit })).collect();
        let (status, answer) = client.post("/tests/kept/assignments", &json!({ "units": asked }));
        assert_eq!(status, 200);
        for ((unit, variant), kept) in batch.iter().zip(answer["assignments"].as_array().unwrap()) {
            assert_eq!((&kept["variant"], &kept["new"]), (&json!(variant), &json!(false)), "{unit}");
        }
    }
    let (_, report) = client.get("/tests/kept/results?fresh=true");
    let counted: u64 = report["units"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    let (least, most) = (acknowledged.len() as u64, (acknowledged.len() + 2 * CALLERS) as u64);
    assert!(least >= 300 && (least..=most).contains(&counted), "{counted} of {least} to {most}");
}

#[test]
fn a_restart_preserves_tests_users_and_keys_in_files_that_only_their_owner_can_read() {
    let folder = Scratch::new();
    let mut server = Server::start(folder.path(), &[]);
    let password = server.password.clone().unwrap();
    let client = Client::of(&server, &password);
    client.launch("kept");
    let test = client.get("/tests/kept");
    for name in ["", "store.sqlite", "store.sqlite-wal", "secrets.json", "serve.log", "session.json", "lock"]
    {
        let mode = folder.path().join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if name.is_empty() { 0o700 } else { 0o600 }, "{name}");
    }
    for entry in folder.path().read_dir().unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        let has_it = content.windows(password.len()).any(|window| window == password.as_bytes());
        assert!(!has_it, "the password is stored");
    }
    server.signal("INT");
    assert_eq!(server.code(), Some(0));
    assert!(!folder.path().join("session.json").exists());
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.password, None);
    assert_eq!(Client::of(&server, &password).get("/tests/kept"), test);
}

#[test]
fn in_memory_no_data_survives_and_no_file_is_written() {
    let folder = Scratch::new();
    std::fs::create_dir(folder.path()).unwrap();
    let start = || {
        let mut command = bellwether(&["serve", "--port", "0", "--memory"]);
        command.current_dir(folder.path());
        Server::spawn(command)
    };
    let mut server = start();
    Client::of(&server, server.password.as_ref().unwrap()).launch("gone");
    server.signal("TERM");
    assert_eq!(server.code(), Some(0));
    let server = start();
    let client = Client::of(&server, server.password.as_ref().unwrap());
    assert_eq!(client.get("/tests").1["tests"], json!([]));
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_fresh_start_deletes_all_data_only_after_confirmation() {
    let folder = Scratch::new();
    let mut server = Server::start(folder.path(), &[]);
    let first = server.password.clone().unwrap();
    Client::of(&server, &first).launch("old");
    server.signal("INT");
    assert_eq!(server.code(), Some(0));
    let data = folder.path().to_str().unwrap();
    let asked = run(&["serve", "--port", "0", "--data", data, "--fresh"]);
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert_eq!(asked.status.code(), Some(2), "{said}");
    assert!(said.contains("--yes") && said.trim().lines().count() == 1, "{said}");
    let mut server = Server::start(folder.path(), &[]);
    assert_eq!(Client::of(&server, &first).get("/tests/old").0, 200, "nothing was deleted");
    server.kill();
    let server = Server::start(folder.path(), &["--fresh", "--yes"]);
    let second = server.password.clone().unwrap();
    assert_ne!(first, second);
    assert_eq!(Client::of(&server, &second).get("/tests/old").0, 404);
}
