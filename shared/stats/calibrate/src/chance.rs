//! Random numbers from a seed, and shares of runs with their Monte Carlo error.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers. The same seed gives the same stream.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns a uniform number from 0 (inclusive) to 1 (exclusive).
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns true with probability `share`.
    pub fn happens(&mut self, share: f64) -> bool {
        self.uniform() < share
    }

    /// Returns a standard normal number (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// A number of hits among `runs` runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    /// Runs with the event.
    pub hits: u32,
    /// All runs.
    pub runs: u32,
}

impl Rate {
    /// Counts one run.
    pub fn count(&mut self, hit: bool) {
        self.hits += u32::from(hit);
        self.runs += 1;
    }

    /// Returns the share of runs with the event.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(self.hits) / f64::from(self.runs.max(1))
    }

    /// Returns two Monte Carlo standard errors of the share.
    #[must_use]
    pub fn margin(&self) -> f64 {
        2.0 * (self.share() * (1.0 - self.share()) / f64::from(self.runs.max(1))).sqrt()
    }
}

impl std::fmt::Display for Rate {
    /// Writes the percentage with its two standard errors.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} ± {:.1}", 100.0 * self.share(), 100.0 * self.margin())
    }
}
