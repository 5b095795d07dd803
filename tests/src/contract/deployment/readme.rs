//! Tests that the module's README lists its inputs, outputs and resources, in the form of terraform-docs, and every
//! skipped check of checkov with its reason. `make generate` writes both parts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use testing::document::read;
use testing::runtime::project;

use super::hcl_files::{MODULE, blocks_of, files, literal};

/// The documentation of a resource type. `{}` is the type without the provider's prefix.
const REGISTRY: &str = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs";

/// Returns the text of an attribute of a block, or an empty text.
fn text(body: &hcl::Body, name: &str) -> String {
    let found = body.attributes().find(|attribute| attribute.key() == name);
    found.map_or_else(String::new, |attribute| {
        literal(attribute.expr()).as_str().unwrap_or_default().trim_end().to_owned()
    })
}

/// Escapes a name for the text of a Markdown link.
fn escaped(name: &str) -> String {
    name.replace('_', "\\_")
}

/// Returns the name of an entry as a link to itself, as terraform-docs does.
fn anchor(kind: &str, name: &str) -> String {
    format!("<a name=\"{kind}_{name}\"></a> [{name}](#{kind}\\_{})", escaped(name))
}

/// Returns a text of several lines as one cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br/>")
}

/// Returns code as one cell of a table.
fn code(text: &str) -> String {
    if text.contains('\n') { format!("<pre>{}</pre>", cell(text)) } else { format!("`{text}`") }
}

/// Returns the type of each variable, as it is written in the file.
fn types() -> BTreeMap<String, String> {
    let source = read(&format!("{MODULE}/variables.tf"));
    let mut found = BTreeMap::new();
    for variable in source.split("\nvariable \"").skip(1) {
        let (name, rest) = variable.split_once('"').unwrap();
        let start = rest.find("\n  type").unwrap();
        let (_, kind) = rest[start..].split_once("= ").unwrap();
        let mut kind_lines = vec![];
        let mut depth = 0;
        for line in kind.lines() {
            depth += line.matches(['(', '{']).count();
            depth -= line.matches([')', '}']).count();
            kind_lines.push(line);
            if depth == 0 {
                break;
            }
        }
        found.insert(name.to_owned(), kind_lines.join("\n"));
    }
    found
}

/// Returns the first part: what terraform-docs prints as Markdown tables.
fn interface() -> String {
    let mut text = String::from("## Requirements\n\n| Name | Version |\n|------|---------|\n");
    let aws = read(&format!("{MODULE}/versions.tf"));
    for (name, key) in [("terraform", "required_version = "), ("aws", " version = ")] {
        let version = aws.split(key).nth(1).unwrap().trim_start().split('"').nth(1).unwrap();
        writeln!(text, "| {} | {version} |", anchor("requirement", name)).unwrap();
    }
    let provider = text.lines().last().unwrap().replace("requirement", "provider");
    write!(text, "\n## Providers\n\n| Name | Version |\n|------|---------|\n{provider}\n").unwrap();
    text.push_str("\n## Modules\n\nNo modules.\n\n## Resources\n\n| Name | Type |\n|------|------|\n");
    text.push_str(&resources());
    text.push_str("\n## Inputs\n\n| Name | Description | Type | Default | Required |\n");
    text.push_str("|------|-------------|------|---------|:--------:|\n");
    text.push_str(&inputs());
    text.push_str("\n## Outputs\n\n| Name | Description |\n|------|-------------|\n");
    let outputs: BTreeMap<String, hcl::Body> =
        blocks_of(MODULE, "output").into_iter().map(|(labels, body)| (labels[0].clone(), body)).collect();
    for (name, body) in outputs {
        writeln!(text, "| {} | {} |", anchor("output", &name), cell(&self::text(&body, "description")))
            .unwrap();
    }
    text
}

/// Returns the rows of the table of resources and data sources.
fn resources() -> String {
    let mut rows = BTreeSet::new();
    for (block, folder, kind) in
        [("resource", "resources", "resource"), ("data", "data-sources", "data source")]
    {
        for (labels, _) in blocks_of(MODULE, block) {
            let (resource, name) = (&labels[0], &labels[1]);
            let page = resource.strip_prefix("aws_").unwrap();
            rows.insert((
                kind == "data source",
                format!("| [{resource}.{name}]({REGISTRY}/{folder}/{page}) | {kind} |\n"),
            ));
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Returns the rows of the table of inputs.
fn inputs() -> String {
    let (mut text, types) = (String::new(), types());
    let variables: BTreeMap<String, hcl::Body> =
        blocks_of(MODULE, "variable").into_iter().map(|(labels, body)| (labels[0].clone(), body)).collect();
    for (name, body) in variables {
        let default = body.attributes().find(|attribute| attribute.key() == "default");
        let shown = default.map_or_else(|| "n/a".to_owned(), |value| code(&value.expr().to_string()));
        writeln!(
            text,
            "| {} | {} | {} | {shown} | {} |",
            anchor("input", &name),
            cell(&self::text(&body, "description")),
            code(&types[&name]),
            if default.is_some() { "no" } else { "yes" },
        )
        .unwrap();
    }
    text
}

/// Returns the second part: each check of checkov that a comment skips, with its resource and the reason.
fn skips() -> String {
    let mut rows = BTreeSet::new();
    for path in files(MODULE) {
        let (source, mut resource) = (read(&path), String::new());
        for line in source.lines() {
            if let Some(rest) = line.strip_prefix("resource \"") {
                rest.replace("\" \"", ".").split('"').next().unwrap().clone_into(&mut resource);
            }
            if let Some(skip) = line.trim_start().strip_prefix("#checkov:skip=") {
                let (check, reason) = skip.split_once(':').unwrap();
                rows.insert(format!("| {check} | `{resource}` | {reason} |\n"));
            }
        }
    }
    assert!(!rows.is_empty());
    format!(
        "| Check | Resource | Reason |\n|-------|----------|--------|\n{}",
        rows.into_iter().collect::<String>()
    )
}

/// Replaces the text between the two markers of a name.
fn replaced(text: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- BEGIN_{name} -->\n"), format!("<!-- END_{name} -->"));
    let start = text.find(&begin).unwrap() + begin.len();
    let stop = text.find(&end).unwrap();
    format!("{}{part}{}", &text[..start], &text[stop..])
}

#[test]
fn the_readme_of_the_module_is_up_to_date() {
    let path = format!("{MODULE}/README.md");
    let written = read(&path);
    let wanted = replaced(&replaced(&written, "TF_DOCS", &interface()), "CHECKOV", &skips());
    if std::env::var("GENERATE").is_ok_and(|word| word == "write") {
        fs::write(project().join(&path), &wanted).unwrap();
        return;
    }
    assert!(written == wanted, "{path} is out of date; run: make generate");
}
