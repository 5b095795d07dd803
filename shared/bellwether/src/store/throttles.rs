//! Attempts to sign in, as they are counted. Who tries and from where stand here as keyed hashes
//! only, whether the account exists or not.

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

/// How often an attempt that lost to another of the same source at the same account looks again:
/// once more than there are free failures, so that it ends at a wait.
const LOOKS: usize = 8;

/// An attempt that has been counted as a failure, until it is forgiven.
#[derive(Debug)]
pub struct Admitted {
    attempt: Attempt,
    day: i64,
    /// Whether it was counted for its networks and its account too.
    everywhere: bool,
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

    /// Takes back the count of an attempt that was a success: the source is known from now on.
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

    /// Counts for the networks and the account, whose stored versions are `versions` in that order.
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
        // Who loses to another attempt at the same time hears the length of the lock when asking again.
        Ok(match (sources.contains(&false), account) {
            (false, true) => Ok(admitted),
            (true, _) => Err(Wait { limit: Limit::Source, seconds: 1 }),
            (false, false) => Err(Wait { limit: Limit::Account, seconds: 1 }),
        })
    }

    /// Counts one more failure of a row; false when others have counted so many that this one may not.
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
