//! Tests that no rotation invalidates a token: at every moment, every token that a signer may have signed,
//! with keys that it may have read, is valid for every verifier, with keys that it may have read. Rotations
//! are repeated, delayed, abandoned, and crash between any two writes.

use std::collections::BTreeMap;

use bellwether::auth::keys::{PrivateKey, PrivateKeys, PublicKeys};
use bellwether::auth::rotation::{MOST, NotNow, Rotation, publish};
use bellwether::auth::token::{LIFE_SECONDS, SKEW_SECONDS};
use domain::clock::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

/// 2026-11-21T10:00:00.250Z.
const START: i64 = 1_795_255_200_250;

/// One write of a rotation.
#[derive(Debug, Clone, Copy)]
enum Write {
    /// createSecret: the expiry times that a crash left open, and the pending version.
    Create,
    /// setSecret: the public keys.
    Publish,
    /// finishSecret, first write: the pending version becomes current.
    Promote,
    /// finishSecret, second write: the old key gets its expiry time.
    Close,
    /// The rotation is abandoned.
    GiveUp,
}

/// All writes, each with the millisecond from which it could be read.
struct World {
    cycle: Rotation,
    cache: i64,
    now: i64,
    private: Vec<(i64, PrivateKeys)>,
    public: Vec<(i64, PublicKeys)>,
    pending: Option<PrivateKeys>,
    /// Each key id with the last second in which it may have signed.
    signed: BTreeMap<String, i64>,
}

/// Returns what an instance may have in its cache if it caches reads for `keep` milliseconds.
fn in_memory<T>(written: &[(i64, T)], now: i64, keep: i64) -> impl Iterator<Item = &T> {
    let ends = written.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]);
    written.iter().zip(ends).filter(move |(_, end)| *end >= now - keep).map(|((_, content), _)| content)
}

impl World {
    fn new(cache: u32) -> Self {
        let at = Timestamp::from_millis(START);
        let first = PrivateKeys::first(at).unwrap();
        let public = publish(&first, &PublicKeys::default(), at);
        let (private, public) = (vec![(START, first)], vec![(START, public)]);
        let (cycle, signed) = (Rotation::new(cache), BTreeMap::new());
        Self { cycle, cache: i64::from(cache), now: START, private, public, pending: None, signed }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    fn current(&self) -> &PrivateKeys {
        &self.private.last().unwrap().1
    }

    fn published(&self) -> &PublicKeys {
        &self.public.last().unwrap().1
    }

    /// Makes one write if its step would make it; otherwise returns the step's error.
    fn write(&mut self, write: Write) -> Result<(), NotNow> {
        let (now, at) = (self.now, self.at());
        match (write, self.pending.clone()) {
            (Write::Create, None) => {
                self.public.push((now, self.cycle.close(self.current(), self.published(), at)));
                let fresh = PrivateKey::generate().unwrap();
                self.pending = Some(self.cycle.next(self.current(), self.published(), fresh, at)?);
            }
            (Write::Publish, Some(pending)) => {
                self.public.push((now, publish(&pending, self.published(), at)));
            }
            (Write::Promote, Some(pending)) => {
                self.cycle.ready(&pending, Some(self.current()), self.published(), at)?;
                self.private.push((now, pending));
                self.pending = None;
            }
            (Write::Close, None) => {
                self.public.push((now, self.cycle.close(self.current(), self.published(), at)));
            }
            (Write::GiveUp, _) => self.pending = None,
            _ => {}
        }
        assert!(self.current().public().halves(Timestamp::from_millis(0)).count() <= MOST);
        Ok(())
    }

    /// Advances the time in steps of a second, and checks the rule at each.
    fn pass(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += 1_000;
            self.assert_every_token_is_valid();
        }
    }

    fn assert_every_token_is_valid(&mut self) {
        let (now, at) = (self.now, self.at());
        for keys in in_memory(&self.private, now, self.cache * 1_000) {
            let signer = keys.signer(at).unwrap();
            self.signed.insert(signer.kid.clone(), at.seconds());
        }
        // A token of that second expires after its lifetime and the skew. Steps of a second leave out half a second.
        self.signed.retain(|_, signed| at.seconds() < *signed + LIFE_SECONDS + SKEW_SECONDS);
        let keep = (self.cache + self.cycle.max_age()) * 1_000;
        for keys in in_memory(&self.public, now, keep) {
            for kid in self.signed.keys() {
                assert!(keys.in_force(kid, at).is_some(), "a verifier lacks {kid} at {at:?}");
            }
        }
        let before = |from: &i64| *from < now - 4 * keep;
        let old = self.public.iter().skip(1).filter(|(from, _)| before(from)).count();
        self.public.drain(..old);
        let old = self.private.iter().skip(1).filter(|(from, _)| before(from)).count();
        self.private.drain(..old);
    }
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        4 => Just(Write::Create),
        4 => Just(Write::Publish),
        4 => Just(Write::Promote),
        3 => Just(Write::Close),
        1 => Just(Write::GiveUp),
    ]
}

/// Seconds between two writes: mostly zero, sometimes longer than the lifetime of a cache or a token.
fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0_i64..3, 3 => 3_i64..400, 1 => 400_i64..2_500]
}

/// Single writes in any order, and complete rotations.
fn writes() -> impl Strategy<Value = Vec<(i64, Write)>> {
    let any = (wait(), write()).prop_map(|one| vec![one]);
    let whole = [Write::Create, Write::Publish, Write::Promote, Write::Close];
    let whole = vec(wait(), 4).prop_map(move |waits| waits.into_iter().zip(whole).collect());
    vec(prop_oneof![2 => any, 3 => whole], 1..14).prop_map(|parts: Vec<Vec<_>>| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_token_is_valid_with_every_verifier_during_any_rotations(
        cache in prop_oneof![Just(1_u32), Just(30), Just(300)],
        writes in writes(),
    ) {
        let mut world = World::new(cache);
        for (seconds, write) in writes {
            world.pass(seconds);
            let _ = world.write(write);
        }
        // Until the oldest of three pairs created together has expired, so that another one can be added.
        world.pass(2 * LIFE_SECONDS + i64::from(cache) * 10);
        // An incomplete rotation can be completed, or abandoned and followed by another one.
        let before = world.current().newest().unwrap().kid.clone();
        let _ = world.write(Write::Create);
        for write in [Write::Publish, Write::Promote] {
            world.pass(i64::from(cache) * 2);
            prop_assert_eq!(world.write(write), Ok(()));
        }
        world.write(Write::Close).unwrap();
        world.pass(i64::from(cache) * 3 + LIFE_SECONDS + 2 * SKEW_SECONDS);
        let (now, current) = (world.at(), world.current());
        let signer = current.signer(now).unwrap();
        prop_assert!(signer.kid != before && signer.kid == current.newest().unwrap().kid);
        prop_assert!(world.published().in_force(&before, now).is_none(), "the old key has not expired");
    }
}
