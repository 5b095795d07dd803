//! Tests that the tests named in `docs/SECURITY.md` exist.

use std::collections::BTreeSet;

use testing::document::read;

use super::structure::STRUCTURE;

#[test]
fn every_test_that_the_security_document_names_exists() {
    let tests = STRUCTURE["tests"].as_array().unwrap();
    let found: BTreeSet<&str> = tests.iter().map(|test| test["name"].as_str().unwrap()).collect();
    let document = read("docs/SECURITY.md");
    let named = document.split('`').skip(1).step_by(2).filter(|text| text.matches('_').count() > 3);
    let named: BTreeSet<_> = named.filter(|text| !text.contains([' ', '/', '=', '.'])).collect();
    assert!(named.len() > 40, "{} tests are named", named.len());
    for name in named {
        assert!(found.contains(name), "{name} does not exist; correct the name in docs/SECURITY.md");
    }
}
