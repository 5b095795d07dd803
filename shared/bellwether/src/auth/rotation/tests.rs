//! One rotation after the other. `tests/src/pure/keys.rs` checks one rule for any order of steps.

use super::*;

const START: i64 = 1_795_255_200;
const CACHE: u32 = 300;
/// The validity of a token, plus the tolerated clock skew.
const LIFE: i64 = LIFE_SECONDS + SKEW_SECONDS;

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_millis((START + seconds) * 1_000)
}

fn cycle() -> Rotation {
    Rotation::new(CACHE)
}

/// The first keys, created and published at the start.
fn first() -> (PrivateKeys, PublicKeys) {
    let keys = PrivateKeys::first(after(0)).unwrap();
    let public = publish(&keys, &PublicKeys::default(), after(0));
    (keys, public)
}

fn made(current: &PrivateKeys, public: &PublicKeys, seconds: i64) -> Result<PrivateKeys, NotNow> {
    cycle().next(current, public, PrivateKey::generate().unwrap(), after(seconds))
}

/// A rotation whose steps all take place at the same time.
fn rotated(current: &PrivateKeys, public: &PublicKeys, seconds: i64) -> (PrivateKeys, PublicKeys) {
    let pending = made(current, public, seconds).unwrap();
    let public = publish(&pending, public, after(seconds));
    assert_eq!(cycle().ready(&pending, Some(current), &public, after(seconds)), Ok(()));
    let public = cycle().close(&pending, &public, after(seconds));
    (pending, public)
}

fn signer(keys: &PrivateKeys, seconds: i64) -> &str {
    &keys.signer(after(seconds)).unwrap().kid
}

#[test]
fn a_new_key_signs_after_two_cache_times_and_the_old_one_ends_with_its_last_token() {
    let (old, public) = first();
    let (new, public) = rotated(&old, &public, 100);
    let [a, b] = [&old, &new].map(|keys| keys.newest().unwrap().kid.as_str());
    let signs = 100 + 2 * i64::from(CACHE);
    assert_eq!((signer(&new, signs - 1), signer(&new, signs)), (a, b));
    assert_eq!(new.newest().unwrap().signs_from(), after(signs));
    for (key, seconds, holds) in
        [(a, signs + LIFE - 1, true), (a, signs + LIFE, false), (b, 100, true), (b, 1_000_000, true)]
    {
        assert_eq!(public.in_force(key, after(seconds)).is_some(), holds, "{seconds}");
    }
    assert_eq!(new.keys[0].verify_until, public.keys[0].verify_until, "as planned");
    let fraction = Timestamp::from_millis(after(100).millis() + 1);
    let later = cycle().next(&old, &public, PrivateKey::generate().unwrap(), fraction).unwrap();
    assert_eq!(later.keys[1].sign_from, START + signs + 1, "part of a second counts as one");
}

#[test]
fn the_first_key_signs_at_once() {
    let (keys, public) = first();
    assert_eq!(keys.signer(after(0)).map(|key| &key.kid), keys.newest().map(|key| &key.kid));
    assert_eq!(cycle().ready(&keys, None, &public, after(0)), Ok(()));
    assert_eq!(cycle().close(&keys, &public, after(0)), public, "no key has a successor");
}

#[test]
fn the_root_stays_when_all_pairs_are_replaced() {
    let (mut keys, mut public) = first();
    let before = keys.derive("refresh", b"token");
    let made_first = keys.newest().unwrap().kid.clone();
    for round in 1..5 {
        (keys, public) = rotated(&keys, &public, round * 10_000);
        assert_eq!(keys.derive("refresh", b"token"), before);
    }
    assert!(keys.keys.iter().all(|key| key.kid != made_first));
}

#[test]
fn a_fourth_pair_is_refused_until_the_first_has_ended() {
    let (keys, public) = first();
    let (keys, public) = rotated(&keys, &public, 0);
    let (keys, public) = rotated(&keys, &public, 1);
    let ends = 2 * i64::from(CACHE) + LIFE;
    assert_eq!(made(&keys, &public, ends - 1).unwrap_err(), NotNow::Full(after(ends)));
    let (kid, next) = (keys.keys[0].kid.clone(), made(&keys, &public, ends).unwrap());
    assert_eq!(next.keys.len(), MOST);
    assert!(!publish(&next, &public, after(ends)).knows(&kid));
}

#[test]
fn a_rotation_canceled_after_it_removed_ended_keys_does_not_block_the_next() {
    let (keys, public) = first();
    let (keys, public) = rotated(&keys, &public, 100);
    let (keys, public) = rotated(&keys, &public, 101);
    let ended = 101 + 3 * i64::from(CACHE) + LIFE;
    let given_up = made(&keys, &public, ended).unwrap();
    let public = publish(&given_up, &public, after(ended));
    let next = made(&keys, &public, ended + 1).unwrap();
    assert_eq!(next.keys.len(), 2, "the newest key and a new one");
}

