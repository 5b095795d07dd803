//! The states of a request, its repetitions, and what its passes count.

use super::*;

fn request(kind: Kind) -> PrivacyRequest {
    let demand = Demand { kind, units: vec!["acme.com".to_owned()], reason: "ticket 7".to_owned() };
    let id = PrivacyRequestId::of(Pseudonym::of_tag(&[7; 32]));
    PrivacyRequest::new(id, demand, Vec::new(), "ada".to_owned(), Timestamp::from_seconds(1_000))
}

fn counts(n: u64) -> Counts {
    Counts::from([("events".to_owned(), n)])
}

#[test]
fn an_erasure_ends_only_after_every_instance_knows_of_it() {
    let mut own = request(Kind::Erasure);
    assert_eq!(own.due_at(), Some(Timestamp::from_seconds(1_000)));
    assert!(!own.is_settled(Timestamp::from_seconds(1_059)));
    own.end_first_pass();
    assert_eq!(own.due_at(), Some(Timestamp::from_seconds(1_060)));
    assert!(own.is_settled(Timestamp::from_seconds(1_060)));
    own.complete("signed".to_owned(), Timestamp::from_seconds(1_061));
    assert_eq!((own.due_at(), own.units.len()), (None, 0));
}

#[test]
fn a_pass_that_is_repeated_counts_each_part_once() {
    let mut own = request(Kind::Erasure);
    assert!(own.find("test a", counts(3)));
    assert!(!own.find("test a", counts(2)));
    assert!(!own.find("test b", counts(0)));
    own.end_first_pass();
    assert!(own.find("test a", counts(1)));
    assert_eq!(own.counts(), counts(4));
}

#[test]
fn the_content_of_different_requests_differs() {
    let demand = |units: &[&str], reason: &str| Demand {
        kind: Kind::Erasure,
        units: units.iter().map(|&unit| unit.to_owned()).collect(),
        reason: reason.to_owned(),
    };
    let contents = [
        demand(&["a", "b"], "r"),
        demand(&["b"], "r\na"),
        demand(&["a"], "r"),
        demand(&["a"], "s"),
        Demand { kind: Kind::Access, ..demand(&["a"], "r") },
    ]
    .map(|demand| demand.content());
    for (n, content) in contents.iter().enumerate() {
        assert!(!contents[n + 1..].contains(content), "{content:?}");
    }
}

#[test]
fn a_repetition_is_stored_again_only_a_day_after_the_request_was_done() {
    let (mut own, day) = (request(Kind::Erasure), 86_400);
    let at = |seconds: i64| Timestamp::from_seconds(1_000 + seconds);
    assert_eq!(own.renewed(request(Kind::Erasure), at(10 * day)), None);
    own.complete("signed".to_owned(), at(100));
    assert_eq!(own.renewed(request(Kind::Erasure), at(day)), None);
    let again = own.renewed(request(Kind::Erasure), at(100 + day)).unwrap();
    assert_eq!((again.state, again.revision), (State::Pending, own.revision + 1));
}

#[test]
fn access_is_granted_at_once() {
    assert_eq!((request(Kind::Access).state, request(Kind::Access).due_at()), (State::Done, None));
}

#[test]
fn to_reapply_is_done_again_at_once_because_another_table_may_have_been_restored() {
    let mut own = request(Kind::Reapply);
    own.complete("signed".to_owned(), Timestamp::from_seconds(1_100));
    assert!(own.renewed(request(Kind::Reapply), Timestamp::from_seconds(1_101)).is_some());
}

#[test]
fn a_pass_that_needs_several_runs_continues_and_lets_other_requests_go_first() {
    let mut own = request(Kind::Erasure);
    let (began, now) = (Timestamp::from_seconds(1_010), Timestamp::from_seconds(1_300));
    own.pause(began, ExperimentId::parse("pricing").ok(), now);
    assert_eq!((own.due_at(), own.progress.clone().unwrap().began_at), (Some(now), began));
    own.end_first_pass();
    assert_eq!((own.progress.clone(), own.due_at()), (None, Some(Timestamp::from_seconds(1_060))));
}
