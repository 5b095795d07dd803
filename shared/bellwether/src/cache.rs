//! An in-memory cache with a maximum number of entries. When it is full, a new entry replaces the least
//! recently used one. Entries can have a lifetime, after which they are not returned.
//!
//! Reading and writing an entry both count as use. An expired entry is removed when it is read or replaced;
//! no timer removes it. A cache with a capacity of 0 stores nothing.
//!
//! A hit costs one uncontended lock, one hash of the key and a clone of the value, so large values are stored
//! in an `Arc`. The memory use is that of the keys and values, and about 16 bytes for each entry of the
//! capacity. The lock is never held across an await.
//!
//! Signing keys are not in such a cache: they stay in use past their lifetime while Secrets Manager is down
//! (`auth/keys/cache.rs`).

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use domain::clock::Timestamp;

/// Values of `V` by keys of `K`, shared by all concurrent work of an instance.
pub struct Cache<K, V> {
    entries: Option<Mutex<LruCache<K, Entry<V>>>>,
    life_ms: u64,
}

struct Entry<V> {
    value: V,
    since: Timestamp,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    /// Creates an empty cache of at most `most` entries, which do not expire.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let entries = NonZeroUsize::new(most).map(|most| Mutex::new(LruCache::new(most)));
        Self { entries, life_ms: u64::MAX }
    }

    /// The cache with entries that expire after `life` seconds.
    #[must_use]
    pub fn for_seconds(self, life: u32) -> Self {
        Self { life_ms: u64::from(life) * 1_000, ..self }
    }

    /// Returns the value of `key`, if it has not expired at `now`.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V>
    where
        V: Clone,
    {
        let mut entries = self.lock()?;
        let entry = entries.get(key)?;
        if self.is_valid(entry, now) {
            return Some(entry.value.clone());
        }
        entries.pop(key);
        None
    }

    /// Stores `value` under `key`.
    pub fn put(&self, key: K, value: V, now: Timestamp) {
        if let Some(mut entries) = self.lock() {
            entries.put(key, Entry { value, since: now });
        }
    }

    /// Replaces the value of `key` by the first part of what `change` returns, and returns the second part.
    /// No other access takes place in between.
    pub fn change<T>(&self, key: K, now: Timestamp, change: impl FnOnce(Option<&V>) -> (V, T)) -> T {
        let Some(mut entries) = self.lock() else { return change(None).1 };
        let old = entries.get(&key).filter(|entry| self.is_valid(entry, now));
        let (value, result) = change(old.map(|entry| &entry.value));
        entries.put(key, Entry { value, since: now });
        result
    }

    /// Removes the value of `key`.
    pub fn remove(&self, key: &K) {
        if let Some(mut entries) = self.lock() {
            entries.pop(key);
        }
    }

    /// The number of entries, including expired ones that were not removed yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().map_or(0, |entries| entries.len())
    }

    /// Whether the cache is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an entry has not expired. An entry from further in the future than its lifetime was written
    /// before the clock was set back, and counts as expired. Otherwise it would stay valid until that time.
    fn is_valid(&self, entry: &Entry<V>, now: Timestamp) -> bool {
        now.millis().abs_diff(entry.since.millis()) < self.life_ms
    }

    fn lock(&self) -> Option<MutexGuard<'_, LruCache<K, Entry<V>>>> {
        self.entries.as_ref().map(|entries| entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Prints neither keys nor values: some are secrets, and some are about accounts.
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
    fn the_least_recently_used_entry_is_replaced() {
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
    fn an_expired_entry_is_not_returned_and_is_removed_when_read() {
        let cache = Cache::new(2).for_seconds(30);
        cache.put("a", 1, at(0));
        assert_eq!((cache.get(&"a", at(29)), cache.len()), (Some(1), 1));
        assert_eq!((cache.get(&"a", at(30)), cache.len()), (None, 0));
        cache.put("a", 2, at(30));
        assert_eq!(cache.get(&"a", at(59)), Some(2), "its lifetime begins when it is written");
        let endless = Cache::new(1);
        endless.put("a", 1, at(0));
        assert_eq!(endless.get(&"a", at(i64::from(u32::MAX))), Some(1));
        let none = Cache::new(1).for_seconds(0);
        none.put("a", 1, at(0));
        assert_eq!(none.get(&"a", at(0)), None);
    }

    #[test]
    fn setting_the_clock_back_extends_a_lifetime_by_at_most_that_time() {
        let cache = Cache::new(2).for_seconds(30);
        cache.put("a", 1, at(3_600));
        assert_eq!(cache.get(&"a", at(3_571)), Some(1), "a request that began before the write");
        assert_eq!((cache.get(&"a", at(3_570)), cache.len()), (None, 0));
        let endless = Cache::new(1);
        endless.put("a", 1, at(3_600));
        assert_eq!(endless.get(&"a", at(0)), Some(1));
    }

    #[test]
    fn removed_entries_are_gone_and_a_cache_without_capacity_stores_nothing() {
        let (cache, none) = (Cache::new(2), Cache::new(0));
        cache.put("a", 1, at(0));
        cache.remove(&"a");
        none.put("a", 1, at(0));
        assert_eq!((cache.get(&"a", at(0)), none.get(&"a", at(0))), (None, None));
        assert!(cache.is_empty() && none.is_empty());
    }

    #[test]
    fn a_printed_cache_shows_neither_keys_nor_values() {
        let cache = Cache::new(1);
        cache.put("acme.com", "blue", at(0));
        let printed = format!("{cache:?}");
        assert!(!printed.contains("acme") && !printed.contains("blue"), "{printed}");
    }
}
