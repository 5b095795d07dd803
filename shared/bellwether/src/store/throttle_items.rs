//! The stored form of counted attempts: keys, attributes, and how they are read back.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, key};
use super::schema::{COUNT, TTL};
use crate::auth::access::throttle::{Attempt, DAY, Pair, Row};
use domain::clock::Timestamp;

/// The number of an item's version. Of two concurrent attempts, only one succeeds.
pub(super) const VERSION: &str = "version";
/// The user's `throttle_epoch` when a source's failures were counted.
pub(super) const EPOCH: &str = "epoch";
/// Milliseconds since 1970 before which no further attempt is allowed.
pub(super) const OPEN_AT: &str = "open_at";

pub(super) fn pair_key(attempt: &Attempt) -> Item {
    key(format!("throttle/pair/{}/{}", attempt.email, attempt.source))
}

pub(super) fn source_key(network: &str, day: i64) -> Item {
    key(format!("throttle/source/{network}/{day}"))
}

pub(super) fn account_key(attempt: &Attempt) -> Item {
    key(format!("throttle/account/{}", attempt.account))
}

pub(super) fn day(now: Timestamp) -> i64 {
    now.seconds() / DAY
}

pub(super) fn pair_item(attempt: &Attempt, pair: Pair, version: i64) -> Item {
    let mut item = pair_key(attempt);
    item.extend(numbers([
        ("failures", i64::from(pair.failures)),
        (OPEN_AT, pair.open_at),
        ("forget_at", pair.forget_at),
        ("known_until", pair.known_until),
        (EPOCH, i64::from(attempt.epoch)),
        (VERSION, version),
        (TTL, pair.ends()),
    ]));
    item
}

/// The counts of a source at a user account. Failures under another epoch are forgotten, but the source stays
/// known.
pub(super) fn read_pair(item: Option<&Item>, epoch: u32) -> Pair {
    let known_until = number(item, "known_until");
    if number(item, EPOCH) != i64::from(epoch) {
        return Pair { known_until, ..Pair::default() };
    }
    Pair {
        failures: u32::try_from(number(item, "failures")).unwrap_or(u32::MAX),
        open_at: number(item, OPEN_AT),
        forget_at: number(item, "forget_at"),
        known_until,
    }
}

/// A row that expires `lifetime` seconds after its last failure, or after the day for a network's row.
pub(super) fn read_row(item: Option<&Item>, lifetime: i64) -> Row {
    let until = number(item, TTL);
    Row { failures: number(item, COUNT), open_at: number(item, OPEN_AT), last_at: until - lifetime, until }
}

pub(super) fn numbers<const N: usize>(
    all: [(&str, i64); N],
) -> impl Iterator<Item = (String, AttributeValue)> {
    all.into_iter().map(|(name, n)| (name.to_owned(), AttributeValue::N(n.to_string())))
}

/// A number of an item. 0 when it is missing.
pub(super) fn number(item: Option<&Item>, name: &str) -> i64 {
    let digits = item.and_then(|item| item.get(name)?.as_n().ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
