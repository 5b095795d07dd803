use super::*;

/// Returns the ranks of 200 histories: the real one has `real`, the draws −99 to 99.
fn ranks(real: Rank) -> Vec<Option<Rank>> {
    std::iter::once(real).chain(-99..=99).map(Some).collect()
}

#[test]
fn a_two_sided_look_stops_half_on_each_side() {
    let mut stopped = Stopped::default();
    stopped.spend(&ranks(0), 0.05, Hypothesis::Different);
    // 2.5 % of 200 are 5: draws 195 to 199 have the ranks 95 to 99.
    assert_eq!(stopped.higher, [195, 196, 197, 198, 199]);
    assert_eq!(stopped.lower, [1, 2, 3, 4, 5]);
    assert_eq!(stopped.real(), None);
}

#[test]
fn a_one_sided_look_spends_everything_on_its_side() {
    let mut stopped = Stopped::default();
    stopped.spend(&ranks(-200), 0.05, Hypothesis::Greater);
    assert_eq!((stopped.higher.len(), stopped.lower.len()), (10, 0));
    stopped.spend(&ranks(-200), 0.05, Hypothesis::Less);
    assert_eq!((stopped.lower.len(), stopped.real()), (10, Some(Side::Lower)));
}

#[test]
fn the_real_history_is_stopped_exactly_when_its_p_value_is_within_the_budget() {
    for real in -100..=100 {
        for spent in [0.0, 0.01, 0.02, 0.05, 0.2] {
            let mut stopped = Stopped::default();
            let p = stopped.p_value(&ranks(real), Hypothesis::Different).unwrap();
            stopped.spend(&ranks(real), spent, Hypothesis::Different);
            assert_eq!(stopped.real().is_some(), p <= spent + 1e-9, "{real} {spent} {p}");
        }
    }
}

#[test]
fn later_looks_stop_only_what_was_not_stopped_and_a_repeated_look_stops_nothing() {
    let mut stopped = Stopped::default();
    stopped.spend(&ranks(0), 0.02, Hypothesis::Different);
    let once = stopped.clone();
    stopped.spend(&ranks(0), 0.02, Hypothesis::Different);
    assert_eq!(stopped, once);
    let turned: Vec<_> = ranks(0).into_iter().map(|rank| rank.map(|rank| -rank)).collect();
    stopped.spend(&turned, 0.03, Hypothesis::Different);
    // Draws 198 and 199 stay stopped above. Now the lowest numbers rank highest, of which 1 and 2 are stopped.
    assert_eq!(stopped.higher, [3, 198, 199]);
    assert_eq!(stopped.lower, [1, 2, 197]);
}

#[test]
fn ties_are_stopped_together_or_not_at_all() {
    let tied: Vec<_> = (0..100).map(|number| Some(if number < 4 { 9 } else { -1 })).collect();
    let mut stopped = Stopped::default();
    stopped.spend(&tied, 0.03, Hypothesis::Greater);
    assert_eq!(stopped.higher, [0_u16; 0], "four would be needed");
    stopped.spend(&tied, 0.04, Hypothesis::Greater);
    assert_eq!((stopped.higher.as_slice(), stopped.real()), (&[0, 1, 2, 3][..], Some(Side::Higher)));
}

#[test]
fn histories_that_may_not_stop_and_those_without_a_difference_are_not_stopped() {
    let mut few = ranks(150);
    few[0] = None;
    let mut stopped = Stopped::default();
    assert_eq!(stopped.p_value(&few, Hypothesis::Different), None);
    stopped.spend(&few, 1.0, Hypothesis::Different);
    assert_eq!((stopped.higher.len(), stopped.lower.len()), (99, 99), "the draw at 0 and the real history");
}

#[test]
fn stopped_histories_beyond_the_draws_of_this_look_do_not_count() {
    let mut stopped = Stopped { higher: vec![500, 501, 502], lower: Vec::new() };
    assert_eq!(stopped.p_value(&ranks(1_000), Hypothesis::Greater), Some(1.0 / 200.0));
    stopped.spend(&ranks(1_000), 0.005, Hypothesis::Greater);
    assert_eq!(stopped.real(), Some(Side::Higher));
}
