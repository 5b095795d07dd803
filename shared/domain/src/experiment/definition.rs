//! The definition of a test, parsed from [`TestBody`] with every rule between fields checked.

mod parts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stats::spending::Spending;

use super::allocation::{Allocation, Mode};
use super::condition::Condition;
use super::goal::Goal;
use super::id::{AttributeName, NamespaceKey, NotAName};
use super::identity::{self, UnitKind};
use super::known::{self, Known};
use super::rules;
use super::wire::{AllocationBody, Expected, GoalBody, NamespaceBody, TestBody, VariantBody};
use super::{BasisPoints, ExperimentId, GoalKey, UnitId, Variant, VariantKey};
use crate::clock::Zone;
use crate::validation::{self, Invalid};

use parts::{forced, goal, namespace, share, variant};

/// The range of namespace buckets that belongs to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// The name that mutually exclusive tests share. It is the seed of the hash.
    pub key: NamespaceKey,
    /// The first bucket in the range and the first after it, 0 to 10,000.
    pub range: [u32; 2],
}

/// The definition of a test. Only [`Definition::parse`] creates it, so it always has exactly one control, weights
/// that sum to 10,000, one primary goal and unique keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The test's name in paths and keys.
    pub test_id: ExperimentId,
    /// What a unit is. It was the workspace's setting when the test was created.
    #[serde(default)]
    pub unit_kind: UnitKind,
    /// The zone in which a date alone is a day. It was the workspace's setting when the test was created.
    #[serde(default)]
    pub time_zone: Zone,
    /// The test's display name.
    pub name: String,
    /// The effect that the author expects, and why.
    pub hypothesis: String,
    /// The arms, 2 to 20.
    pub variants: Vec<Variant>,
    /// The share of eligible units that the test assigns.
    pub coverage: BasisPoints,
    /// The condition on attributes that a unit must meet to be assigned.
    pub targeting: Condition,
    /// The range of a namespace, for a test that must not share units with other tests.
    #[serde(default)]
    pub namespace: Option<Namespace>,
    /// The units that get a variant of the author's choice and are excluded from results; at most 100.
    #[serde(default)]
    pub overrides: BTreeMap<UnitId, VariantKey>,
    /// How the weights are set.
    pub allocation: Allocation,
    /// The attributes that are stored with each assignment, at most 4.
    pub segments: Vec<AttributeName>,
    /// The number of units that the author plans for.
    pub planned_units: Option<u32>,
    /// How the error rate is spent over the interim looks.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub spending: Spending,
    /// What the author expects of the primary goal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// The number of key ranges over which the test's events are spread, 1 to 256.
    pub partitions: u32,
    /// The goals, 1 to 20.
    pub goals: Vec<Goal>,
    /// The units of the test, if all are known before the start; 10 to 1,000, in the order of their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_units: Option<Vec<Known>>,
}

/// Returns both values, or all errors of both.
fn both<A, B>(a: Result<A, Vec<Invalid>>, b: Result<B, Vec<Invalid>>) -> Result<(A, B), Vec<Invalid>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).flatten().collect()),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_usual(spending: &Spending) -> bool {
    *spending == Spending::default()
}

/// The maximum size of a stored definition in bytes. Every cold instance reads it.
const DOCUMENT_BYTES: usize = 128 * 1_024;

impl Definition {
    /// Parses a body in a workspace without settings: any text is a unit, and days are those of UTC.
    ///
    /// # Errors
    /// Returns every violated limit; if there is none, every violated rule between fields.
    pub fn parse(body: TestBody) -> Result<Self, Vec<Invalid>> {
        Self::within(body, UnitKind::Verbatim, Zone::default())
    }

