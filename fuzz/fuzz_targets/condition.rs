//! Searches for bytes that violate the property `bellwether::fuzzing::condition`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| bellwether::fuzzing::condition(input));
