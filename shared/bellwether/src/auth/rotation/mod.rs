//! Rotation of the signing keys, as decisions: which keys come after those there are, and when.
//!
//! A key must be with every verifier before it signs, and stay with them until the last token that
//! it signed has ended. Verifiers and signers keep what they have read for `KEY_CACHE_SECONDS`
//! (`cache` below), and other services keep the published key set for [`Rotation::max_age`] on top:
//!
//! ```text
//! made C      published P                 current F              S = C + 2 cache           E
//!   |--------------|--------------------------|--------------------------|-----------------|
//!                  new key verifies                                      new key signs
//!   old key signs                                                        |  old key verifies
//! ```
//!
//! S is fixed when the key is made, since a version of a secret cannot be changed. A rotation that
//! was held up is made good elsewhere: [`Rotation::ready`] holds a key back that verifiers may not
//! have, and [`Rotation::close`] sets E from when signers last read the old keys.

#[cfg(test)]
mod tests;

use secrecy::ExposeSecret;

use crate::auth::keys::{PrivateKey, PrivateKeys, PublicKey, PublicKeys};
use crate::auth::token::{LIFE_SECONDS, SKEW_SECONDS, Terms, prove};
use domain::clock::Timestamp;

/// How many pairs the private secret may hold.
pub const MOST: usize = 3;

/// Rotation where keys are cached for a given time, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    cache: i64,
}

/// Why a step cannot be done as things stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Tokens of three keys may still be in use.
    #[error("{MOST} pairs are in use; rotate again from {} on", String::from(*.0))]
    Full(Timestamp),
    /// Verifiers may not have the new key yet.
    #[error("verifiers may not have the new key yet; finish from {} on", String::from(*.0))]
    Early(Timestamp),
    /// The pending keys do not come after the current ones.
    #[error("the pending keys were not made from the current ones; cancel this rotation")]
    Stale,
    /// What is published does not verify what the pending keys sign.
    #[error("the public secret does not verify what the key {0} signs")]
    Unproved(String),
}

impl Rotation {
    /// Rotation where verifiers and signers keep keys for `cache_seconds`.
    #[must_use]
    pub fn new(cache_seconds: u32) -> Self {
        Self { cache: i64::from(cache_seconds) }
    }

    /// For how many seconds others may keep the published key set: half the cache time. The other
    /// half is what may pass between making a key and publishing it.
    #[must_use]
    pub fn max_age(self) -> i64 {
        self.cache / 2
    }

    /// The keys that come after `current`: `fresh` is added, and what has ended by what `public`
    /// says is left out. The root stays.
    ///
    /// # Errors
    /// [`NotNow::Full`].
    pub fn next(
        self,
        current: &PrivateKeys,
        public: &PublicKeys,
        mut fresh: PrivateKey,
        now: Timestamp,
    ) -> Result<PrivateKeys, NotNow> {
        let mut keys = current.keys.clone();
        self.set_ends(&mut keys, public, now);
        keys.retain(|key| key.verify_until.is_none_or(|until| now.seconds() < until));
        if keys.len() >= MOST {
            let first = keys.iter().filter_map(|key| key.verify_until).min().unwrap_or_default();
            return Err(NotNow::Full(Timestamp::from_seconds(first)));
        }
        let mut sign_from = rounded_up(now) + 2 * self.cache;
        if let Some(newest) = keys.last_mut() {
            sign_from = sign_from.max(newest.sign_from + 1);
            newest.verify_until = Some(sign_from + LIFE_SECONDS + SKEW_SECONDS);
        }
        fresh.sign_from = sign_from;
        keys.push(fresh);
        Ok(PrivateKeys { keys, root: current.root.clone() })
    }

