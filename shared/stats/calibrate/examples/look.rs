//! Measures an interim look at a test of two arms, five goals and three segment attributes: the CPU time of the draws
//! and the look, that of the report, and the most memory of the process. The argument is the number of units.
//! `make bench` runs it for several sizes. It reads the accounts of the kernel, so it needs Linux.

use std::error::Error;

use domain::clock::Timestamp;
use domain::experiment::{
    Assignment, Conversion, Definition, EventId, Experiment, GoalKey, Seed, Status, UnitId, Version,
};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::Row;
use domain::results::looks::{Looks, Watched};
use domain::results::report::Report;
use domain::validation::typed;
use serde_json::json;

const DAY_MS: i64 = 86_400_000;

fn main() -> Result<(), Box<dyn Error>> {
    let units: u32 = std::env::args().nth(1).map_or(Ok(800), |given| given.parse())?;
    let (test, as_of) = (test()?, Timestamp::from_millis(10 * DAY_MS));
    let mut aggregation = Aggregation::new(&test, as_of);
    for number in 0..units {
        rows(&test, number, units)?.into_iter().for_each(|row| aggregation.push(row));
    }
    let totals = aggregation.finish();
    let (memory, start) = (kilobytes("VmRSS:")?, cpu_ms()?);
    let watched = Watched::new(&test, &totals, Looks::default()).look(&test, &totals);
    let looked = cpu_ms()?;
    let report = Report::new(&test, &totals, as_of, None, &watched);
    let (reported, most) = (cpu_ms()?, kilobytes("VmHWM:")?);
    println!(
        "{units} units: {:.0} ms of CPU for the look, {:.0} ms for the report, {} MB more than before, {} goals",
        looked - start,
        reported - looked,
        most.saturating_sub(memory) / 1_024,
        report
            .goals
            .iter()
            .filter(|goal| goal.comparisons.iter().any(|own| own.interim_looks.is_some()))
            .count()
    );
    Ok(())
}

/// A test with five goals that are decided, and the parts of its ratio.
fn test() -> Result<Experiment, Box<dyn Error>> {
    let body = json!({ "test_id": "look", "name": "Look", "planned_units": 800, "segments": ["industry", "size", "region"],
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                  { "key": "pipeline", "kind": "sum", "role": "secondary", "window_days": 7 },
                  { "key": "calls", "kind": "count", "role": "secondary", "window_days": 7 },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.05 },
                  { "key": "visits", "kind": "count", "role": "none" },
                  { "key": "sign-ups", "kind": "count", "role": "none" },
                  { "key": "rate", "kind": "ratio", "role": "secondary", "numerator": "sign-ups",
                    "denominator": "visits" }] });
    let definition = typed(body).and_then(Definition::parse).map_err(|error| format!("{error:?}"))?;
    let mut test = Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    Ok(test)
}

/// Returns the rows of a unit. Units arrive evenly over ten days, so most windows are open.
fn rows(test: &Experiment, number: u32, units: u32) -> Result<Vec<Row>, Box<dyn Error>> {
    let chance = |salt: u32| (number.wrapping_mul(2_654_435_761).rotate_left(salt) ^ salt) % 100;
    let variant = &test.definition.variants[usize::from(chance(3) < 50)];
    let assigned_at = Timestamp::from_millis(10 * DAY_MS * i64::from(number) / i64::from(units));
    let segments = &test.definition.segments;
    let assignment = Assignment {
        variant: variant.key.clone(),
        assigned_at,
        revision: test.revision,
        propensity: variant.weight,
        segments: segments
            .iter()
            .zip(5..)
            .map(|(name, n)| (name.clone(), (chance(n) % 6).to_string()))
            .collect(),
        covariate: None,
    };
    let unit_id = UnitId::parse(format!("unit-{number}"))?;
    let mut rows = vec![Row::Assigned { unit_id: unit_id.clone(), phase: test.phase, assignment }];
    let outcomes = [
        (chance(9) < 20, "booked", 1.0),
        (chance(9) < 20, "pipeline", 10.0 + f64::from(chance(11))),
        (chance(13) < 60, "calls", 1.0),
        (chance(15) < 10, "opt-out", 1.0),
        (true, "visits", 1.0 + f64::from(chance(17) % 9)),
        (chance(19) < 30, "sign-ups", 1.0),
    ];
    for (_, goal, value) in outcomes.into_iter().filter(|own| own.0) {
        rows.push(Row::Converted(Conversion {
            unit_id: unit_id.clone(),
            goal: GoalKey::parse(goal)?,
            event_id: EventId::parse("only")?,
            version: Version::FIRST,
            value,
            occurred_at: assigned_at.into(),
        }));
    }
    Ok(rows)
}

/// Returns the CPU time of this process so far, in milliseconds.
fn cpu_ms() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = text.split_whitespace().next().ok_or("there is no time")?.parse()?;
    Ok(nanoseconds / 1e6)
}

/// Returns a line of the memory of this process, in kilobytes.
fn kilobytes(name: &str) -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("there is no such line")?;
    Ok(line.split_whitespace().next().ok_or("there is no number")?.parse()?)
}
