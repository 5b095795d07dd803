//! Looks for bytes that break what `bellwether::fuzzing::cookie` says.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| bellwether::fuzzing::cookie(input));
