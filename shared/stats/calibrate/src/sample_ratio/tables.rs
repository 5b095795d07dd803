//! The tables of the sample-ratio check.

use super::{Alarms, Part, adaptive, delay, fixed};
use crate::chance::Rate;

/// Returns the tables of this family.
#[must_use]
pub fn table() -> String {
    [without_loss(), with_loss(), delays()].join("\n")
}

fn without_loss() -> String {
    let share = |rate: Rate| format!("{:.2} ± {:.2}", 100.0 * rate.share(), 100.0 * rate.margin());
    let row = |name: &str, looks: String, found: Alarms| {
        let (end, any, own) = (share(found.at_the_end), share(found.chi_square), share(found.sequential));
        format!("| {name} | {looks} | {end} | {any} | {own} |\n")
    };
    let mut lines = String::from(
        "Tests that raise an alarm at p < 0.001 with no unit lost, 20,000 tests, %: chi-square for one \
         analysis against the sequential check\n\n\
         | weights | units, interim looks | chi-square, at the end | chi-square, at any interim look | \
         sequential, at any interim look |\n\
         |---|---|---|---|---|\n",
    );
    let plain: [(&[Part<'_>], u32); 6] = [
        (&[(&[5_000, 5_000], 400)], 10),
        (&[(&[1_000, 9_000], 400)], 10),
        (&[(&[3_400, 3_300, 3_300], 400)], 10),
        (&[(&[2_500, 2_500, 2_500, 2_500], 2_000)], 50),
        (&[(&[5_000, 5_000], 150), (&[8_000, 2_000], 150), (&[1_000, 9_000], 150)], 5),
        (&[(&[5_000, 5_000], 100), (&[2_000, 8_000], 200), (&[500, 9_500], 300), (&[5_000, 5_000], 400)], 10),
    ];
    for (seed, (parts, every)) in (11..).zip(plain) {
        let units: u32 = parts.iter().map(|(_, units)| units).sum();
        let looks = format!("{units}, {}", units / every);
        lines += &row(&name(parts), looks, fixed(parts, every, 0.0, 20_000, seed));
    }
    for (seed, (batches, size)) in (1..).zip([(6, 20), (12, 20), (24, 20), (12, 50)]) {
        let looks = format!("{batches} × {size}, {batches}");
        lines += &row("adaptive", looks, adaptive(batches, size, 0.0, 20_000, seed));
    }
    lines
}

/// Returns the weights in percent, with commas between parts.
fn name(parts: &[Part<'_>]) -> String {
    let one = |weights: &[u32]| {
        weights.iter().map(|weight| (weight / 100).to_string()).collect::<Vec<_>>().join(":")
    };
    parts.iter().map(|(weights, _)| one(weights)).collect::<Vec<_>>().join(", ")
}

fn with_loss() -> String {
    let mut lines = String::from(
        "Tests that raise an alarm when the last variant loses units, 1,000 tests, %: chi-square at the end / \
         sequential, at any interim look\n\n\
         | weights | units | loses 20 % | loses 30 % | loses half | loses all |\n|---|---|---|---|---|---|\n",
    );
    let row = |name: &str, units: String, of: &dyn Fn(f64) -> Alarms| {
        let cells = [0.2, 0.3, 0.5, 1.0].map(|lost| {
            let found = of(lost);
            format!("{} / {}", found.at_the_end, found.sequential)
        });
        format!("| {name} | {units} | {} |\n", cells.join(" | "))
    };
    for (name, weights, units) in
        [("50:50", [5_000, 5_000], 400), ("50:50", [5_000, 5_000], 2_000), ("90:10", [9_000, 1_000], 400)]
    {
        lines +=
            &row(name, units.to_string(), &|lost| fixed(&[(&weights, units)], units / 20, lost, 1_000, 21));
    }
    for (seed, (batches, size)) in (1..).zip([(6, 20), (12, 20), (24, 20), (12, 50)]) {
        let units = format!("{batches} × {size}");
        lines += &row("adaptive", units, &|lost| adaptive(batches, size, lost, 1_000, seed));
    }
    lines
}

fn delays() -> String {
    let mut lines = String::from(
        "Units until a wrong split of weights of 50:50 raises an alarm, 2,000 tests: in half / in 80 % of the \
         tests\n\n\
         | split | sequential, an interim look after every | at any interim look | chi-square, one analysis \
         |\n|---|---|---|---|\n",
    );
    for (name, split, every, most) in
        [("60:40", 0.6, 5, 2_000), ("55:45", 0.55, 20, 8_000), ("52:48", 0.52, 100, 40_000)]
    {
        let found = delay(split, every, most, 2_000, 41);
        let [half, high] = found.sequential;
        let [once_half, once_high] = found.chi_square;
        lines.extend([format!("| {name} | {every} units | {half} / {high} | {once_half} / {once_high} |\n")]);
    }
    lines
}
