//! The units of simulated tests: what each kind of goal gives, and how units fall into the arms.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use stats::delta;
use stats::joint::Joint;
use stats::sample::Sample;

/// Units an arm at the planned end, of two equal arms; other weights share out twice as many.
pub const SIZES: [usize; 5] = [10, 20, 40, 100, 400];

/// Control's share of units, in percent.
pub const SHARES: [usize; 3] = [50, 20, 10];

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Conversions per visitor of an account: accounts have visitors of a lognormal number (median 8,
    /// σ 0.8) and a rate of their own, even between 0 and 40 %.
    Ratio,
    /// One in so many percent of units converts.
    Binary(f64),
    /// Revenue: nothing in 80 % of units, lognormal with σ 1 else.
    Skewed,
}

/// The goals of every table.
pub const GOALS: [Goal; 5] =
    [Goal::Ratio, Goal::Binary(5.0), Goal::Binary(20.0), Goal::Binary(50.0), Goal::Skewed];

impl Goal {
    /// Its name in a table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Ratio => "ratio".into(),
            Self::Binary(percent) => format!("binary {percent} %"),
            Self::Skewed => "skewed sum".into(),
        }
    }

    /// What the mean (or ratio) truly is, when it is raised by the share `lift`.
    #[must_use]
    pub fn truth(self, lift: f64) -> f64 {
        (1.0 + lift)
            * match self {
                Self::Ratio => 0.2,
                Self::Binary(percent) => percent / 100.0,
                Self::Skewed => 0.2 * 0.5_f64.exp(),
            }
    }

    /// One unit as (number or numerator, 1 or denominator), its mean raised by the share `lift`.
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

    /// The arm as every comparison takes it.
    #[must_use]
    pub fn sample(self, arm: &Joint) -> Option<Sample> {
        if self == Self::Ratio { delta::sample(arm) } else { arm.x().sample() }
    }

    /// The lift that the z test would find four times in five with `n` units in each of two arms.
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

/// Units in control and treatment when `total` are shared out.
#[must_use]
pub fn split(total: usize, share: usize) -> (usize, usize) {
    let control = (total * share).div_ceil(100);
    (control, total - control)
}

/// Chance from a seed.
pub struct Random(ChaCha8Rng);

impl Random {
    /// The same for the same name and numbers.
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

    /// Evenly between 0 and 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn even(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Normal with mean 0 and variance 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.even()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.even()).cos()
    }

    /// A seed for a test's own draws.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.0.fill_bytes(&mut seed);
        seed
    }
}

/// A count as a number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of a simulation are small")]
pub fn real(n: usize) -> f64 {
    n as f64
}

/// A share in percent with one decimal.
#[must_use]
pub fn percent(part: usize, of: usize) -> String {
    if of == 0 { "–".into() } else { format!("{:.1}", 100.0 * real(part) / real(of)) }
}
