//! Attempts to sign in, as they are counted. Who tries and from where stand here as keyed hashes
//! only, whether the account exists or not.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{try_join, try_join3};

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, key};
use super::schema::{COUNT, TTL};
use super::table::{Placed, Table};
use crate::auth::throttle::{
    ACCOUNT_FAILURES, Counts, DAY, Limit, MONTH, Pair, SOURCE_FAILURES, Wait, end_of_day,
};
use crate::clock::Timestamp;

/// How often an attempt that lost to another of the same source at the same account looks again:
/// once more than there are free failures, so that it ends at a wait.
const LOOKS: usize = 8;
/// Counts an item's changes, so that one of two attempts wins.
const VERSION: &str = "version";

/// Whom and from where an attempt is, as keyed hashes.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account.
    pub account: String,
    /// The source.
    pub source: String,
}

/// An attempt that has been counted as a failure, until it is forgiven.
#[derive(Debug)]
pub struct Admitted {
    attempt: Attempt,
    day: i64,
}

/// Attempts in the `identities` table.
#[derive(Debug)]
pub struct Throttles {
    table: Table,
}

impl Throttles {
    /// The attempts in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Counts an attempt before its password is looked at. However many come at once, each limit
    /// lets through exactly as many as it says, for only the winner of a conditional write goes on.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: for how long to wait.
    pub async fn admit(
        &self,
        attempt: Attempt,
        now: Timestamp,
    ) -> Result<Result<Admitted, Wait>, StoreError> {
        for _ in 0..LOOKS {
            let (pair, source, account) = try_join3(
                self.table.get(pair_key(&attempt)),
                self.table.get(source_key(&attempt, day(now))),
                self.table.get(account_key(&attempt)),
            )
            .await?;
            let counts = Counts {
                pair: read_pair(pair.as_ref()),
                source: number(source.as_ref(), COUNT),
                account: number(account.as_ref(), COUNT),
                account_until: number(account.as_ref(), TTL),
            };
            if let Err(wait) = counts.admit(now) {
                return Ok(Err(wait));
            }
            if self.count_pair(&attempt, pair.as_ref(), counts.pair.counted(now)).await? {
                return self.count_rest(attempt, &counts, now).await;
            }
        }
        Ok(Err(Wait { limit: Limit::Pair, seconds: 1 }))
    }

    /// Takes back the count of an attempt that was a success: the source is known from now on.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn forgive(&self, admitted: &Admitted, now: Timestamp) -> Result<(), StoreError> {
        let Admitted { attempt, day } = admitted;
        let mut account = account_key(attempt);
        account.extend(numbers([(COUNT, 0), (TTL, now.seconds() + MONTH)]));
        try_join3(
            self.table.put(pair_item(attempt, Pair::known(now), now.millis())),
            self.table.put(account),
            self.table.count(source_key(attempt, *day), -1, None, None),
        )
        .await?;
        Ok(())
    }

    async fn count_pair(
        &self,
        attempt: &Attempt,
        old: Option<&Item>,
        pair: Pair,
    ) -> Result<bool, StoreError> {
        let version = number(old, VERSION);
        let condition = match old {
            None => Condition::New,
            Some(_) => Condition::Equals(VERSION, AttributeValue::N(version.to_string())),
        };
        let placed = self.table.put_if(pair_item(attempt, pair, version + 1), condition).await?;
        Ok(matches!(placed, Placed::Stored))
    }

    async fn count_rest(
        &self,
        attempt: Attempt,
        counts: &Counts,
        now: Timestamp,
    ) -> Result<Result<Admitted, Wait>, StoreError> {
        let day = day(now);
        let until = now.seconds() + MONTH;
        let expired = counts.account > 0 && counts.account_until <= now.seconds();
        if expired {
            let mut fresh = account_key(&attempt);
            fresh.extend(numbers([(COUNT, 0), (TTL, until)]));
            let old = AttributeValue::N(counts.account_until.to_string());
            self.table.put_if(fresh, Condition::Equals(TTL, old)).await?;
        }
        let most = if counts.pair.is_known(now) { None } else { Some(ACCOUNT_FAILURES) };
        let source_until = end_of_day(now) + DAY;
        let (source, account) = try_join(
            self.table.count(source_key(&attempt, day), 1, Some(SOURCE_FAILURES), Some(source_until)),
            self.table.count(account_key(&attempt), 1, most, Some(until)),
        )
        .await?;
        Ok(match (source, account) {
            (Some(_), Some(_)) => Ok(Admitted { attempt, day }),
            (None, _) => Err(Wait { limit: Limit::Source, seconds: end_of_day(now) - now.seconds() }),
            (_, None) => Err(Wait { limit: Limit::Account, seconds: MONTH }),
        })
    }
}

fn pair_key(attempt: &Attempt) -> Item {
    key(format!("throttle/pair/{}/{}", attempt.account, attempt.source))
}

fn source_key(attempt: &Attempt, day: i64) -> Item {
    key(format!("throttle/source/{}/{day}", attempt.source))
}

fn account_key(attempt: &Attempt) -> Item {
    key(format!("throttle/account/{}", attempt.account))
}

fn day(now: Timestamp) -> i64 {
    now.seconds() / DAY
}

fn pair_item(attempt: &Attempt, pair: Pair, version: i64) -> Item {
    let mut item = pair_key(attempt);
    item.extend(numbers([
        ("failures", i64::from(pair.failures)),
        ("open_at", pair.open_at),
        ("forget_at", pair.forget_at),
        ("known_until", pair.known_until),
        (VERSION, version),
        (TTL, pair.ends()),
    ]));
    item
}

fn read_pair(item: Option<&Item>) -> Pair {
    Pair {
        failures: u32::try_from(number(item, "failures")).unwrap_or(u32::MAX),
        open_at: number(item, "open_at"),
        forget_at: number(item, "forget_at"),
        known_until: number(item, "known_until"),
    }
}

fn numbers<const N: usize>(all: [(&str, i64); N]) -> impl Iterator<Item = (String, AttributeValue)> {
    all.into_iter().map(|(name, n)| (name.to_owned(), AttributeValue::N(n.to_string())))
}

/// A number of an item; 0 when it is not there.
fn number(item: Option<&Item>, name: &str) -> i64 {
    let digits = item.and_then(|item| item.get(name)?.as_n().ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}
