//! False positives of a test with an interim look after every unit, up to twice its plan.

use std::fmt::Write as _;

use stats::always_valid::SequentialTest;
use stats::joint::Joint;
use stats::moments::Moments;
use stats::sample::Contrast;

use crate::goals::{GOALS, Goal, Random, SHARES, SIZES, percent, real};

/// The errors in simulated tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Simulated tests.
    pub runs: usize,
    /// Tests whose interval missed the true difference at some interim look.
    pub wrong: usize,
    /// Tests whose one-sided p-value that treatment is not better was 5 % or less at some interim look.
    pub better: usize,
    /// The same for the p-value that treatment is not worse.
    pub worse: usize,
}

/// Simulates `runs` tests of `planned` units in both arms, with interim looks up to twice as many. The mean
/// of treatment is raised by the share `lift`.
#[must_use]
pub fn cell(goal: Goal, share: usize, planned: usize, lift: f64, runs: usize) -> Cell {
    let mut random = Random::of(&goal.name(), share, planned);
    let mut found = Cell { runs, ..Cell::default() };
    let Some(sequential_test) = SequentialTest::new(0.05, real(planned)) else { return found };
    for _ in 0..runs {
        let seen = interim_looks_of_one(goal, share, planned, lift, &sequential_test, &mut random);
        found.wrong += usize::from(seen.wrong);
        found.better += usize::from(seen.better);
        found.worse += usize::from(seen.worse);
    }
    found
}

/// The findings of one test at any interim look.
#[derive(Default)]
struct Seen {
    wrong: bool,
    better: bool,
    worse: bool,
}

fn interim_looks_of_one(
    goal: Goal,
    share: usize,
    planned: usize,
    lift: f64,
    sequential_test: &SequentialTest,
    random: &mut Random,
) -> Seen {
    let truth = goal.truth(lift) - goal.truth(0.0);
    let mut arms = [Joint::default(), Joint::default()];
    let mut seen = Seen::default();
    for _ in 0..2 * planned {
        let arm = usize::from(random.even() >= real(share) / 100.0);
        let (x, y) = goal.unit(random, if arm == 1 { lift } else { 0.0 });
        arms[arm].add(x, y);
        let (Some(a), Some(b)) = (goal.sample(&arms[0]), goal.sample(&arms[1])) else { continue };
        let Some(look) = sequential_test.look(&a, &b) else { continue };
        let missed = look.interval.is_some_and(|(low, high)| truth < low || truth > high);
        seen.wrong |= missed;
        // The one-sided evidence is at most twice the two-sided, so most interim looks need no second
        // reading.
        if look.p_value < 0.11 && look.estimate > 0.0 && !seen.better {
            seen.better = sequential_test.at_most(&a, &b, 0.0).is_some_and(|p| p <= 0.05);
        }
        if look.p_value < 0.11 && look.estimate < 0.0 && !seen.worse {
            seen.worse = sequential_test.at_most(&b, &a, 0.0).is_some_and(|p| p <= 0.05);
        }
    }
    seen
}

/// Returns the table of all goals, weights and sizes.
#[must_use]
pub fn table() -> String {
    let runs = 5_000;
    let mut text = format!(
        "False positives in % at any interim look, {runs} A/A tests per cell (two Monte Carlo errors: 0.6), \
         with an interim look after every unit from 10 in the smaller arm to twice the plan: two-sided / \
         one-sided, that treatment is better / that it is worse.\n\n\
         | goal | weights |"
    );
    for n in SIZES {
        let _ = write!(text, " plan 2 × {n} |");
    }
    text += "\n|---|---|---|---|---|---|---|\n";
    for goal in GOALS {
        for share in SHARES {
            let _ = write!(text, "| {} | {share}:{} |", goal.name(), 100 - share);
            for n in SIZES {
                let found = cell(goal, share, 2 * n, 0.0, runs);
                let counts = [found.better, found.worse].map(|count| percent(count, runs));
                let _ = write!(text, " **{}** / {} |", percent(found.wrong, runs), counts.join(" / "));
            }
            text += "\n";
        }
    }
    text
}

/// Returns the table that shows why both variances are computed: false positives of the wider reading, of the
/// pooled variance alone and of Welch's alone, for arms with different variances and for skewed arms.
#[must_use]
pub fn why_both() -> String {
    let runs = 2_000;
    let mut text = format!(
        "False positives in % at any interim look, {runs} A/A tests per cell (two Monte Carlo errors: 1.0), \
         plan 2 × 100: the wider of both / one variance for both arms / a separate variance for each.\n\n| \
         goal | 50:50 | 20:80 | 10:90 |\n|---|---|---|---|\n"
    );
    let goals = [
        ("small arm varies 3 times as much", 3.0),
        ("large arm varies 3 times as much", 1.0 / 3.0),
        ("skewed sum", 0.0),
    ];
    for (name, spread) in goals {
        let _ = write!(text, "| {name} |");
        for share in SHARES {
            let found = readings(spread, share, runs).map(|count| percent(count, runs));
            let _ = write!(text, " **{}** / {} / {} |", found[0], found[1], found[2]);
        }
        text += "\n";
    }
    text
}

/// Counts false positives of the three readings. Control has `share` percent of the units. If `spread` is
/// above 0, control is normal and varies `spread` times as much as treatment. If it is 0, both arms are
/// skewed.
fn readings(spread: f64, share: usize, runs: usize) -> [usize; 3] {
    let mut random = Random::of("both", share, usize::from(spread > 1.0));
    let mut wrong = [0; 3];
    let Some(sequential_test) = SequentialTest::new(0.05, 200.0) else { return wrong };
    for _ in 0..runs {
        let mut arms = [Moments::default(), Moments::default()];
        let mut ever = [false; 3];
        for _ in 0..400 {
            let arm = usize::from(random.even() >= real(share) / 100.0);
            arms[arm].add(match arm {
                _ if spread <= 0.0 => Goal::Skewed.unit(&mut random, 0.0).0,
                0 => spread * random.normal(),
                _ => random.normal(),
            });
            let Some((a, b)) = arms[0].sample().zip(arms[1].sample()) else { continue };
            let Some(look) = sequential_test.look(&a, &b) else { continue };
            ever[0] |= look.p_value <= 0.05;
            let alone = [Contrast::pooled(&a, &b), Contrast::separate(&a, &b)];
            for (ever, contrast) in ever[1..].iter_mut().zip(alone) {
                let look =
                    contrast.and_then(|contrast| sequential_test.judge(&[contrast], a.units + b.units));
                *ever |= look.is_some_and(|look| look.p_value <= 0.05);
            }
        }
        wrong.iter_mut().zip(ever).for_each(|(wrong, ever)| *wrong += usize::from(ever));
    }
    wrong
}
