//! Converts the parts of a body to types. Their limits have been checked, so only names are parsed here.

use super::Namespace;
use crate::experiment::goal::{Goal, Parts};
use crate::experiment::id::{NamespaceKey, NotAName};
use crate::experiment::wire::{GoalBody, NamespaceBody, VariantBody};
use crate::experiment::{BasisPoints, GoalKey, UnitId, Variant, VariantKey};

pub(super) fn variant(body: VariantBody) -> Result<Variant, NotAName> {
    Ok(Variant {
        key: VariantKey::parse(body.key)?,
        weight: share(body.weight),
        is_control: body.is_control,
        parameters: body.parameters,
    })
}

pub(super) fn goal(body: GoalBody) -> Result<Goal, NotAName> {
    Ok(Goal {
        key: GoalKey::parse(body.key)?,
        kind: body.kind,
        role: body.role,
        window_days: body.window_days,
        direction: body.direction,
        hypothesis: body.hypothesis,
        margin: body.margin,
        shared: body.shared,
        parts: body.numerator.zip(body.denominator).map(parts).transpose()?,
    })
}

pub(super) fn parts((numerator, denominator): (String, String)) -> Result<Parts, NotAName> {
    Ok(Parts { numerator: GoalKey::parse(numerator)?, denominator: GoalKey::parse(denominator)? })
}

pub(super) fn namespace(body: NamespaceBody) -> Result<Namespace, NotAName> {
    Ok(Namespace { key: NamespaceKey::parse(body.key)?, range: body.range })
}

pub(super) fn forced((unit, variant): (String, String)) -> Result<(UnitId, VariantKey), NotAName> {
    Ok((UnitId::parse(unit)?, VariantKey::parse(variant)?))
}

/// Returns a share whose limit has been checked.
pub(super) fn share(points: u32) -> BasisPoints {
    BasisPoints::parse(points).unwrap_or(BasisPoints::WHOLE)
}
