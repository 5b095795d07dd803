//! `docs/API.md`, the reference of the API in Markdown, which `make generate` writes from `openapi.yaml`.

mod types;

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use testing::document::{CONTRACT, Operation, follow, read};
use testing::runtime::project;

const DOCUMENT: &str = "docs/API.md";

const HEAD: &str = "# API reference

`make generate` writes this page from [openapi.yaml](../openapi.yaml). Do not edit it.

All paths begin with `/v1`. Each operation shows an example of each body; [Types](#types) lists the fields.

";

/// The name of a heading in a link, as GitHub derives it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// A text as one line of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn text<'a>(node: &'a Value, name: &str) -> &'a str {
    node[name].as_str().unwrap_or_default().trim_end()
}

/// The line below an operation's heading: how to call it.
fn call(operation: &Operation) -> String {
    let scope = operation.scope().map_or("no scope".to_owned(), |scope| format!("scope `{scope}`"));
    format!("`{} {}` · {scope} · operation `{}`\n\n", operation.method, operation.path, operation.id())
}

fn parameters(operation: &Operation) -> String {
    let rows: Vec<String> = operation
        .parameters()
        .map(|own| {
            let required = if own["required"] == true { "yes" } else { "no" };
            let kind = types::kind(&own["schema"]);
            let (name, place) = (text(own, "name"), text(own, "in"));
            format!("| `{name}` | {place} | {kind} | {required} | {} |\n", cell(text(own, "description")))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("| parameter | in | type | required | description |\n|---|---|---|---|---|\n{}\n", rows.concat())
}

/// The examples of a body, each with its summary.
fn bodies(title: &str, content: &'static Value) -> String {
    let mut page = String::new();
    for (media, body) in content.as_object().into_iter().flatten() {
        let schema = types::kind(&body["schema"]);
        let named = body["examples"].as_object().into_iter().flatten();
        let named = named.map(|(_, example)| follow(example));
        let named = named.map(|example| (text(example, "summary"), &example["value"]));
        let single = body.get("example").map(|value| ("", value));
        for (summary, example) in single.into_iter().chain(named) {
            let note = if summary.is_empty() { String::new() } else { format!(": {summary}") };
            let (language, shown) = match (media.ends_with("json"), example) {
                (false, Value::String(shown)) => ("text", shown.trim_end().to_owned()),
                _ => ("json", format!("{example:#}")),
            };
            writeln!(page, "{title}{note} ({schema}, `{media}`)\n\n```{language}\n{shown}\n```\n").unwrap();
        }
    }
    page
}

fn responses(operation: &Operation) -> String {
    let mut page = "| status | meaning |\n|---|---|\n".to_owned();
    for (status, response) in operation.responses() {
        writeln!(page, "| {status} | {} |", cell(text(response, "description"))).unwrap();
    }
    page.push('\n');
    for (status, response) in operation.responses().filter(|(status, _)| *status < 300) {
        page += &bodies(&format!("Response {status}"), &response["content"]);
    }
    page
}

fn section(operation: &Operation) -> String {
    let spec = operation.spec;
    let request = spec.get("requestBody").map(|body| bodies("Request", &body["content"])).unwrap_or_default();
    let heading = format!("## {}\n\n{}", text(spec, "summary"), call(operation));
    let (parameters, responses) = (parameters(operation), responses(operation));
    format!("{heading}{}\n\n{parameters}{request}{responses}", text(spec, "description"))
}

fn page() -> String {
    let operations = Operation::all();
    let mut page = HEAD.to_owned();
    page += "| operation | request | scope |\n|---|---|---|\n";
    for own in &operations {
        let summary = text(own.spec, "summary");
        let scope = own.scope().map_or("–".to_owned(), |scope| format!("`{scope}`"));
        let link = anchor(summary);
        writeln!(page, "| [{summary}](#{link}) | `{} {}` | {scope} |", own.method, own.path).unwrap();
    }
    writeln!(page, "\n## Conventions\n\n{}\n", text(&CONTRACT["info"], "description")).unwrap();
    page += &operations.iter().map(section).collect::<String>();
    page += &types::section();
    format!("{}\n", page.trim_end())
}

#[test]
fn the_api_reference_matches_the_contract() {
    let wanted = page();
    if std::env::var("GENERATE").is_ok_and(|word| word == "write") {
        fs::write(project().join(DOCUMENT), &wanted).unwrap();
    }
    assert!(read(DOCUMENT) == wanted, "{DOCUMENT} does not match openapi.yaml; run: make generate");
}

#[test]
fn the_api_reference_has_a_section_and_an_example_for_each_operation_and_every_link_has_a_target() {
    let page = page();
    for operation in Operation::all() {
        let own = section(&operation);
        let has_body = operation.spec.get("requestBody").is_some();
        assert_eq!(own.contains("\nRequest"), has_body, "{}", operation.id());
        assert!(page.contains(&own));
    }
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("### ")))
        .map(anchor)
        .collect();
    let links: Vec<&str> = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 100);
    for link in links {
        let targets = headings.iter().filter(|heading| *heading == link).count();
        assert_eq!(targets, 1, "#{link}");
    }
}
