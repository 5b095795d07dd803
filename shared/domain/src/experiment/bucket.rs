//! From a seed and a unit to a bucket, and from a bucket to an arm, in integers only.
//!
//! Source: hash version 2 of the GrowthBook SDKs, which is FNV-1a (32 bits; IETF
//! draft-eastlake-fnv) applied twice. The SDKs hash UTF-16 code units, not bytes: a byte-wise FNV
//! would put `müller.de` elsewhere.

use super::{BasisPoints, Variant};

/// One of 10,000 equal shares of all units, 0 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(u32);

/// The hash of a seed, to go on from with each unit: the seed of a test is hashed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix(u32);

impl Prefix {
    /// The hash of `seed`.
    #[must_use]
    pub fn of(seed: &str) -> Self {
        Self(extend(START, seed))
    }

    /// The hash of the seed followed by `purpose`: from here other buckets are drawn than for the arm.
    #[must_use]
    pub fn apart(self, purpose: &str) -> Self {
        Self(extend(self.0, purpose))
    }
}

impl Bucket {
    /// The bucket of `unit` under `seed`.
    #[must_use]
    pub fn of(seed: &str, unit: &str) -> Self {
        Self::after(Prefix::of(seed), unit)
    }

    /// The bucket of `unit` under the seed whose hash is `seed`.
    #[must_use]
    pub fn after(seed: Prefix, unit: &str) -> Self {
        let first = extend(seed.0, unit);
        let mut digits = [0u8; 10];
        Self(fnv1a32(decimal(first, &mut digits).iter().map(|&d| u16::from(d))) % 10_000)
    }

    /// The bucket's number, 0 to 9,999.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// The offset basis of FNV-1a, 32 bits.
const START: u32 = 0x811c_9dc5;

/// FNV-1a over UTF-16 code units, 32 bits.
pub fn fnv1a32(units: impl Iterator<Item = u16>) -> u32 {
    units.fold(START, step)
}

fn step(hash: u32, unit: u16) -> u32 {
    (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193)
}

/// The hash of what `hash` is the hash of, followed by `text`.
fn extend(hash: u32, text: &str) -> u32 {
    if text.is_ascii() {
        // Each byte is its own code unit: nothing to decode.
        text.bytes().map(u16::from).fold(hash, step)
    } else {
        text.encode_utf16().fold(hash, step)
    }
}

/// The decimal digits of `number`, without an allocation.
fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b"0123456789"[(number % 10) as usize];
        number /= 10;
        if number == 0 {
            return &digits[start..];
        }
    }
}

/// The part of the bucket line that belongs to one arm, in units of 1/10,000 of a bucket, so that
/// `coverage × weight` needs no rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    start: u32,
    end: u32,
}

impl Range {
    /// Whether `bucket` lies in this part.
    #[must_use]
    pub fn holds(self, bucket: Bucket) -> bool {
        let at = bucket.0 * 10_000;
        self.start <= at && at < self.end
    }

    /// Start and end in units of 1/10,000 of a bucket, 0 to 100,000,000.
    #[must_use]
    pub fn bounds(self) -> (u32, u32) {
        (self.start, self.end)
    }
}

/// Each arm's range: it starts at the cumulative weight and is `coverage × weight` long, as in the SDKs.
/// Tests of Bellwether use whole ranges: who is covered is drawn by a hash of its own.
pub fn ranges(
    weights: impl Iterator<Item = BasisPoints>,
    coverage: BasisPoints,
) -> impl Iterator<Item = Range> {
    weights.scan(0, move |start, weight| {
        let range = Range { start: *start, end: *start + weight.get() * coverage.get() };
        *start += weight.get() * 10_000;
        Some(range)
    })
}

/// The arm whose range holds `bucket`, if any does.
#[must_use]
pub fn choose(variants: &[Variant], coverage: BasisPoints, bucket: Bucket) -> Option<&Variant> {
    let weights = variants.iter().map(|v| v.weight);
    let position = ranges(weights, coverage).position(|range| range.holds(bucket))?;
    variants.get(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_writes_every_digit() {
        for number in [0, 7, 10, 9_999, 1_000_000, u32::MAX] {
            assert_eq!(decimal(number, &mut [0; 10]), number.to_string().as_bytes());
        }
    }

    #[test]
    fn a_seed_hashed_once_gives_the_buckets_of_both_texts_hashed_together() {
        for (seed, unit) in [("", ""), ("s", "acme.com"), ("s", "müller.de"), ("ß", "acme.com"), ("ß", "𝒳")]
        {
            let together = fnv1a32(seed.encode_utf16().chain(unit.encode_utf16()));
            let digits = together.to_string();
            let expected = fnv1a32(digits.encode_utf16()) % 10_000;
            assert_eq!(Bucket::after(Prefix::of(seed), unit).get(), expected, "{seed} {unit}");
        }
    }

    #[test]
    fn a_zero_weight_holds_nobody_and_a_whole_holds_everybody() {
        let weights = [BasisPoints::parse(0).unwrap(), BasisPoints::WHOLE];
        let both: Vec<_> = ranges(weights.into_iter(), BasisPoints::WHOLE).collect();
        assert!((0..10_000).all(|b| !both[0].holds(Bucket(b)) && both[1].holds(Bucket(b))));
    }
}
