//! The counts of sign-in attempts. They contain the user account and the source only as keyed hashes, whether
//! or not the user account exists.

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{try_join, try_join_all, try_join3};

use super::StoreError;
use super::condition::Condition;
use super::item::Item;
use super::schema::{COUNT, TTL};
use super::table::{Placed, Table};
use super::throttle_items::{
    OPEN_AT, VERSION, account_key, day, number, numbers, pair_item, pair_key, read_pair, read_row, source_key,
};
use crate::auth::access::throttle::{
    Attempt, Counted, Counts, DAY, FAILURES, Limit, MONTH, Pair, Wait, end_of_day,
};
use domain::clock::Timestamp;

/// The maximum number of reads by an attempt that loses to others of the same source at the same user
/// account. It exceeds the free failures, so that the attempt ends with a wait.
const READS: usize = 8;

/// An attempt that was counted as a failure, until it is forgiven.
#[derive(Debug)]
pub struct Admitted {
    attempt: Attempt,
    day: i64,
    /// Whether it was also counted for its networks and its user account.
    everywhere: bool,
}

/// Attempts in the `identities` table.
#[derive(Debug)]
pub struct Throttles {
    table: Table,
}

impl Throttles {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Counts an attempt before its password is checked. Of any number of concurrent attempts, each limit
    /// admits exactly as many as it allows, because only an attempt whose conditional write succeeds
    /// continues.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: the wait.
    pub async fn admit(
        &self,
        attempt: Attempt,
        now: Timestamp,
    ) -> Result<Result<Admitted, Wait>, StoreError> {
        for _ in 0..READS {
            let networks = attempt.networks.iter().map(|one| self.table.get(source_key(one, day(now))));
            let (pair, sources, account) = try_join3(
                self.table.get(pair_key(&attempt)),
                try_join_all(networks),
                self.table.get(account_key(&attempt)),
            )
            .await?;
            let counts = Counts {
                pair: read_pair(pair.as_ref(), attempt.epoch),
                sources: sources.iter().map(|item| read_row(item.as_ref(), DAY)).collect(),
                account: read_row(account.as_ref(), MONTH),
            };
            if let Err(wait) = counts.admit(now) {
                return Ok(Err(wait));
            }
            if !self.count_pair(&attempt, pair.as_ref(), counts.pair.counted(now)).await? {
                continue;
            }
            let everywhere = !counts.pair.is_known(now);
            let admitted = Admitted { attempt, day: day(now), everywhere };
            if !everywhere {
                return Ok(Ok(admitted));
            }
            let rows = sources.iter().chain([&account]).map(|item| number(item.as_ref(), VERSION));
            return self.count_rest(admitted, &counts, rows.collect(), now).await;
        }
        Ok(Err(Wait { limit: Limit::Pair, seconds: 1 }))
    }

    /// Removes the count of a successful attempt, and marks the source as known.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn forgive(&self, admitted: &Admitted, now: Timestamp) -> Result<(), StoreError> {
        let Admitted { attempt, day, everywhere } = admitted;
        let mut account = account_key(attempt);
        account.extend(numbers([(COUNT, 0), (TTL, now.seconds() + MONTH)]));
        let networks = attempt.networks.iter().filter(|_| *everywhere);
        try_join3(
            self.table.put(pair_item(attempt, Pair::known(now), now.millis())),
            self.table.put(account),
            try_join_all(networks.map(|one| self.table.count(source_key(one, *day), -1, None, None))),
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

    /// Counts for the networks and the user account, whose stored versions are `versions` in that order.
    async fn count_rest(
        &self,
        admitted: Admitted,
        counts: &Counts,
        versions: Vec<i64>,
        now: Timestamp,
    ) -> Result<Result<Admitted, Wait>, StoreError> {
        let (attempt, account) = (&admitted.attempt, counts.sources.len());
        let until = end_of_day(now) + DAY;
        let sources = attempt.networks.iter().zip(&counts.sources).zip(&versions);
        let sources = sources.map(|((network, row), version)| {
            self.count_row(source_key(network, admitted.day), row.counted(now), *version, until)
        });
        let version = versions.get(account).copied().unwrap_or_default();
        let until = now.seconds() + MONTH;
        let (sources, account) = try_join(
            try_join_all(sources),
            self.count_row(account_key(attempt), counts.account.counted(now), version, until),
        )
        .await?;
        // An attempt that loses to a concurrent one gets the length of the lock from the next read.
        Ok(match (sources.contains(&false), account) {
            (false, true) => Ok(admitted),
            (true, _) => Err(Wait { limit: Limit::Source, seconds: 1 }),
            (false, false) => Err(Wait { limit: Limit::Account, seconds: 1 }),
        })
    }

    /// Counts one more failure of a row. False when concurrent attempts have used up the limit.
    async fn count_row(
        &self,
        mut key: Item,
        counted: Counted,
        version: i64,
        until: i64,
    ) -> Result<bool, StoreError> {
        match counted {
            Counted::Free => Ok(self.table.count(key, 1, Some(FAILURES - 1), Some(until)).await?.is_some()),
            Counted::Alone { failures, open_at } => {
                let next = version + 1;
                key.extend(numbers([(COUNT, failures), (OPEN_AT, open_at), (VERSION, next), (TTL, until)]));
                let unchanged = Condition::Below(VERSION, AttributeValue::N(next.to_string()));
                Ok(matches!(self.table.put_if(key, unchanged).await?, Placed::Stored))
            }
        }
    }
}
