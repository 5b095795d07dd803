//! Prints the calibration of the families named, or of all: `bellwether-calibrate adaptive bayes`.

use bellwether_calibrate::{adaptive, balance, bayes, coverage, fixed, planning, power, ratios, watched};

/// A name and what prints its table.
type Family = (&'static str, fn() -> String);

const FAMILIES: [Family; 9] = [
    ("adaptive", adaptive::table),
    ("balance", balance::table),
    ("bayes", bayes::table),
    ("coverage", coverage::table),
    ("fixed", fixed::table),
    ("planning", planning::table),
    ("power", power::table),
    ("ratios", ratios::table),
    ("watched", watched::table),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, table) in FAMILIES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("## {name}\n\n{}", table());
        }
    }
}
