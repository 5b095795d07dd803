//! Tests the parsers of external bytes with the stored corpus and random mutations of it. `bellwether::fuzzing`
//! defines the properties to check; `make fuzz` runs longer.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use bellwether::fuzzing::TARGETS;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use testing::runtime::project;

/// The maximum size of the corpus in the repository, in bytes.
const MOST: usize = 200 * 1024;

/// Returns the stored inputs of one parser.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = project().join("fuzz/corpus").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(project().join("fuzz").join(folder)).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path().file_stem().unwrap().to_owned();
    entries.map(|entry| name(entry).into_string().unwrap()).collect()
}

#[test]
fn each_parser_has_exactly_one_fuzz_target_and_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
}

#[test]
fn the_corpus_is_small_and_breaks_no_parser() {
    let mut bytes = 0;
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 10, "{name} has {} inputs", inputs.len());
        bytes += inputs.iter().map(Vec::len).sum::<usize>();
        for input in &inputs {
            target(input);
        }
    }
    assert!(bytes <= MOST, "{bytes} bytes");
}

/// A change of some bytes: the position, the number of bytes removed, and the bytes inserted.
type Change = (Index, usize, Vec<u8>);

fn change() -> impl Strategy<Value = Change> {
    let token = prop::sample::select(vec![
        "\"", "{", "}", "[", "]", ",", ":", ".", "\\u0061", "null", "1e15", "-0", "\u{0}", "é", "$not",
        "$and", "exp", "alg", "none", "KID", "0", "9",
    ]);
    let inserted = prop_oneof![token.prop_map(|text| text.as_bytes().to_vec()), vec(any::<u8>(), 0..4)];
    (any::<Index>(), 0_usize..6, inserted)
}

fn changed(mut input: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (at, removed, inserted) in changes {
        let at = at.index(input.len() + 1);
        let end = input.len().min(at + removed);
        input.splice(at..end, inserted.iter().copied());
    }
    input
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_a_parser(bytes in vec(any::<u8>(), 0..200)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
        for way in *b"thpc" {
            bellwether::fuzzing::token(&[&[way][..], &bytes].concat());
        }
    }

    #[test]
    fn no_mutation_of_the_corpus_breaks_a_parser(which in any::<Index>(), changes in vec(change(), 1..5)) {
        for (name, target) in TARGETS {
            target(&changed(which.get(&corpus(name)).clone(), &changes));
        }
    }
}
