//! How often the methods of `bellwether-stats` err, by simulation from a fixed seed.

pub mod adaptive;
pub mod chance;
