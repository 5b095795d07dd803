//! Prints the calibration of the families named, or of all: `bellwether-calibrate adaptive bayes`.

use bellwether_calibrate::{adaptive, balance, bayes, planning, ratios};

const FAMILIES: [(&str, fn() -> String); 5] = [
    ("adaptive", adaptive::table),
    ("balance", balance::table),
    ("bayes", bayes::table),
    ("planning", planning::table),
    ("ratios", ratios::table),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, table) in FAMILIES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("## {name}\n\n{}", table());
        }
    }
}
