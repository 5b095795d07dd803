//! Compares what was sent with the results.

use std::collections::BTreeMap;

use super::simulation::{Assigned, Sent};
use crate::results::report::Report;

/// What the results should be.
#[derive(Debug, Default)]
pub struct Expected {
    units: BTreeMap<String, u64>,
    totals: BTreeMap<(String, String), f64>,
    fates: BTreeMap<(String, String), u64>,
}

impl Expected {
    /// Computes what the results of these accounts and outcomes should be.
    #[must_use]
    pub fn of(assigned: &Assigned, sent: &[Sent]) -> Self {
        let mut expected = Self::default();
        for (variant, _) in assigned.values() {
            *expected.units.entry((*variant).to_owned()).or_default() += 1;
        }
        for Sent { event, fate } in sent {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            let goal = text("goal").to_owned();
            *expected.fates.entry((goal.clone(), (*fate).to_owned())).or_default() += 1;
            if let Some((variant, _)) = assigned.get(text("unit_id")).filter(|_| *fate == "counted") {
                let value = event["value"].as_f64().unwrap_or_default();
                *expected.totals.entry((goal, (*variant).to_owned())).or_default() += value;
            }
        }
        expected
    }

    /// Returns the first difference between the results and what was sent.
    #[must_use]
    pub fn difference(&self, report: &Report) -> Option<String> {
        let expected = |goal: &str, name: &str| {
            self.fates.get(&(goal.to_owned(), name.to_owned())).copied().unwrap_or_default()
        };
        for goal in &report.goals {
            for arm in &goal.arms {
                let units = self.units.get(&arm.variant).copied().unwrap_or_default();
                if arm.units != units {
                    return Some(format!(
                        "{} has {} units, but {units} were assigned",
                        arm.variant, arm.units
                    ));
                }
                let total =
                    self.totals.get(&(goal.goal.clone(), arm.variant.clone())).copied().unwrap_or_default();
                if (arm.total - total).abs() > 1e-6 {
                    return Some(format!(
                        "{} in {} totals {}, but {total} was sent",
                        goal.goal, arm.variant, arm.total
                    ));
                }
            }
        }
        let counts = report.outcomes.iter().flat_map(|own| own.counts.iter().map(|count| (&own.goal, count)));
        for (goal, (name, number)) in counts {
            // Whether an outcome is immature depends on the time of the count.
            if name != "immature" && *number != expected(goal, name) {
                let sent = expected(goal, name);
                return Some(format!("{number} outcomes of {goal} are {name}, but {sent} were sent"));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::super::draw::Draw;
    use super::super::simulation::{Assigned, Sent, accounts, outcomes};
    use super::Expected;
    use crate::results::report::Report;

    fn report(units: u64, total: f64, unknown: u64) -> Report {
        let arm =
            json!({ "variant": "control", "units": units, "converted": 1, "total": total, "mean": 1.0 });
        let report = json!({ "test_id": "t", "phase": 1, "status": "running", "as_of": "", "verdict": { "sentence": "" },
            "sample_ratio": { "p": 1.0, "ok": true },
            "goals": [{ "goal": "visits", "kind": "count", "role": "primary", "arms": [arm], "comparisons": [] }],
            "outcomes": [{ "goal": "visits", "counted": 1, "immature": 1, "unknown_unit": unknown }] });
        Report::deserialize(report).unwrap()
    }

    #[test]
    fn a_wrong_count_of_units_values_or_outcomes_is_found() {
        let assigned: Assigned = [("a".to_owned(), ("control", Timestamp::UNIX_EPOCH))].into();
        let event = |unit: &str| json!({ "unit_id": unit, "goal": "visits", "value": 3 });
        let sent =
            [Sent { event: event("a"), fate: "counted" }, Sent { event: event("b"), fate: "unknown_unit" }];
        let expected = Expected::of(&assigned, &sent);
        assert_eq!(expected.difference(&report(1, 3.0, 1)), None);
        for (wrong, part) in [
            (report(2, 3.0, 1), "control has 2 units"),
            (report(1, 4.0, 1), "visits in control totals 4"),
            (report(1, 3.0, 0), "0 outcomes of visits are unknown_unit, but 1 were sent"),
        ] {
            let found = expected.difference(&wrong).unwrap();
            assert!(found.contains(part), "{found}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_campaign_with_each_kind_of_outcome() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let campaign = |seed: u64| -> (Vec<Value>, Vec<Sent>) {
            let mut draw = Draw::new(seed);
            let accounts = accounts(&mut draw, now);
            let assigned = accounts.iter().map(|account| {
                let text = |name: &str| account[name].as_str().unwrap().to_owned();
                (text("unit_id"), ("control", text("assigned_at").parse().unwrap()))
            });
            let sent = outcomes(&mut draw, now, &assigned.collect());
            (accounts, sent)
        };
        let ((accounts, sent), (again, _)) = (campaign(1), campaign(1));
        assert_eq!(accounts, again);
        assert_ne!(accounts, campaign(2).0);
        for fate in ["counted", "before_assignment", "after_window", "unknown_unit"] {
            assert!(sent.iter().any(|sent| sent.fate == fate), "{fate}");
        }
    }
}
