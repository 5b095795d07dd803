//! Prints the calibration of the families named, or of all: `bellwether-calibrate adaptive bayes`.

use bellwether_calibrate::adaptive;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let families: [(&str, fn() -> String); 1] = [("adaptive", adaptive::table)];
    for (name, table) in families {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("## {name}\n\n{}", table());
        }
    }
}
