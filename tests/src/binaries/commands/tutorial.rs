//! Runs the commands of `docs/TUTORIAL.md` in their order, as a reader types them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use testing::document::read;
use testing::runtime::binary;

use super::Ground;

/// The text of each block of shell commands.
fn blocks(document: &str) -> Vec<&str> {
    let parts = document.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap()).collect()
}

/// Runs a part of the tutorial in a shell, and returns its output.
fn run(ground: &Ground, name: &str, script: &str) -> String {
    let folder = ground.terminal.path();
    let script = script.replace("http://localhost:9000", &ground.server.url);
    let script = ground.terminal.file(name, format!("set -euo pipefail\n{script}"));
    let mut command = Command::new("bash");
    command.arg(script).current_dir(folder).env("XDG_CONFIG_HOME", folder.join("config"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    writeln!(process.stdin.take().unwrap(), "{}", ground.password).unwrap();
    let ended = process.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{out}\n{err}");
    out.into_owned()
}

#[test]
fn every_command_of_the_tutorial_works_and_leads_to_a_verdict() {
    let mut ground = Ground::start();
    let document = read("docs/TUTORIAL.md");
    let blocks = blocks(&document);
    let (first, others) = blocks.split_first().unwrap();
    assert_eq!(*first, "make run\n", "the server of this test replaces the first command");
    let restart = others.iter().position(|block| block.starts_with("make run ARGS=")).unwrap();
    assert_eq!(others[restart], "make run ARGS='--days-later 31'\n");

    let folder = ground.terminal.path();
    fs::create_dir_all(folder.join("target/debug")).unwrap();
    symlink(binary("bellwether"), folder.join("target/debug/bellwether")).unwrap();
    assert!(
        others.concat().contains("http://localhost:9000"),
        "the tutorial names the address of the server"
    );
    let out = run(&ground, "tutorial.sh", &others[..restart].concat());
    assert!(out.contains("Keep running"), "{out}");

    ground.restart(&["--days-later", "31"]);
    let variables = "export BELLWETHER_URL=http://localhost:9000\nread -r BELLWETHER_PASSWORD\nexport BELLWETHER_PASSWORD\n";
    let out = run(&ground, "later.sh", &(variables.to_owned() + &others[restart + 1..].concat()));
    assert!(out.contains("Ship calculator"), "{out}");
    let shipped = out.lines().any(|line| line.contains("pricing-calculator") && line.contains("shipped"));
    assert!(shipped, "{out}");
}
