//! How counted attempts are written: their keys, their attributes, and how they are read back.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, key};
use super::schema::{COUNT, TTL};
use crate::auth::access::throttle::{Attempt, DAY, Pair, Row};
use domain::clock::Timestamp;

/// Counts an item's changes, so that one of two attempts wins.
pub(super) const VERSION: &str = "version";
/// The account's `throttle_epoch` when a source's failures were counted.
pub(super) const EPOCH: &str = "epoch";
/// Milliseconds since 1970 before which there is no next attempt.
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

/// What is stored of a source at an account. Its failures of another epoch are forgotten; that it is known is not.
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

/// A row that expires `kept` seconds after its last failure or, of a network's day, after that day.
pub(super) fn read_row(item: Option<&Item>, kept: i64) -> Row {
    let until = number(item, TTL);
    Row { failures: number(item, COUNT), open_at: number(item, OPEN_AT), last_at: until - kept, until }
}

pub(super) fn numbers<const N: usize>(
    all: [(&str, i64); N],
) -> impl Iterator<Item = (String, AttributeValue)> {
    all.into_iter().map(|(name, n)| (name.to_owned(), AttributeValue::N(n.to_string())))
}

/// A number of an item; 0 when it is not there.
pub(super) fn number(item: Option<&Item>, name: &str) -> i64 {
    let digits = item.and_then(|item| item.get(name)?.as_n().ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
