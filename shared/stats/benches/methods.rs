//! The cost of a report of two arms and one goal from moments, and of a permutation test from units.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use stats::always_valid::SequentialTest;
use stats::delta;
use stats::fieller::fieller;
use stats::joint::Joint;
use stats::moments::Moments;
use stats::permutation::{DRAWS, Drawing, means, ratios};
use stats::srm::{Stratum, p_value};
use stats::welch::welch;

/// Simulated accounts: the number of visitors varies widely, and some visitors converted.
fn units(arm: u32) -> Vec<(f64, f64)> {
    (0..100_u32)
        .map(|unit| {
            let visitors = 1 + (unit * 37 + arm * 11) % 60;
            (f64::from((unit * 53 + arm * 29) % (visitors + 1)) / 3.0, f64::from(visitors))
        })
        .collect()
}

fn aggregated(units: &[(f64, f64)]) -> (Moments, Joint) {
    let (mut moments, mut joint) = (Moments::default(), Joint::default());
    for &(x, y) in units {
        moments.add(x);
        joint.add(x, y);
    }
    (moments, joint)
}

fn report(c: &mut Criterion) {
    let (a, b) = (aggregated(&units(0)), aggregated(&units(1)));
    c.bench_function("report of a mean: check, Welch, Fieller, always-valid", |bencher| {
        bencher.iter(|| {
            let (a, b) = (black_box(&a.0), black_box(&b.0));
            let counts = [a.units(), b.units()];
            let check = p_value(&[Stratum { weights: vec![5_000, 5_000], units: &counts }]);
            let difference = welch(a, b, 0.05);
            let relative = fieller(a, b, difference, 0.05);
            let sequential_test = SequentialTest::new(0.05, 400.0);
            let look = sequential_test
                .zip(a.sample().zip(b.sample()))
                .map(|(sequential_test, (a, b))| sequential_test.look(&a, &b));
            (check, difference, relative, look)
        });
    });
    c.bench_function("report of a ratio: delta method, Fieller, always-valid", |bencher| {
        bencher.iter(|| {
            let (a, b) = (black_box(&a.1), black_box(&b.1));
            let sequential_test = SequentialTest::new(0.05, 400.0);
            let samples = delta::sample(a).zip(delta::sample(b));
            let look =
                sequential_test.zip(samples).map(|(sequential_test, (a, b))| sequential_test.look(&a, &b));
            let difference = delta::difference(a, b, 0.05);
            let relative = difference.and_then(|d| delta::relative(a, b, &d, 0.05));
            (difference, relative, look)
        });
    });
    c.bench_function("aggregation of 100 units into joint moments", |bencher| {
        let units = units(0);
        bencher.iter(|| aggregated(black_box(&units)));
    });
}

fn permutation(c: &mut Criterion) {
    let (a, b) = (units(0), units(1));
    let drawing = Drawing { seed: [1; 32], draws: DRAWS };
    c.bench_function("permutation test of a ratio, 2 x 100 units", |bencher| {
        bencher.iter(|| ratios(black_box(&a), black_box(&b), &drawing));
    });
    let [a, b] = [a, b].map(|arm| arm.iter().map(|unit| unit.0).collect::<Vec<_>>());
    c.bench_function("permutation test of a mean, 2 x 100 units", |bencher| {
        bencher.iter(|| means(black_box(&a), black_box(&b), &drawing));
    });
}

criterion_group!(benches, report, permutation);
criterion_main!(benches);