#[test]
fn keys_of_two_quick_rotations_sign_in_their_order() {
    let (a, public) = first();
    let (b, public) = rotated(&a, &public, 0);
    let (c, _) = rotated(&b, &public, 1);
    let of = |keys: &PrivateKeys| keys.newest().unwrap().kid.clone();
    assert_eq!([0, 599, 600, 601].map(|t| signer(&c, t).to_owned()), [of(&a), of(&a), of(&b), of(&c)]);
    let shorter = Rotation::new(1).next(&b, &public, PrivateKey::generate().unwrap(), after(1)).unwrap();
    assert_eq!(
        shorter.keys[2].sign_from,
        START + 601,
        "after the previous key, even with a shorter cache time"
    );
}

#[test]
fn a_key_that_is_published_late_waits_until_every_verifier_has_it() {
    let (current, public) = first();
    let pending = made(&current, &public, 0).unwrap();
    let ready = |public: &PublicKeys, t| cycle().ready(&pending, Some(&current), public, after(t));
    assert!(matches!(ready(&public, 0), Err(NotNow::Unproved(_))));
    let wait = i64::from(CACHE) + cycle().max_age();
    let (soon, late) = (publish(&pending, &public, after(150)), publish(&pending, &public, after(151)));
    assert_eq!((ready(&soon, 151), ready(&late, 151)), (Ok(()), Err(NotNow::Early(after(151 + wait)))));
    let again = publish(&pending, &late, after(400));
    assert_eq!(again, late, "publishing again has no effect");
    assert_eq!(ready(&late, 151 + wait - 1), Err(NotNow::Early(after(151 + wait))));
    assert_eq!(ready(&late, 151 + wait), Ok(()));
}

#[test]
fn an_old_key_ends_after_its_successor_is_current_even_if_that_is_late() {
    let (current, public) = first();
    let pending = made(&current, &public, 0).unwrap();
    let public = publish(&pending, &public, after(0));
    let old = &current.newest().unwrap().kid;
    assert!(public.in_force(old, after(1_000_000)).is_some(), "the rotation may be canceled");
    let late = 5_000;
    let ends = late + i64::from(CACHE) + SKEW_SECONDS + LIFE;
    let closed = cycle().close(&pending, &public, after(late));
    assert!(closed.in_force(old, after(ends - 1)).is_some());
    assert!(closed.in_force(old, after(ends)).is_none());
    assert_eq!(
        cycle().close(&pending, &closed, after(late + 60)),
        closed,
        "the end is set once, even if the step is repeated"
    );
    let next = made(&pending, &closed, ends - 1).unwrap();
    assert_eq!(next.keys.len(), 3, "the published end applies, not the planned one");
}

#[test]
fn only_keys_created_from_the_current_ones_follow_them() {
    let (a, public) = first();
    let (b, c) = (made(&a, &public, 0).unwrap(), made(&a, &public, 0).unwrap());
    let (other, _) = first();
    assert_eq!((follows(&b, Some(&a)), follows(&c, Some(&a)), follows(&a, None)), (Ok(()), Ok(()), Ok(())));
    for (pending, current) in
        [(&c, Some(&b)), (&a, Some(&b)), (&b, None), (&b, Some(&other)), (&other, Some(&a))]
    {
        assert_eq!(follows(pending, current), Err(NotNow::Stale));
        let published = publish(pending, &public, after(0));
        assert_eq!(cycle().ready(pending, current, &published, after(9_999)), Err(NotNow::Stale));
    }
    let rooted = PrivateKeys { root: other.root.clone(), ..b };
    assert_eq!(follows(&rooted, Some(&a)), Err(NotNow::Stale), "another root");
}

#[test]
fn the_public_secret_must_verify_the_current_and_the_next_key() {
    let terms = Terms { issuer: "https://issuer.example/v1".to_owned(), audience: "bellwether".to_owned() };
    let (current, public) = first();
    let pending = made(&current, &public, 0).unwrap();
    let published = publish(&pending, &public, after(0));
    let proved = |public: &PublicKeys| proved(&terms, &pending, public, after(0));
    assert_eq!(proved(&published), Ok(()));
    assert_eq!(proved(&public), Err(NotNow::Unproved(pending.keys[1].kid.clone())));
    let mut swapped = published.clone();
    let half = swapped.keys[1].x.clone();
    swapped.keys[0].x = half;
    assert_eq!(proved(&swapped), Err(NotNow::Unproved(pending.keys[0].kid.clone())));
}

#[test]
fn printed_keys_and_refusals_show_no_secret() {
    let (current, public) = first();
    let pending = made(&current, &public, 0).unwrap();
    let secret: serde_json::Value = serde_json::from_str(pending.to_secret().expose_secret()).unwrap();
    let pkcs8 = secret["keys"].as_array().unwrap().iter().map(|key| key["pkcs8"].as_str().unwrap());
    let printed = format!("{pending:?} {:?} {:?}", pending.newest(), made(&pending, &public, 0));
    for secret in pkcs8.chain(secret["root"].as_str()) {
        assert!(secret.len() > 40 && !printed.contains(secret));
    }
}
