//! Tests the files that `make generate` writes from the table of operations: the routes of `make watch` in `Cargo.toml`,
//! the functions that the command `bellwether` links, and the entry point of each function.

use std::fmt::Write as _;
use std::fs;

use bellwether::operations::{METHODS, OPERATIONS};
use testing::document::{functions, read};
use testing::fleet::REJECT;
use testing::runtime::project;

const ROUTER: &str = "[workspace.metadata.lambda.watch.router]\n";
const DEPENDENCIES: &str = "[dependencies]\n";
/// The folder of functions, relative to `cli/Cargo.toml`.
const FOLDER: &str = "../functions/";

/// Splits a file at the text between the first `begin` and the next table of a TOML file, or its end.
fn around<'a>(text: &'a str, begin: &str) -> (&'a str, &'a str, &'a str) {
    let start = text.find(begin).unwrap_or_else(|| panic!("there is no {begin}")) + begin.len();
    let length = text[start..].find("\n[").map_or(text.len() - start, |at| at + 1);
    (&text[..start], &text[start..start + length], &text[start + length..])
}

/// Returns every path under the stage: first the declared operations, then the rejected methods.
fn routes() -> String {
    let mut text = String::new();
    for (place, operation) in OPERATIONS.iter().enumerate() {
        let path = operation.path;
        if OPERATIONS[..place].iter().any(|earlier| earlier.path == path) {
            continue;
        }
        let declared = OPERATIONS.iter().filter(|own| own.path == path).map(|own| (own.method, own.function));
        let declared: Vec<_> = declared.collect();
        let others = METHODS.iter().filter(|method| !declared.iter().any(|(own, _)| own == *method));
        writeln!(text, "\"/v1{path}\" = [").unwrap();
        for (method, function) in declared.iter().copied().chain(others.map(|method| (*method, REJECT))) {
            writeln!(text, "  {{ method = \"{method}\", function = \"{function}\" }},").unwrap();
        }
        text.push_str("]\n");
    }
    text
}

/// Returns `Cargo.toml` with the routes of the table.
fn workspace(text: &str) -> String {
    let (before, _, after) = around(text, ROUTER);
    format!("{before}{}{after}", routes())
}

/// Returns `cli/Cargo.toml` with every function among the sorted dependencies.
fn dependencies(text: &str) -> String {
    let (before, own, after) = around(text, DEPENDENCIES);
    let others = own.lines().filter(|line| !line.is_empty() && !line.contains(FOLDER)).map(str::to_owned);
    let linked = functions().into_iter().map(|name| format!("{name} = {{ path = \"{FOLDER}{name}\" }}"));
    let mut lines: Vec<_> = others.chain(linked).collect();
    lines.sort();
    let gap = if after.is_empty() { "" } else { "\n" };
    format!("{before}{}\n{gap}{after}", lines.join("\n"))
}

/// Returns `functions.rs` of the command with every function in its list.
fn linked(text: &str) -> String {
    let (before, rest) = text.split_once("pub const ALL: [Function; ").unwrap();
    let (_, after) = rest.split_once("\n];\n").unwrap();
    let count = functions().len();
    let mut names = String::new();
    for function in functions() {
        writeln!(names, "    {}::FUNCTION,", function.replace('-', "_")).unwrap();
    }
    format!("{before}pub const ALL: [Function; {count}] = [\n{names}];\n{after}")
}

/// Returns `main.rs` of a function.
fn entry_point(function: &str) -> String {
    let name = function.replace('-', "_");
    format!(
        "//! Runs [`{name}::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = \"current_thread\")]
async fn main() -> Result<(), Error> {{
    bellwether::runtime::serve({name}::FUNCTION).await
}}
"
    )
}

/// Compares a file with its generated text. With `GENERATE=write`, writes the text first.
fn assert_generated(path: &str, wanted: &str) {
    let full = project().join(path);
    let is_current = fs::read_to_string(&full).is_ok_and(|text| text == wanted);
    if !is_current && std::env::var("GENERATE").is_ok_and(|word| word == "write") {
        fs::write(&full, wanted).unwrap();
    }
    assert_eq!(read(path), wanted, "{path} does not match the table of operations; run: make generate");
}

#[test]
fn generated_files_match_the_table_of_operations() {
    assert_generated("Cargo.toml", &workspace(&read("Cargo.toml")));
    assert_generated("cli/Cargo.toml", &dependencies(&read("cli/Cargo.toml")));
    assert_generated("cli/src/serve/functions.rs", &linked(&read("cli/src/serve/functions.rs")));
    for function in functions() {
        assert_generated(&format!("functions/{function}/src/main.rs"), &entry_point(function));
    }
}

#[test]
fn text_outside_a_generated_part_is_unchanged() {
    let text =
        "[a]\nx = 1\n\n[dependencies]\nzoo = \"1\"\ngone = { path = \"../functions/gone\" }\n\n[b]\ny = 2\n";
    let written = dependencies(text);
    assert!(written.starts_with("[a]\nx = 1\n\n[dependencies]\n") && written.ends_with("\n\n[b]\ny = 2\n"));
    assert!(written.contains("zoo = \"1\"\n") && !written.contains("gone"));
    assert_eq!(dependencies(&written), written);
}
