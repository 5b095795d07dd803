//! Waits, second by second.

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
fn who_waits_is_told_how_long_and_may_try_when_the_time_is_over() {
    let now = at(1_000_000);
    let counts = Counts { pair: after(7, now), ..Counts::default() };
    assert_eq!(counts.admit(now), Err(Wait { limit: Limit::Pair, seconds: 4 }));
    assert_eq!(counts.admit(at(1_000_003)), Err(Wait { limit: Limit::Pair, seconds: 1 }));
    assert_eq!(counts.admit(at(1_000_004)), Ok(()));
}

#[test]
fn who_asked_a_moment_before_the_last_attempt_was_counted_is_not_held_up() {
    let counts = Counts { pair: after(4, at(1_000_000)), ..Counts::default() };
    assert_eq!(counts.admit(Timestamp::from_millis(999_999_995)), Ok(()));
}

#[test]
fn failures_are_forgotten_after_a_quiet_day_and_not_before() {
    let now = at(1_000_000);
    let pair = after(9, now);
    assert_eq!(pair.counted(at(1_000_000 + DAY - 1)).failures, 10);
    assert_eq!(pair.counted(at(1_000_000 + DAY)).failures, 1);
}

#[test]
fn a_source_that_has_failed_100_times_today_waits_for_tomorrow() {
    let noon = at(10 * DAY + DAY / 2);
    let counts = |source| Counts { source, ..Counts::default() };
    assert_eq!(counts(99).admit(noon), Ok(()));
    assert_eq!(counts(100).admit(noon), Err(Wait { limit: Limit::Source, seconds: DAY / 2 }));
}

#[test]
fn an_account_under_attack_is_open_to_a_source_it_knows_and_to_no_other() {
    let now = 100_000_000;
    let counts = |pair, account| Counts { pair, account, account_until: now + 500, source: 0 };
    let refused = |seconds| Err(Wait { limit: Limit::Account, seconds });
    assert_eq!(counts(Pair::default(), 99).admit(at(now)), Ok(()));
    assert_eq!(counts(Pair::default(), 100).admit(at(now)), refused(500));
    let known = Pair::known(at(now - MONTH + 1));
    assert_eq!(counts(known, 100).admit(at(now)), Ok(()));
    assert_eq!(counts(known, 100).admit(at(now + 1)), refused(499), "30 days are over");
    assert_eq!(counts(Pair::default(), 100).admit(at(now + 500)), Ok(()), "a quiet month is forgotten");
}

#[test]
fn a_known_source_stays_known_when_it_mistypes() {
    let now = at(1_000_000);
    assert!(Pair::known(now).counted(now).is_known(now));
}
