//! Waits, to the second.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn after(failures: u32, now: Timestamp) -> Pair {
    (0..failures).fold(Pair::default(), |pair, _| pair.counted(now))
}

#[test]
fn five_failures_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
    let now = at(1_000_000);
    let waits: Vec<i64> = (1..20).map(|n| (after(n, now).open_at / 1_000 - 1_000_000).max(0)).collect();
    assert_eq!(waits[..8], [0, 0, 0, 0, 1, 2, 4, 8]);
    assert_eq!(waits[13..17], [512, 900, 900, 900]);
    assert_eq!(after(200, now).open_at / 1_000, 1_000_900);
}

#[test]
fn a_wait_is_reported_in_seconds_and_ends_on_time() {
    let now = at(1_000_000);
    let counts = Counts { pair: after(7, now), ..Counts::default() };
    assert_eq!(counts.admit(now), Err(Wait { limit: Limit::Pair, seconds: 4 }));
    assert_eq!(counts.admit(at(1_000_003)), Err(Wait { limit: Limit::Pair, seconds: 1 }));
    assert_eq!(counts.admit(at(1_000_004)), Ok(()));
}

#[test]
fn a_request_just_before_the_last_attempt_was_counted_is_admitted() {
    let counts = Counts { pair: after(4, at(1_000_000)), ..Counts::default() };
    assert_eq!(counts.admit(Timestamp::from_millis(999_999_995)), Ok(()));
}

#[test]
fn failures_are_forgotten_after_a_quiet_day() {
    let now = at(1_000_000);
    let pair = after(9, now);
    assert_eq!(pair.counted(at(1_000_000 + DAY - 1)).failures, 10);
    assert_eq!(pair.counted(at(1_000_000 + DAY)).failures, 1);
}

/// The lock in seconds after each of the consecutive failures. Each attempt is made as soon as it is allowed.
fn locks(failures: i64, mut now: i64) -> Vec<i64> {
    let mut row = Row { until: now + MONTH, last_at: now, ..Row::default() };
    let one = |_| {
        row = match row.counted(at(now)) {
            Counted::Free => Row { failures: row.failures + 1, last_at: now, until: now + MONTH, ..row },
            Counted::Alone { failures, open_at } => {
                Row { failures, open_at, last_at: now, until: now + MONTH }
            }
        };
        let lock = (row.open_at / 1_000 - now).max(0);
        now += lock;
        lock
    };
    (0..failures).map(one).collect()
}

#[test]
fn ninety_nine_failures_are_free_then_locks_double_from_a_minute_up_to_an_hour() {
    let locks = locks(120, 1_000_000);
    assert_eq!(locks[..99], [0; 99]);
    assert_eq!(locks[99..107], [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    assert!(locks.iter().all(|lock| *lock <= LONGEST_LOCK));
    let ever = Row { failures: i64::MAX / 2, last_at: 5, until: MONTH, open_at: 0 };
    assert!(matches!(ever.counted(at(6)), Counted::Alone { open_at, .. } if open_at == 3_606_000));
}

#[test]
fn locks_start_over_after_a_quiet_day_and_failures_expire_after_a_month() {
    let now = 100_000_000;
    let row = Row { failures: 250, open_at: 0, last_at: now, until: now + MONTH };
    let after = |seconds| row.counted(at(now + seconds));
    let locked =
        |failures, seconds: i64, lock| Counted::Alone { failures, open_at: (now + seconds + lock) * 1_000 };
    assert_eq!(after(DAY - 1), locked(251, DAY - 1, 3_600));
    assert_eq!(after(DAY), locked(100, DAY, 60));
    assert_eq!(after(MONTH - 1), locked(100, MONTH - 1, 60));
    assert_eq!(after(MONTH), Counted::Alone { failures: 1, open_at: 0 });
    assert_eq!(Row { failures: 98, ..row }.counted(at(now + DAY)), Counted::Free);
}

/// A row that is locked for that many seconds from `now`.
fn locked(now: i64, seconds: i64) -> Row {
    Row { failures: 100, open_at: (now + seconds) * 1_000, last_at: now, until: now + MONTH }
}

#[test]
fn locked_networks_and_accounts_refuse_unknown_sources_until_the_lock_ends() {
    let now = 100_000_000;
    let (open, shut) = (Row::default(), locked(now, 500));
    let counts =
        |sources: &[Row], account| Counts { sources: sources.to_vec(), account, pair: Pair::default() };
    let refused = |limit, seconds| Err(Wait { limit, seconds });
    assert_eq!(counts(&[open; 3], open).admit(at(now)), Ok(()));
    for place in 0..3 {
        let mut sources = [open; 3];
        sources[place] = shut;
        assert_eq!(counts(&sources, open).admit(at(now)), refused(Limit::Source, 500));
    }
    assert_eq!(counts(&[open], shut).admit(at(now + 499)), refused(Limit::Account, 1));
    assert_eq!(counts(&[shut], shut).admit(at(now + 500)), Ok(()));
}

#[test]
fn only_its_own_failures_limit_a_source_that_the_account_knows() {
    let now = 100_000_000;
    let shut = locked(now, 500);
    let counts = |pair| Counts { pair, sources: vec![shut; 3], account: shut };
    let known = Pair::known(at(now - MONTH + 1));
    assert_eq!(counts(known).admit(at(now)), Ok(()));
    assert_eq!(
        counts(known).admit(at(now + 1)),
        Err(Wait { limit: Limit::Source, seconds: 499 }),
        "30 days have passed"
    );
    let mistyped = (0..7).fold(Pair::known(at(now)), |pair, _| pair.counted(at(now)));
    assert_eq!(counts(mistyped).admit(at(now)), Err(Wait { limit: Limit::Pair, seconds: 4 }));
    assert_eq!(counts(mistyped).admit(at(now + 4)), Ok(()));
}

#[test]
fn a_known_source_stays_known_after_failures() {
    let now = at(1_000_000);
    assert!(Pair::known(now).counted(now).is_known(now));
}
