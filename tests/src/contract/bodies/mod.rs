//! What `openapi.yaml` says of bodies is what the code takes and gives.

mod accounts;
mod answers;
mod known_units;
mod parts;
mod samples;
mod tests;
mod trying;
mod units;
