//! Maps a seed and a unit to a bucket, and a bucket to an arm, with integers only.
//!
//! Source: hash version 2 of the GrowthBook SDKs, which is FNV-1a (32 bits; IETF
//! draft-eastlake-fnv) applied twice. The SDKs hash UTF-16 code units, not bytes: a byte-wise FNV
//! would assign `müller.de` to another bucket.

use super::{BasisPoints, Variant};

/// One of 10,000 equal shares of all units, 0 to 9,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket(u32);

/// The hash of a seed. The seed of a test is hashed once, and each unit's hash continues from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix(u32);

impl Prefix {
    /// Returns the hash of `seed`.
    #[must_use]
    pub fn of(seed: &str) -> Self {
        Self(extend(START, seed))
    }

    /// Returns the hash of the seed followed by `purpose`, for buckets that are independent of those for the arm.
    #[must_use]
    pub fn apart(self, purpose: &str) -> Self {
        Self(extend(self.0, purpose))
    }
}

impl Bucket {
    /// Returns the bucket of `unit` under `seed`.
    #[must_use]
    pub fn of(seed: &str, unit: &str) -> Self {
        Self::after(Prefix::of(seed), unit)
    }

    /// Returns the bucket of `unit` under the seed whose hash is `seed`.
    #[must_use]
    pub fn after(seed: Prefix, unit: &str) -> Self {
        let first = extend(seed.0, unit);
        let mut digits = [0u8; 10];
        Self(fnv1a32(decimal(first, &mut digits).iter().map(|&d| u16::from(d))) % 10_000)
    }

    /// Returns the bucket's number, 0 to 9,999.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// The offset basis of FNV-1a, 32 bits.
const START: u32 = 0x811c_9dc5;

/// Computes FNV-1a over UTF-16 code units, 32 bits.
pub fn fnv1a32(units: impl Iterator<Item = u16>) -> u32 {
    units.fold(START, step)
}

fn step(hash: u32, unit: u16) -> u32 {
    (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193)
}

/// Continues `hash` with `text`.
fn extend(hash: u32, text: &str) -> u32 {
    if text.is_ascii() {
        // Each ASCII byte is one code unit, so no decoding is needed.
        text.bytes().map(u16::from).fold(hash, step)
    } else {
        text.encode_utf16().fold(hash, step)
    }
}

/// Returns the decimal digits of `number` without an allocation.
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

/// The range of buckets that belongs to one arm, in units of 1/10,000 of a bucket, so that `coverage × weight`
/// needs no rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    start: u32,
    end: u32,
}

impl Range {
    /// Returns whether `bucket` is in this range.
    #[must_use]
    pub fn contains(self, bucket: Bucket) -> bool {
        let at = bucket.0 * 10_000;
        self.start <= at && at < self.end
    }

    /// Returns start and end in units of 1/10,000 of a bucket, 0 to 100,000,000.
    #[must_use]
    pub fn bounds(self) -> (u32, u32) {
        (self.start, self.end)
    }
}

/// Returns each arm's range. It starts at the cumulative weight and is `coverage × weight` long, as in the SDKs.
/// Bellwether's tests use full coverage here: another hash determines which units are covered.
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

/// Returns the arm whose range contains `bucket`, if there is one.
#[must_use]
pub fn choose(variants: &[Variant], coverage: BasisPoints, bucket: Bucket) -> Option<&Variant> {
    let weights = variants.iter().map(|v| v.weight);
    let position = ranges(weights, coverage).position(|range| range.contains(bucket))?;
    variants.get(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_returns_every_digit() {
        for number in [0, 7, 10, 9_999, 1_000_000, u32::MAX] {
            assert_eq!(decimal(number, &mut [0; 10]), number.to_string().as_bytes());
        }
    }

    #[test]
    fn a_continued_hash_equals_the_hash_of_the_joined_text() {
        for (seed, unit) in [("", ""), ("s", "acme.com"), ("s", "müller.de"), ("ß", "acme.com"), ("ß", "𝒳")]
        {
            let together = fnv1a32(seed.encode_utf16().chain(unit.encode_utf16()));
            let digits = together.to_string();
            let expected = fnv1a32(digits.encode_utf16()) % 10_000;
            assert_eq!(Bucket::after(Prefix::of(seed), unit).get(), expected, "{seed} {unit}");
        }
    }

    #[test]
    fn an_arm_of_weight_zero_gets_no_unit_and_one_of_full_weight_gets_all() {
        let weights = [BasisPoints::parse(0).unwrap(), BasisPoints::WHOLE];
        let both: Vec<_> = ranges(weights.into_iter(), BasisPoints::WHOLE).collect();
        assert!((0..10_000).all(|b| !both[0].contains(Bucket(b)) && both[1].contains(Bucket(b))));
    }
}
