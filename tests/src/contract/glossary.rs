//! `docs/GLOSSARY.md`: its names are in the contract and in the code, and no document uses a word that it replaces.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bellwether::operations::OPERATIONS;
use serde_json::Value;
use testing::document::{CONTRACT, read};
use testing::runtime::project;

use crate::structure::STRUCTURE;

const GLOSSARY: &str = "docs/GLOSSARY.md";

/// The section of the words that are replaced.
const REPLACED: &str = "## Replaced words";

/// The cells of each row of the tables before or after the section of replaced words, without the heads.
fn rows(replaced: bool) -> Vec<Vec<String>> {
    let document = read(GLOSSARY);
    let (terms, words) =
        document.split_once(REPLACED).unwrap_or_else(|| panic!("{GLOSSARY} has no {REPLACED}"));
    let lines: Vec<&str> = if replaced { words.lines() } else { terms.lines() }.collect();
    let is_head = |number: usize| lines.get(number + 1).is_some_and(|next| next.starts_with("|---"));
    let is_row = |number: usize| lines[number].starts_with('|') && !lines[number].starts_with("|---");
    let rows = (0..lines.len()).filter(|number| is_row(*number) && !is_head(*number));
    rows.map(|number| lines[number].trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// The texts in backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Every name of the contract: fields, values, types, parameters, paths and extensions.
fn contract_names(node: &Value, names: &mut BTreeSet<String>) {
    match node {
        Value::Object(object) => {
            for (key, value) in object {
                names.insert(key.clone());
                if !matches!(key.as_str(), "example" | "examples" | "description" | "summary") {
                    contract_names(value, names);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| contract_names(item, names)),
        Value::String(text) => {
            names.insert(text.clone());
        }
        _ => {}
    }
}

fn wire() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    contract_names(&CONTRACT, &mut names);
    names
}

#[test]
fn each_wire_name_of_the_glossary_is_in_the_contract() {
    let names = wire();
    let rows = rows(false);
    assert!(rows.len() >= 50, "{} terms", rows.len());
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        for name in code(&row[2]) {
            assert!(names.contains(name), "{GLOSSARY}, {}: `{name}` is not in openapi.yaml", row[0]);
        }
    }
}

#[test]
fn each_rust_name_of_the_glossary_is_in_the_code() {
    let docs = STRUCTURE["docs"].as_array().unwrap();
    for row in rows(false) {
        let mut field = None;
        for part in row[3].split(", ") {
            let Some(path) = code(part).pop() else { continue };
            if part.starts_with("field") {
                field = code(part).first().copied();
            }
            let (krate, name) = (path.split("::").next().unwrap(), path.rsplit("::").next().unwrap());
            let name = field.take().map_or(name.to_owned(), |field| format!("{name}.{field}"));
            let folder = format!("shared/{krate}/");
            let found = docs.iter().any(|item| {
                item["name"] == name && item["file"].as_str().is_some_and(|file| file.starts_with(&folder))
            });
            assert!(found, "{GLOSSARY}, {}: `{krate}` has no public `{name}`", row[0]);
        }
    }
}

/// A replaced word in all its forms, and the phrases that may contain it.
struct Word {
    forms: Vec<String>,
    instead: String,
    except: Vec<String>,
}

impl Word {
    fn all() -> Vec<Self> {
        let own = |cell: &str| code(cell).into_iter().map(str::to_owned).collect();
        let rows = rows(true).into_iter();
        rows.map(|row| Self { forms: own(&row[0]), instead: row[1].clone(), except: own(&row[2]) }).collect()
    }

    /// The form that a text in lower case contains as a word, outside the phrases that may contain it.
    fn find(&self, text: &str) -> Option<&str> {
        let is_inside = |c: char| c.is_alphanumeric();
        let contains = |form: &str, text: &str| {
            text.match_indices(form).any(|(at, _)| {
                !text[..at].ends_with(is_inside) && !text[at + form.len()..].starts_with(is_inside)
            })
        };
        let mut text = text.to_owned();
        for phrase in &self.except {
            text = text.replace(phrase, " ");
        }
        self.forms.iter().find(|form| contains(form, &text)).map(String::as_str)
    }
}

/// The replaced words that a text contains.
fn faults(place: &str, text: &str, words: &[Word]) -> Vec<String> {
    let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let found = words.iter().filter_map(|word| Some((word.find(&text)?, &word.instead)));
    found.map(|(form, instead)| format!("{place}: \"{form}\"; use {instead}")).collect()
}

/// Every document for readers: those of the root, of `docs` and of monitoring.
fn documents() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["", "docs", "monitoring", ".github"] {
        for entry in fs::read_dir(project().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension().is_some_and(|kind| kind == "md") {
                found.push(format!("{folder}/{name}").trim_start_matches('/').to_owned());
            }
        }
    }
    found
}

#[test]
fn a_replaced_word_is_found_in_any_form_but_not_in_its_exceptions() {
    let word = Word {
        forms: vec!["fold".to_owned(), "folded".to_owned()],
        instead: "aggregate".to_owned(),
        except: vec!["case fold".to_owned()],
    };
    let found = |text: &str| !faults("x", text, std::slice::from_ref(&word)).is_empty();
    assert!(found("The Fold of a test.") && found("rows are\nfolded") && found("fold_time"));
    assert!(!found("a folder, tenfold") && !found("a case fold"));
}

#[test]
fn no_document_uses_a_word_that_the_glossary_replaces() {
    let words = Word::all();
    assert!(words.len() >= 10, "{} words", words.len());
    let documents = documents();
    assert!(documents.len() >= 10, "{documents:?}");
    let mut found = Vec::new();
    for path in documents {
        let text = read(&path);
        let text = if path == GLOSSARY { text.split(REPLACED).next().unwrap() } else { &text };
        for (number, paragraph) in text.split("\n\n").enumerate() {
            found.extend(faults(&format!("{path}, paragraph {}", number + 1), paragraph, &words));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_name_and_no_text_of_the_contract_uses_a_word_that_the_glossary_replaces() {
    let words = Word::all();
    let contract = read("openapi.yaml");
    let lines = contract.lines().enumerate();
    let found: Vec<String> =
        lines.flat_map(|(n, line)| faults(&format!("openapi.yaml:{}", n + 1), line, &words)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(OPERATIONS.iter().all(|operation| contract.contains(operation.id)));
}

#[test]
fn no_public_documentation_uses_a_word_that_the_glossary_replaces() {
    let words = Word::all();
    let docs = STRUCTURE["docs"].as_array().unwrap();
    assert!(docs.len() > 1_000, "{} public items", docs.len());
    let mut found = Vec::new();
    for item in docs {
        let place = format!("{} {}", item["file"].as_str().unwrap(), item["name"].as_str().unwrap());
        found.extend(faults(&place, item["text"].as_str().unwrap(), &words));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