    /// Whether `pending` may become current in place of `current`: it was made from those, and
    /// everybody who verifies has had time to read its newest key.
    ///
    /// # Errors
    /// [`NotNow::Stale`], [`NotNow::Unproved`] or [`NotNow::Early`].
    pub fn ready(
        self,
        pending: &PrivateKeys,
        current: Option<&PrivateKeys>,
        public: &PublicKeys,
        now: Timestamp,
    ) -> Result<(), NotNow> {
        follows(pending, current)?;
        let newest = pending.newest().ok_or(NotNow::Stale)?;
        let half = public.keys.iter().find(|key| key.kid == newest.kid);
        let published = half.ok_or_else(|| NotNow::Unproved(newest.kid.clone()))?;
        let everywhere = published.published_at + self.cache + self.max_age();
        // Nobody has cached a key set before the first.
        if current.is_some() && newest.sign_from.max(now.seconds()) < everywhere {
            return Err(NotNow::Early(Timestamp::from_seconds(everywhere)));
        }
        Ok(())
    }

    /// The public secret once `current` has become current: what has a successor gets its end. One
    /// that has its end keeps it.
    #[must_use]
    pub fn close(self, current: &PrivateKeys, public: &PublicKeys, now: Timestamp) -> PublicKeys {
        let mut keys = current.keys.clone();
        self.set_ends(&mut keys, public, now);
        let mut closed = public.clone();
        for key in &mut closed.keys {
            if let Some(own) = keys.iter().find(|own| own.kid == key.kid) {
                key.verify_until = own.verify_until;
            }
        }
        closed
    }

    /// Gives each key but the newest its end: the published one, else when the last token has ended
    /// that a signer may sign with it who has read these keys, or the ones before them, by now. One
    /// that is published no more has ended: a rotation that was given up has taken it out.
    fn set_ends(self, keys: &mut [PrivateKey], public: &PublicKeys, now: Timestamp) {
        let read_anew = rounded_up(now) + self.cache + SKEW_SECONDS;
        let mut successor = None;
        for key in keys.iter_mut().rev() {
            let last_signed = successor.map(|sign_from: i64| sign_from.max(read_anew));
            let end = last_signed.map(|last| last + LIFE_SECONDS + SKEW_SECONDS);
            let published = public.keys.iter().find(|half| half.kid == key.kid);
            key.verify_until = end.map(|end| match published {
                Some(half) => half.verify_until.unwrap_or(end),
                None => now.seconds(),
            });
            successor = Some(key.sign_from);
        }
    }
}

/// The public secret with the halves of `pending` in it. Who is to end is not said yet: the new key
/// may never become current.
#[must_use]
pub fn publish(pending: &PrivateKeys, public: &PublicKeys, now: Timestamp) -> PublicKeys {
    let half = |half: PublicKey| {
        let known = public.keys.iter().find(|known| known.kid == half.kid).cloned();
        known.unwrap_or(PublicKey { published_at: rounded_up(now), verify_until: None, ..half })
    };
    PublicKeys { keys: pending.public().keys.into_iter().map(half).collect() }
}

/// Whether `pending` was made from `current`: its newest key comes right after theirs, and the root
/// is the same.
///
/// # Errors
/// [`NotNow::Stale`].
pub fn follows(pending: &PrivateKeys, current: Option<&PrivateKeys>) -> Result<(), NotNow> {
    let before = pending.keys.iter().rev().nth(1).map(|key| &key.kid);
    let newest = current.and_then(PrivateKeys::newest).map(|key| &key.kid);
    let root = current.is_none_or(|c| c.root.expose_secret() == pending.root.expose_secret());
    if before == newest && root { Ok(()) } else { Err(NotNow::Stale) }
}

/// Whether what the pending keys sign, now and next, holds by the public secret as it is stored.
///
/// # Errors
/// [`NotNow::Unproved`] with the key's name.
pub fn proved(
    terms: &Terms,
    pending: &PrivateKeys,
    public: &PublicKeys,
    now: Timestamp,
) -> Result<(), NotNow> {
    let mut signing = pending.signer(now).into_iter().chain(pending.newest());
    signing.try_for_each(|key| prove(terms, key, public, now).map_err(|_| NotNow::Unproved(key.kid.clone())))
}

/// Whole seconds since 1970, rounded up.
fn rounded_up(now: Timestamp) -> i64 {
    Timestamp::from_millis(now.millis() + 999).seconds()
}
