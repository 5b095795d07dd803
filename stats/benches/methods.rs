//! What a report costs.
fn main() {}
