//! What an instance remembers, by one policy: at most as many entries as it was made for, of which the one
//! used least recently makes room for the next; and, where entries have a life, none that is older.
//!
//! To be read and to be written are both uses. An entry past its life is told to nobody, and leaves when it is
//! asked for or makes room; no timer looks for it. A cache of no entries remembers nothing.
//!
//! A hit costs one uncontended lock, one hash of the key and a clone of the value; what is remembered for many
//! readers is therefore kept in an `Arc`. Memory is the keys and values that are there, and 16 bytes or so for
//! each entry that there may be. The lock is never held while anything waits.
//!
//! Signing keys are not kept here: an outage of Secrets Manager must not end them, so that they serve on past
//! their life (`auth/keys/cache.rs`).

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use domain::clock::Timestamp;

/// Values of `V` by keys of `K`, shared by all that an instance does at a time.
pub struct Cache<K, V> {
    held: Option<Mutex<LruCache<K, Kept<V>>>>,
    life_ms: u64,
}

struct Kept<V> {
    value: V,
    since: Timestamp,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    /// An empty cache of `most` entries, which have no end of their own.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let held = NonZeroUsize::new(most).map(|most| Mutex::new(LruCache::new(most)));
        Self { held, life_ms: u64::MAX }
    }

    /// The same, of entries that hold for less than so many seconds.
    #[must_use]
    pub fn for_seconds(self, life: u32) -> Self {
        Self { life_ms: u64::from(life) * 1_000, ..self }
    }

    /// What is remembered under `key` at `now`.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V>
    where
        V: Clone,
    {
        let mut held = self.lock()?;
        let entry = held.get(key)?;
        if self.holds(entry, now) {
            return Some(entry.value.clone());
        }
        held.pop(key);
        None
    }

    /// Remembers `value` under `key` from `now` on.
    pub fn put(&self, key: K, value: V, now: Timestamp) {
        if let Some(mut held) = self.lock() {
            held.put(key, Kept { value, since: now });
        }
    }

    /// Remembers in place of what is remembered under `key` at `now` what `change` makes of it, and tells the
    /// rest of what it says. Nobody else reads or writes meanwhile.
    pub fn change<T>(&self, key: K, now: Timestamp, change: impl FnOnce(Option<&V>) -> (V, T)) -> T {
        let Some(mut held) = self.lock() else { return change(None).1 };
        let old = held.get(&key).filter(|entry| self.holds(entry, now));
        let (value, result) = change(old.map(|entry| &entry.value));
        held.put(key, Kept { value, since: now });
        result
    }

    /// Forgets what is remembered under `key`.
    pub fn remove(&self, key: &K) {
        if let Some(mut held) = self.lock() {
            held.pop(key);
        }
    }

    /// How many entries there are, with those past their life that nobody has asked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().map_or(0, |held| held.len())
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an entry is within its life, on either side: one from a future further off was written before the clock
    /// was set back, and would else hold until then.
    fn holds(&self, entry: &Kept<V>, now: Timestamp) -> bool {
        now.millis().abs_diff(entry.since.millis()) < self.life_ms
    }

    fn lock(&self) -> Option<MutexGuard<'_, LruCache<K, Kept<V>>>> {
        self.held.as_ref().map(|held| held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Neither keys nor values are printed: some are secrets, and some are about accounts.
impl<K: Hash + Eq, V> std::fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache")
            .field("len", &self.len())
            .field("life_ms", &self.life_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_255_200_000 + seconds * 1_000)
    }

    #[test]
    fn what_was_used_least_recently_makes_room() {
        let cache = Cache::new(2);
        cache.put("a", 1, at(0));
        cache.put("b", 2, at(0));
        assert_eq!(cache.get(&"a", at(1)), Some(1));
        cache.put("c", 3, at(2));
        assert_eq!(["a", "b", "c"].map(|key| cache.get(&key, at(3))), [Some(1), None, Some(3)]);
        cache.put("a", 4, at(4));
        cache.put("d", 5, at(5));
        assert_eq!(["a", "c", "d"].map(|key| cache.get(&key, at(6))), [Some(4), None, Some(5)]);
        assert_eq!(cache.len(), 2);
    }

    #[test]
    fn an_entry_past_its_life_is_told_to_nobody_and_leaves_when_it_is_asked_for() {
        let cache = Cache::new(2).for_seconds(30);
        cache.put("a", 1, at(0));
        assert_eq!((cache.get(&"a", at(29)), cache.len()), (Some(1), 1));
        assert_eq!((cache.get(&"a", at(30)), cache.len()), (None, 0));
        cache.put("a", 2, at(30));
        assert_eq!(cache.get(&"a", at(59)), Some(2), "its life begins when it is written");
        let endless = Cache::new(1);
        endless.put("a", 1, at(0));
        assert_eq!(endless.get(&"a", at(i64::from(u32::MAX))), Some(1));
        let none = Cache::new(1).for_seconds(0);
        none.put("a", 1, at(0));
        assert_eq!(none.get(&"a", at(0)), None);
    }

    #[test]
    fn a_clock_that_was_set_back_lengthens_no_life_by_more_than_itself() {
        let cache = Cache::new(2).for_seconds(30);
        cache.put("a", 1, at(3_600));
        assert_eq!(cache.get(&"a", at(3_571)), Some(1), "a request that began before it was written");
        assert_eq!((cache.get(&"a", at(3_570)), cache.len()), (None, 0));
        let endless = Cache::new(1);
        endless.put("a", 1, at(3_600));
        assert_eq!(endless.get(&"a", at(0)), Some(1));
    }

    #[test]
    fn what_is_removed_is_gone_and_a_cache_of_none_remembers_nothing() {
        let (cache, none) = (Cache::new(2), Cache::new(0));
        cache.put("a", 1, at(0));
        cache.remove(&"a");
        none.put("a", 1, at(0));
        assert_eq!((cache.get(&"a", at(0)), none.get(&"a", at(0))), (None, None));
        assert!(cache.is_empty() && none.is_empty());
    }

    #[test]
    fn neither_keys_nor_values_are_printed() {
        let cache = Cache::new(1);
        cache.put("acme.com", "blue", at(0));
        let printed = format!("{cache:?}");
        assert!(!printed.contains("acme") && !printed.contains("blue"), "{printed}");
    }
}
