//! Searches for bytes that violate the property `bellwether::fuzzing::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| bellwether::fuzzing::token(input));