    /// Parses a body in a workspace with these settings, which the test keeps. The units that it names get their ids.
    ///
    /// # Errors
    /// As [`Self::parse`], and every text that is not a unit of `unit_kind`, or another spelling of a unit that the
    /// body also names.
    pub fn within(mut body: TestBody, unit_kind: UnitKind, time_zone: Zone) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let overrides = identity::overrides(unit_kind, body.overrides);
        let known_units = body.known_units.map(|own| identity::known_units(unit_kind, own)).transpose();
        (body.overrides, body.known_units) = both(overrides, known_units)?;
        let targeting = Condition::parse(&Value::Object(body.targeting.clone()));
        Self::targeted(body, targeting, unit_kind, time_zone)
    }

    /// Parses a body that changes this test. Its units have their ids. `has_targeting` is false if the targeting is
    /// unchanged: it was declared under the limits of its time.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(super) fn changed(&self, body: TestBody, has_targeting: bool) -> Result<Self, Vec<Invalid>> {
        let declared = || Condition::parse(&Value::Object(body.targeting.clone()));
        let targeting = if has_targeting { declared() } else { Ok(self.targeting.clone()) };
        Self::targeted(body, targeting, self.unit_kind, self.time_zone.clone())
    }

    fn targeted(
        body: TestBody,
        targeting: Result<Condition, Vec<Invalid>>,
        unit_kind: UnitKind,
        time_zone: Zone,
    ) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let mut broken = rules::broken(&body);
        let targeting =
            targeting.map_err(|found| broken.extend(found.into_iter().map(|i| i.under("/targeting"))));
        match targeting {
            Ok(targeting) if broken.is_empty() => {
                let known = body.known_units.clone().map(known::parse).transpose()?;
                let definition = Self::typed(body, targeting)
                    .map_err(|error| vec![Invalid::new("", error.to_string())])?;
                Self { known_units: known, unit_kind, time_zone, ..definition }.within_size()
            }
            _ => Err(broken),
        }
    }

    fn typed(body: TestBody, targeting: Condition) -> Result<Self, NotAName> {
        Ok(Self {
            test_id: ExperimentId::parse(body.test_id)?,
            unit_kind: UnitKind::default(),
            time_zone: Zone::default(),
            name: body.name,
            hypothesis: body.hypothesis,
            variants: body.variants.into_iter().map(variant).collect::<Result<_, _>>()?,
            coverage: share(body.coverage),
            targeting,
            namespace: body.namespace.map(namespace).transpose()?,
            overrides: body.overrides.into_iter().map(forced).collect::<Result<_, _>>()?,
            allocation: Allocation {
                mode: body.allocation.mode,
                floor: body.allocation.floor,
                control_share: body.allocation.control_share,
            },
            segments: body.segments.into_iter().map(AttributeName::parse).collect::<Result<_, _>>()?,
            planned_units: body.planned_units,
            spending: body.spending,
            expected: body.expected,
            partitions: body.partitions,
            goals: body.goals.into_iter().map(goal).collect::<Result<_, _>>()?,
            known_units: None,
        })
    }

    /// Checks the stored size, which exceeds the request's: numbers are written in full, and defaults are added.
    fn within_size(self) -> Result<Self, Vec<Invalid>> {
        let bytes = serde_json::to_vec(&self).map_or(usize::MAX, |json| json.len());
        if bytes <= DOCUMENT_BYTES {
            return Ok(self);
        }
        let detail =
            format!("is too large: the maximum is 128 KB of JSON, and this test has {} KB", bytes / 1_024);
        Err(vec![Invalid::new("", detail)])
    }

    /// Returns the body that declares this test, as the base of a change.
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
            direction: g.direction,
            hypothesis: g.hypothesis,
            margin: g.margin,
            shared: g.shared,
            numerator: g.parts.as_ref().map(|parts| parts.numerator.to_string()),
            denominator: g.parts.as_ref().map(|parts| parts.denominator.to_string()),
        };
        TestBody {
            test_id: self.test_id.to_string(),
            name: self.name.clone(),
            hypothesis: self.hypothesis.clone(),
            variants: self.variants.iter().map(variant).collect(),
            coverage: self.coverage.get(),
            targeting: self.targeting.as_map(),
            namespace: self
                .namespace
                .as_ref()
                .map(|n| NamespaceBody { key: n.key.to_string(), range: n.range }),
            overrides: self.overrides.iter().map(|(u, v)| (u.to_string(), v.to_string())).collect(),
            allocation: AllocationBody {
                mode: self.allocation.mode,
                floor: self.allocation.floor,
                control_share: self.allocation.control_share,
            },
            segments: self.segments.iter().map(ToString::to_string).collect(),
            planned_units: self.planned_units,
            spending: self.spending,
            expected: self.expected,
            partitions: self.partitions,
            goals: self.goals.iter().map(goal).collect(),
            known_units: self.known_units.as_deref().map(known::bodies),
        }
    }

    /// Returns whether `other` declares the same test. The weights of an adaptive test are not compared.
    #[must_use]
    pub fn is_declared_as(&self, other: &Self) -> bool {
        let mut same = other.clone();
        if self.allocation.mode == Mode::Adaptive {
            let own = self.variants.iter().map(|variant| variant.weight);
            same.variants.iter_mut().zip(own).for_each(|(variant, weight)| variant.weight = weight);
        }
        *self == same
    }

    /// Returns the arm with this key.
    #[must_use]
    pub fn variant(&self, key: &VariantKey) -> Option<&Variant> {
        self.variants.iter().find(|v| v.key == *key)
    }

    /// Returns whether the goal with this key counts outcomes that are recorded for all tests of the workspace.
    #[must_use]
    pub fn shares(&self, key: &str) -> bool {
        self.goals.iter().any(|goal| goal.shared && goal.key.as_str() == key)
    }

    /// Returns the goal with this key.
    #[must_use]
    pub fn goal(&self, key: &GoalKey) -> Option<&Goal> {
        self.goals.iter().find(|g| g.key == *key)
    }
}
