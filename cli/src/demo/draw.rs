//! Chance from a seed: the same seed gives the same campaign.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of chance.
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// Creates a source.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns a number from 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }

    /// Returns whether something with this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Returns a whole number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        // The bias of a remainder is below one in a million for the limits here.
        (self.0.next_u64() % (limit.max(1) as u64)).try_into().unwrap_or_default()
    }

    /// Returns one of the values.
    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// Returns all items, one in five of them twice, in random order.
    pub fn repeated<T: Clone>(&mut self, mut items: Vec<T>) -> Vec<T> {
        for index in 0..items.len() {
            if self.happens(0.2) {
                items.push(items[index].clone());
            }
        }
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
        items
    }
}
