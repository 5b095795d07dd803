//! What a function's source says.

use std::path::Path;

use testing::document::{Operation, names, read};

/// A function's text, but for its tests.
pub fn source(function: &str) -> String {
    let folder = format!("functions/{function}/src");
    let is_source =
        |name: &String| name != "tests.rs" && Path::new(name).extension().is_some_and(|e| e == "rs");
    let files = names(&folder).into_iter().filter(is_source);
    files.map(|name| read(&format!("{folder}/{name}"))).collect()
}

/// What its function does for it: the text of `main.rs` without what is done for its other
/// operations alone.
pub fn source_of(operation: &Operation) -> String {
    let mut text = source(operation.function());
    let same = |other: &Operation| other.function() == operation.function();
    for other in Operation::all().into_iter().filter(same) {
        let own = own_part(&other, &text).unwrap_or_default().to_owned();
        if other.id() != operation.id() {
            text = text.replace(&own, "");
        }
    }
    text
}

/// The part of a function's text that only this operation needs: that of `function-name` is
/// `fn name`. One that has its function's name has none.
fn own_part<'a>(operation: &Operation, text: &'a str) -> Option<&'a str> {
    let name = operation.id().strip_prefix(operation.function())?.strip_prefix('-')?.replace('-', "_");
    let from = text.split_once(&format!("fn {name}("));
    let (_, part) = from.unwrap_or_else(|| panic!("no `fn {name}` does what {} is for", operation.id()));
    Some(part.split_once("\n}\n").unwrap().0)
}
