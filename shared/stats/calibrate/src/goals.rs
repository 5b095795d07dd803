//! The units of simulated tests: the distribution of each goal, and the sizes of the arms.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use stats::delta;
use stats::joint::Joint;
use stats::sample::Sample;

/// Units per arm at the fixed horizon, for two equal arms. Other weights divide twice as many units.
pub const SIZES: [usize; 5] = [10, 20, 40, 100, 400];

/// Control's share of units, in percent.
pub const SHARES: [usize; 3] = [50, 20, 10];

/// A simulated goal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Conversions per visitor of an account. The number of visitors is lognormal (median 8, σ 0.8), and each
    /// account has its own rate, uniform between 0 and 40 %.
    Ratio,
    /// Whether the unit converts, with this rate in percent.
    Binary(f64),
    /// Revenue: 0 for 80 % of units, lognormal with σ 1 for the others.
    Skewed,
}

/// The goals of every table.
pub const GOALS: [Goal; 5] =
    [Goal::Ratio, Goal::Binary(5.0), Goal::Binary(20.0), Goal::Binary(50.0), Goal::Skewed];

impl Goal {
    /// The goal's name in a table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Ratio => "ratio".into(),
            Self::Binary(percent) => format!("binary {percent} %"),
            Self::Skewed => "skewed sum".into(),
        }
    }

    /// Returns the true mean (or ratio) when it is raised by the share `lift`.
    #[must_use]
    pub fn truth(self, lift: f64) -> f64 {
        (1.0 + lift)
            * match self {
                Self::Ratio => 0.2,
                Self::Binary(percent) => percent / 100.0,
                Self::Skewed => 0.2 * 0.5_f64.exp(),
            }
    }

    /// Draws one unit as (number or numerator, 1 or denominator), with its mean raised by the share `lift`.
    #[must_use]
    pub fn unit(self, random: &mut Random, lift: f64) -> (f64, f64) {
        let raised = 1.0 + lift;
        match self {
            Self::Ratio => {
                let visitors = 1.0 + (2.0 + 0.8 * random.normal()).exp().floor();
                let rate = 0.4 * random.even() * raised;
                let mut converted = 0.0;
                let mut waiting = visitors;
                while waiting > 0.0 {
                    converted += f64::from(u8::from(random.even() < rate));
                    waiting -= 1.0;
                }
                (converted, visitors)
            }
            Self::Binary(percent) => (f64::from(u8::from(random.even() < percent / 100.0 * raised)), 1.0),
            Self::Skewed if random.even() < 0.2 * raised => (random.normal().exp(), 1.0),
            Self::Skewed => (0.0, 1.0),
        }
    }

    /// Returns the arm in the form that every comparison uses.
    #[must_use]
    pub fn sample(self, arm: &Joint) -> Option<Sample> {
        if self == Self::Ratio { delta::sample(arm) } else { arm.x().sample() }
    }

    /// Returns the lift that the z test finds in four of five tests with `n` units in each of two arms.
    #[must_use]
    pub fn lift_to_find(self, n: usize) -> f64 {
        let mut random = Random::of("lift", n, 0);
        let mut many = Joint::default();
        for _ in 0..20_000 {
            let (x, y) = self.unit(&mut random, 0.0);
            many.add(x, y);
        }
        let spread = self.sample(&many).map_or(0.0, |sample| sample.variance.sqrt());
        2.8 * spread * (2.0 / real(n)).sqrt() / self.truth(0.0)
    }
}

/// Returns the units in control and in treatment when `total` units are divided.
#[must_use]
pub fn split(total: usize, share: usize) -> (usize, usize) {
    let control = (total * share).div_ceil(100);
    (control, total - control)
}

/// Random numbers from a seed.
pub struct Random(ChaCha8Rng);

impl Random {
    /// Creates a stream that is the same for the same name and numbers.
    #[must_use]
    pub fn of(name: &str, first: usize, second: usize) -> Self {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&(first as u64).to_le_bytes());
        seed[8..16].copy_from_slice(&(second as u64).to_le_bytes());
        for (place, byte) in seed[16..].iter_mut().zip(name.bytes()) {
            *place = byte;
        }
        Self(ChaCha8Rng::from_seed(seed))
    }

    /// Returns a uniform number between 0 and 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn even(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Returns a normal number with mean 0 and variance 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.even()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.even()).cos()
    }

    /// Returns a uniform number below `n`, which is 1 or more.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to n")]
    pub fn below(&mut self, n: usize) -> usize {
        ((self.even() * real(n)) as usize).min(n.saturating_sub(1))
    }

    /// Returns a seed for the draws of one test.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.0.fill_bytes(&mut seed);
        seed
    }
}

/// Converts a count to a number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a simulation are small")]
pub fn real(n: usize) -> f64 {
    n as f64
}

/// Formats a share in percent with one decimal.
#[must_use]
pub fn percent(part: usize, of: usize) -> String {
    if of == 0 { "–".into() } else { format!("{:.1}", 100.0 * real(part) / real(of)) }
}
