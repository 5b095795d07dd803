//! Rotation of the signing keys, as pure decisions: which keys follow the existing ones, and when.
//!
//! Every verifier must have a key before it signs, and keep it until the last token that it signed has
//! expired. Verifiers and signers use what they have read for `KEY_CACHE_SECONDS` (`cache` below). Other
//! services use the published key set for up to [`Rotation::max_age`] more:
//!
//! ```text
//! made C      published P                 current F              S = C + 2 cache           E
//!   |--------------|--------------------------|--------------------------|-----------------|
//!                  new key verifies                                      new key signs
//!   old key signs                                                        |  old key verifies
//! ```
//!
//! S is fixed when the key is created, because a version of a secret cannot be changed. Two methods handle a
//! delayed rotation: [`Rotation::ready`] refuses a key that some verifiers may not have, and
//! [`Rotation::close`] computes E from the time at which signers last read the old keys.

#[cfg(test)]
mod tests;

use secrecy::ExposeSecret;

use crate::auth::keys::{PrivateKey, PrivateKeys, PublicKey, PublicKeys};
use crate::auth::token::{LIFE_SECONDS, SKEW_SECONDS, Terms, prove};
use domain::clock::Timestamp;

/// The maximum number of pairs in the private secret.
pub const MOST: usize = 3;

/// A rotation where keys are cached for a given time, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Rotation {
    cache: i64,
}

/// The reason why a step cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Tokens of three keys may still be in use.
    #[error("{MOST} pairs are in use; rotate again from {} on", String::from(*.0))]
    Full(Timestamp),
    /// Some verifiers may not have the new key yet.
    #[error("verifiers may not have the new key yet; finish from {} on", String::from(*.0))]
    Early(Timestamp),
    /// The pending keys do not follow the current ones.
    #[error("the pending keys do not follow from the current ones; cancel this rotation")]
    Stale,
    /// The public secret does not verify signatures of the pending keys.
    #[error("the public secret does not verify signatures of the key {0}")]
    Unproved(String),
}

impl Rotation {
    /// Creates a rotation where verifiers and signers cache keys for `cache_seconds`.
    #[must_use]
    pub fn new(cache_seconds: u32) -> Self {
        Self { cache: i64::from(cache_seconds) }
    }

    /// The number of seconds for which others may cache the published key set: half the cache time. The other
    /// half is the time that may pass between creating a key and publishing it.
    #[must_use]
    pub fn max_age(self) -> i64 {
        self.cache / 2
    }

    /// Returns the keys that follow `current`: `fresh` is added, and keys that have ended according to
    /// `public` are removed. The root stays.
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

    /// Checks that `pending` may become current in place of `current`: it was created from `current`, and
    /// every verifier has had time to read its newest key.
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
        // Before the first key set, no verifier has cached one.
        if current.is_some() && newest.sign_from.max(now.seconds()) < everywhere {
            return Err(NotNow::Early(Timestamp::from_seconds(everywhere)));
        }
        Ok(())
    }

    /// Returns the public secret after `current` has become current: each key with a successor gets an end.
    /// An end that is already set does not change.
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

    /// Sets the end of each key except the newest. This is the published end. Without one, it is when the
    /// last token can expire that a signer creates with the key after reading these keys or the previous ones
    /// until now. A key that is no longer published has ended: a canceled rotation removed it.
    fn set_ends(self, keys: &mut [PrivateKey], public: &PublicKeys, now: Timestamp) {
        let read_again = rounded_up(now) + self.cache + SKEW_SECONDS;
        let mut successor = None;
        for key in keys.iter_mut().rev() {
            let last_signed = successor.map(|sign_from: i64| sign_from.max(read_again));
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

/// Returns the public secret with the public keys of `pending` added. No end is set yet, because the new key
/// may never become current.
#[must_use]
pub fn publish(pending: &PrivateKeys, public: &PublicKeys, now: Timestamp) -> PublicKeys {
    let half = |half: PublicKey| {
        let known = public.keys.iter().find(|known| known.kid == half.kid).cloned();
        known.unwrap_or(PublicKey { published_at: rounded_up(now), verify_until: None, ..half })
    };
    PublicKeys { keys: pending.public().keys.into_iter().map(half).collect() }
}

/// Checks that `pending` was created from `current`: it adds one key to them and has the same root.
///
/// # Errors
/// [`NotNow::Stale`].
pub fn follows(pending: &PrivateKeys, current: Option<&PrivateKeys>) -> Result<(), NotNow> {
    let before = pending.keys.iter().rev().nth(1).map(|key| &key.kid);
    let newest = current.and_then(PrivateKeys::newest).map(|key| &key.kid);
    let root = current.is_none_or(|c| c.root.expose_secret() == pending.root.expose_secret());
    if before == newest && root { Ok(()) } else { Err(NotNow::Stale) }
}

/// Checks that the stored public secret verifies signatures of the keys that sign now and next.
///
/// # Errors
/// [`NotNow::Unproved`] with the key's id.
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
