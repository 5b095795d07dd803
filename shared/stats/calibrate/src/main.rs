//! Prints the tables of the families in the arguments, or of all families. For example,
//! `make calibrate FAMILIES="adaptive bayes"` prints two.

use calibrate::{
    adaptive, balance, bayes, betting, coverage, exact, fixed, heavy, planning, power, ratios, sample_ratio,
    sequential,
};

/// A family's name and the function that returns its table.
type Family = (&'static str, fn() -> String);

const FAMILIES: [Family; 15] = [
    ("adaptive", adaptive::table),
    ("balance", balance::table),
    ("bayes", bayes::table),
    ("betting", betting::table),
    ("coverage", coverage::table),
    ("exact", exact::table),
    ("fixed", fixed::table),
    ("heavy", heavy::table),
    ("beyond", fixed::beyond),
    ("planning", planning::table),
    ("power", power::table),
    ("ratios", ratios::table),
    ("sample-ratio", sample_ratio::table),
    ("sequential", sequential::table),
    ("why-both", sequential::why_both),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, table) in FAMILIES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("## {name}\n\n{}", table());
        }
    }
}
