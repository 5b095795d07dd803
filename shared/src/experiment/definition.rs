//! What a test's author declares: parsed from [`TestBody`], every rule between fields checked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::Condition;
use super::goal::{Goal, Kind, Role};
use super::id::{AttributeName, NotAName};
use super::wire::{AllocationBody, GoalBody, TestBody, VariantBody};
use super::{BasisPoints, ExperimentId, GoalKey, Variant, VariantKey};
use crate::validation::{self, Invalid};

/// How weights are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By the author; changed by hand if at all.
    #[default]
    Fixed,
    /// By the results, as they come in.
    Adaptive,
    /// By the caller, who names each unit's variant.
    External,
}

/// The `allocation` of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// How weights are set.
    pub mode: Mode,
}

/// A test as its author declared it. Built by [`Definition::parse`] alone, so that whoever holds
/// one knows: exactly one control, weights that sum to 10,000, one primary goal, unique keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Its name in paths and keys.
    pub test_id: ExperimentId,
    /// Its name for people.
    pub name: String,
    /// What its author expects and why.
    pub hypothesis: String,
    /// Its arms, 2 to 20.
    pub variants: Vec<Variant>,
    /// The share of units that take part.
    pub coverage: BasisPoints,
    /// Who may enter.
    pub targeting: Condition,
    /// How weights are set.
    pub allocation: Allocation,
    /// The attributes stored with each assignment, at most 4.
    pub segments: Vec<AttributeName>,
    /// How many units its author plans for.
    pub planned_units: Option<u32>,
    /// Into how many key ranges its events are spread, 1 to 256.
    pub partitions: u32,
    /// Its outcomes, 1 to 20.
    pub goals: Vec<Goal>,
}

impl Definition {
    /// Gives a body its meaning.
    ///
    /// # Errors
    /// Every broken limit; when none is, every broken rule between fields.
    pub fn parse(body: TestBody) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let mut broken = Vec::new();
        broken.extend(variant_rules(&body.variants));
        broken.extend(goal_rules(&body.goals));
        if body.allocation.mode == Mode::Adaptive {
            broken.push(Invalid::new(
                "/allocation/mode",
                "adaptive allocation is not built yet; use fixed or external",
            ));
        }
        if repeated(body.segments.iter()).is_some() {
            broken.push(Invalid::new("/segments", "must not name an attribute twice"));
        }
        let targeting = Condition::parse(&Value::Object(body.targeting.clone()))
            .map_err(|found| broken.extend(found.into_iter().map(|i| i.under("/targeting"))));
        match targeting {
            Ok(targeting) if broken.is_empty() => {
                Self::typed(body, targeting).map_err(|error| vec![Invalid::new("", error.to_string())])
            }
            _ => Err(broken),
        }
    }

    fn typed(body: TestBody, targeting: Condition) -> Result<Self, NotAName> {
        Ok(Self {
            test_id: ExperimentId::parse(body.test_id)?,
            name: body.name,
            hypothesis: body.hypothesis,
            variants: body.variants.into_iter().map(variant).collect::<Result<_, _>>()?,
            coverage: share(body.coverage),
            targeting,
            allocation: Allocation { mode: body.allocation.mode },
            segments: body.segments.into_iter().map(AttributeName::parse).collect::<Result<_, _>>()?,
            planned_units: body.planned_units,
            partitions: body.partitions,
            goals: body.goals.into_iter().map(goal).collect::<Result<_, _>>()?,
        })
    }

    /// The body that would declare this test, as the base of a change.
    #[must_use]
    pub fn body(&self) -> TestBody {
        let variant = |v: &Variant| VariantBody {
            key: v.key.to_string(),
            weight: v.weight.get(),
            is_control: v.is_control,
            parameters: v.parameters.clone(),
        };
        let goal = |g: &Goal| GoalBody {
            key: g.key.to_string(),
            kind: g.kind,
            role: g.role,
            window_days: g.window_days,
        };
        TestBody {
            test_id: self.test_id.to_string(),
            name: self.name.clone(),
            hypothesis: self.hypothesis.clone(),
            variants: self.variants.iter().map(variant).collect(),
            coverage: self.coverage.get(),
            targeting: self.targeting.as_map(),
            allocation: AllocationBody { mode: self.allocation.mode },
            segments: self.segments.iter().map(ToString::to_string).collect(),
            planned_units: self.planned_units,
            partitions: self.partitions,
            goals: self.goals.iter().map(goal).collect(),
        }
    }

    /// The arm named `key`.
    #[must_use]
    pub fn variant(&self, key: &VariantKey) -> Option<&Variant> {
        self.variants.iter().find(|v| v.key == *key)
    }

    /// The goal named `key`.
    #[must_use]
    pub fn goal(&self, key: &GoalKey) -> Option<&Goal> {
        self.goals.iter().find(|g| g.key == *key)
    }
}

fn variant(body: VariantBody) -> Result<Variant, NotAName> {
    Ok(Variant {
        key: VariantKey::parse(body.key)?,
        weight: share(body.weight),
        is_control: body.is_control,
        parameters: body.parameters,
    })
}

fn goal(body: GoalBody) -> Result<Goal, NotAName> {
    Ok(Goal {
        key: GoalKey::parse(body.key)?,
        kind: body.kind,
        role: body.role,
        window_days: body.window_days,
    })
}

/// A share whose limit has been checked.
fn share(points: u32) -> BasisPoints {
    BasisPoints::parse(points).unwrap_or(BasisPoints::WHOLE)
}

fn variant_rules(variants: &[VariantBody]) -> Vec<Invalid> {
    let mut broken = Vec::new();
    if let Some(index) = repeated(variants.iter().map(|v| &v.key)) {
        broken.push(Invalid::new(format!("/variants/{index}/key"), "is used by another variant"));
    }
    let sum: u32 = variants.iter().map(|v| v.weight).sum();
    if sum != BasisPoints::WHOLE.get() {
        let detail = format!("weights must sum to 10000 basis points, these sum to {sum}");
        broken.push(Invalid::new("/variants", detail));
    }
    let controls = variants.iter().filter(|v| v.is_control).count();
    if controls != 1 {
        let detail = format!("exactly one variant must have is_control true, {controls} have");
        broken.push(Invalid::new("/variants", detail));
    }
    broken
}

fn goal_rules(goals: &[GoalBody]) -> Vec<Invalid> {
    let mut broken = Vec::new();
    if let Some(index) = repeated(goals.iter().map(|g| &g.key)) {
        broken.push(Invalid::new(format!("/goals/{index}/key"), "is used by another goal"));
    }
    for (index, goal) in goals.iter().enumerate() {
        if goal.kind != Kind::Binary {
            let detail = "only goals of kind binary are built yet";
            broken.push(Invalid::new(format!("/goals/{index}/kind"), detail));
        }
        if goal.role == Role::Guardrail {
            let detail = "guardrails are not built yet; use primary, secondary or none";
            broken.push(Invalid::new(format!("/goals/{index}/role"), detail));
        }
    }
    let primaries = goals.iter().filter(|g| g.role == Role::Primary).count();
    if primaries != 1 {
        let detail = format!("exactly one goal must have the role primary, {primaries} have");
        broken.push(Invalid::new("/goals", detail));
    }
    broken
}

/// The index of the first item that stands earlier already.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> Option<usize> {
    let mut seen = BTreeSet::new();
    items.enumerate().find_map(|(index, item)| (!seen.insert(item)).then_some(index))
}
