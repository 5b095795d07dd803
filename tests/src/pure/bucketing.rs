//! Tests that buckets, ranges and choices equal those of the GrowthBook SDKs in every reference case of
//! `cases/bucketing_and_targeting.json`, except for cases that Bellwether refuses for a stated reason.

use domain::experiment::bucket::{Bucket, Range, choose, fnv1a32, ranges};
use domain::experiment::{BasisPoints, Variant, VariantKey};
use serde_json::Value;

fn cases(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../cases/bucketing_and_targeting.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

/// Converts a share to basis points, if it is a whole number of them.
fn points(share: &Value) -> Option<BasisPoints> {
    let points = share.as_f64()? * 10_000.0;
    let whole = points.round();
    if (points - whole).abs() > 1e-6 || whole < 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
    BasisPoints::parse(whole as u32).ok()
}

#[test]
fn hash_cases_of_version_2_give_buckets_and_version_1_shares_its_fnv() {
    let (mut second, mut first, mut unknown) = (0, 0, 0);
    for case in cases("hash") {
        let (seed, unit) = (case[0].as_str().unwrap(), case[1].as_str().unwrap());
        match case[2].as_u64() {
            Some(2) => {
                let bucket = f64::from(Bucket::of(seed, unit).get()) / 10_000.0;
                assert_eq!(Some(bucket), case[3].as_f64(), "{case}");
                second += 1;
            }
            Some(1) => {
                let hash = fnv1a32(unit.encode_utf16().chain(seed.encode_utf16())) % 1_000;
                assert_eq!(Some(f64::from(hash) / 1_000.0), case[3].as_f64(), "{case}");
                first += 1;
            }
            _ => {
                assert!(case[3].is_null(), "{case}");
                unknown += 1;
            }
        }
    }
    assert_eq!((second, first, unknown), (16, 10, 1), "a case was skipped");
}

#[test]
fn every_range_case_matches_or_its_shares_are_refused() {
    let (mut met, mut refused) = (0, Vec::new());
    for case in cases("getBucketRange") {
        let name = case[0].as_str().unwrap();
        let count = usize::try_from(case[1][0].as_u64().unwrap()).unwrap();
        let even = vec![serde_json::json!(1.0 / f64::from(u32::try_from(count).unwrap())); count];
        let weights = case[1][2].as_array().unwrap_or(&even);
        let weights: Option<Vec<BasisPoints>> = weights.iter().map(points).collect();
        let fits = |w: &Vec<BasisPoints>| {
            w.len() == count && w.iter().map(|w| w.get()).sum::<u32>() == BasisPoints::WHOLE.get()
        };
        let (Some(weights), Some(coverage)) = (weights.filter(fits), points(&case[1][1])) else {
            refused.push(name.to_owned());
            continue;
        };
        for (range, wanted) in ranges(weights.into_iter(), coverage).zip(case[2].as_array().unwrap()) {
            let (start, end) = range.bounds();
            let close = |a: u32, b: &Value| (f64::from(a) / 1e8 - b.as_f64().unwrap()).abs() < 1e-9;
            assert!(close(start, &wanted[0]) && close(end, &wanted[1]), "{name}: {range:?} {wanted}");
        }
        met += 1;
    }
    assert_eq!(met, 7);
    // The SDKs correct invalid shares. Bellwether does not create a test with invalid shares.
    let wrong = [
        "negative coverage",
        "coverage above 1",
        "weights sum below 1",
        "weights sum above 1",
        "weights.length not equal to num variations",
        "weights sum almost equals 1",
    ];
    assert_eq!(refused, wrong);
}

#[test]
fn every_choice_case_falls_into_its_range() {
    let mut met = 0;
    for case in cases("chooseVariation") {
        let bucket = points(&case[1]).unwrap();
        let holds = |range: &Value| {
            let share = |v: &Value| points(v).unwrap().get() * 10_000;
            let at = bucket.get() * 10_000;
            share(&range[0]) <= at && at < share(&range[1])
        };
        let found = case[2].as_array().unwrap().iter().position(holds);
        let wanted = usize::try_from(case[3].as_i64().unwrap()).ok();
        assert_eq!(found, wanted, "{case}");
        assert_eq!(own_choice(&case), wanted, "{case}");
        met += 1;
    }
    assert_eq!(met, 13);
}

/// Returns the arm from Bellwether's own ranges, for cases whose ranges can result from weights and coverage.
fn own_choice(case: &Value) -> Option<usize> {
    let ranges_given: Vec<(u32, u32)> = case[2]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (points(&r[0]).unwrap().get(), points(&r[1]).unwrap().get()))
        .collect();
    let starts = ranges_given.iter().skip(1).map(|(start, _)| *start).chain([10_000]);
    let weights: Vec<u32> = ranges_given.iter().zip(starts).map(|((a, _), b)| b - a).collect();
    let (start, end) = ranges_given[0];
    let coverage = BasisPoints::parse((end - start) * 10_000 / weights[0]).unwrap();
    let variants: Vec<Variant> = weights.iter().enumerate().map(variant).collect();
    let number = points(&case[1]).unwrap().get();
    let found = choose(&variants, coverage, bucket_numbered(number))?;
    variants.iter().position(|v| v == found)
}

fn variant((index, weight): (usize, &u32)) -> Variant {
    Variant {
        key: VariantKey::parse(format!("arm-{index}")).unwrap(),
        weight: BasisPoints::parse(*weight).unwrap(),
        is_control: index == 0,
        parameters: serde_json::Map::new(),
    }
}

/// Finds a unit with the given bucket, by trial.
fn bucket_numbered(number: u32) -> Bucket {
    let of = |n: u32| Bucket::of("seed", &n.to_string());
    (0..1_000_000).map(of).find(|bucket| bucket.get() == number).unwrap()
}

#[test]
fn ranges_contain_exactly_the_buckets_of_the_sdks_float_ranges() {
    let share = |points: u32| BasisPoints::parse(points).unwrap();
    for (weights, coverage) in
        [([3_333, 3_333, 3_334], 3_333), ([1, 9_998, 1], 9_999), ([5_000, 0, 5_000], 1)]
    {
        let all: Vec<Range> = ranges(weights.into_iter().map(share), share(coverage)).collect();
        let mut start = 0.0;
        for (range, weight) in all.iter().zip(weights) {
            let end = start + f64::from(weight) * f64::from(coverage) / 1e8;
            for number in 0..10_000 {
                let n = f64::from(number) / 1e4;
                // Doubles can be wrong in the last digit; integers are exact.
                let near = (n - end).abs() < 1e-12 || (n - start).abs() < 1e-12;
                let (from, to) = range.bounds();
                let held = (from..to).contains(&(number * 10_000));
                assert!(near || held == (start <= n && n < end), "{weights:?} {coverage} {number}");
            }
            start += f64::from(weight) / 1e4;
        }
    }
}
