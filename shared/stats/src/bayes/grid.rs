//! The points at which posteriors are integrated. They are dense where any posterior has its mass.
//!
//! Gauss-Legendre panels are placed around the middle of every arm and widen outwards, so arms of very
//! different sizes are resolved together. A share is integrated over its log odds, on which even the density
//! of an arm without conversions is smooth and bounded.

use std::sync::LazyLock;

use super::Direction;
use super::posterior::{Point, Posterior};

/// Points in a panel.
const ORDER: usize = 10;

/// A density this far below the density in the middle (on the logarithmic scale) counts as 0.
const NOTHING: f64 = -36.0;

/// Gauss-Legendre points on −1 to 1, their weights, and the weights of the integral up to each point.
struct Rule {
    points: [f64; ORDER],
    weights: [f64; ORDER],
    partial: [[f64; ORDER]; ORDER],
}

static RULE: LazyLock<Rule> = LazyLock::new(Rule::new);

impl Rule {
    /// Source: Abramowitz and Stegun 1964, 25.4.29. The partial weights integrate the polynomial through the
    /// points, expanded in Legendre polynomials.
    fn new() -> Self {
        let mut rule = Self { points: [0.0; ORDER], weights: [0.0; ORDER], partial: [[0.0; ORDER]; ORDER] };
        let order = as_f64(ORDER);
        for i in 0..ORDER {
            let mut x = -(std::f64::consts::PI * (as_f64(i) + 0.75) / (order + 0.5)).cos();
            let mut slope = 0.0;
            for _ in 0..20 {
                let p = legendre(x);
                slope = order * (x * p[ORDER] - p[ORDER - 1]) / (x * x - 1.0);
                x -= p[ORDER] / slope;
            }
            rule.points[i] = x;
            rule.weights[i] = 2.0 / ((1.0 - x * x) * slope * slope);
        }
        for i in 0..ORDER {
            let to = legendre(rule.points[i]);
            for j in 0..ORDER {
                let at = legendre(rule.points[j]);
                let rises = (1..ORDER).map(|k| at[k] * (to[k + 1] - to[k - 1]));
                rule.partial[i][j] = rule.weights[j] / 2.0 * (1.0 + rule.points[i] + rises.sum::<f64>());
            }
        }
        rule
    }
}

/// Returns the Legendre polynomials of degree 0 to [`ORDER`] at `x`.
fn legendre(x: f64) -> [f64; ORDER + 1] {
    let mut p = [1.0; ORDER + 1];
    p[1] = x;
    for k in 1..ORDER {
        let n = as_f64(k);
        p[k + 1] = ((2.0 * n + 1.0) * x * p[k] - n * p[k - 1]) / (n + 1.0);
    }
    p
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

/// One arm's density, its slope, and the probability up to each point and beyond it. Both probabilities are
/// stored, because far from the middle, 1 minus the other one has no digits left.
pub(super) struct Curve {
    pub density: Vec<f64>,
    pub slope: Vec<f64>,
    pub below: Vec<f64>,
    pub above: Vec<f64>,
}

/// Points of integration with the curves of all arms at them.
pub(super) struct Grid {
    pub points: Vec<Point>,
    pub curves: Vec<Curve>,
    weights: Vec<f64>,
}

impl Grid {
    /// Creates the grid of `arms`. Returns None without arms or when their scales differ.
    pub fn new(arms: &[Posterior]) -> Option<Self> {
        let first = arms.first().filter(|first| arms.iter().all(|arm| arm.is_like(first)))?;
        let mut edges: Vec<f64> = arms.iter().flat_map(edges).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let (mut points, mut weights) = (Vec::new(), Vec::new());
        for pair in edges.windows(2) {
            let (half, middle) = ((pair[1] - pair[0]) / 2.0, f64::midpoint(pair[0], pair[1]));
            points.extend(RULE.points.map(|x| first.point(middle + half * x)));
            weights.extend(RULE.weights.map(|w| w * half));
        }
        let curves = arms.iter().map(|arm| Curve::new(arm, &points, &weights)).collect();
        Some(Self { points, curves, weights })
    }

    /// Returns the integral of a function of the point's number.
    pub fn integral(&self, f: impl Fn(usize) -> f64) -> f64 {
        self.weights.iter().enumerate().map(|(node, weight)| weight * f(node)).sum()
    }

    /// Returns the density of an arm at a point.
    pub fn density(&self, arm: usize, node: usize) -> f64 {
        self.curves[arm].density[node]
    }

    /// Returns the weight of a point.
    pub fn weight(&self, node: usize) -> f64 {
        self.weights[node]
    }

    /// Returns the derivative of the value by the place at a point.
    pub fn stretch(&self, node: usize) -> f64 {
        self.points[node].stretch
    }

    /// Returns the probabilities that an arm is worse, and that it is better, than each point.
    pub fn sides(&self, arm: usize, better: Direction) -> (&[f64], &[f64]) {
        let Curve { below, above, .. } = &self.curves[arm];
        match better {
            Direction::Higher => (below, above),
            Direction::Lower => (above, below),
        }
    }
}

impl Curve {
    /// Scales the density to a mass of 1 by the same quadrature.
    fn new(arm: &Posterior, points: &[Point], weights: &[f64]) -> Self {
        let anchor = arm.anchor();
        let at = |point| {
            let (log, slope) = arm.log_density(point, anchor);
            let density = if log < 2.0 * NOTHING { 0.0 } else { log.exp() };
            (density, density * slope)
        };
        let (mut density, mut slope): (Vec<f64>, Vec<f64>) = points.iter().map(at).unzip();
        let mass: f64 = density.iter().zip(weights).map(|(d, w)| d * w).sum();
        for number in density.iter_mut().chain(&mut slope) {
            *number /= mass;
        }
        let (below, above) = sides(&density, weights);
        Self { density, slope, below, above }
    }
}

/// Returns the integral of a density up to each point, and from each point on.
fn sides(density: &[f64], weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let panels = || density.chunks_exact(ORDER).zip(weights.chunks_exact(ORDER));
    let (mut below, mut above) = (vec![0.0; density.len()], vec![0.0; density.len()]);
    let mut before = 0.0;
    for (start, (own, weights)) in (0..).step_by(ORDER).zip(panels()) {
        let half = weights[0] / RULE.weights[0];
        for (node, partial) in RULE.partial.iter().enumerate() {
            let upto: f64 = partial.iter().zip(own).map(|(p, d)| p * d).sum();
            below[start + node] = before + half * upto;
            above[start + node] = -half * upto;
        }
        before += weights.iter().zip(own).map(|(w, d)| w * d).sum::<f64>();
    }
    let mut after = 0.0;
    for (panel, (own, weights)) in panels().enumerate().rev() {
        after += weights.iter().zip(own).map(|(w, d)| w * d).sum::<f64>();
        above[panel * ORDER..][..ORDER].iter_mut().for_each(|share| *share += after);
    }
    for share in below.iter_mut().chain(&mut above) {
        *share = share.clamp(0.0, 1.0);
    }
    (below, above)
}

/// Returns the ends of panels for one arm: from its middle outwards, each wider than the one before, up to
/// where no mass (and no part of the mean) is left.
fn edges(arm: &Posterior) -> Vec<f64> {
    let ((middle, width), anchor) = (arm.middle(), arm.anchor());
    let mut edges = vec![middle];
    for side in [-1.0, 1.0] {
        let mut distance = 0.0;
        loop {
            distance = distance * 1.4 + 1.0;
            let place = middle + side * width * distance;
            edges.push(place);
            let (log, _) = arm.log_density(&arm.point(place), anchor);
            if log + 2.0 * distance.ln() < NOTHING {
                break;
            }
        }
    }
    edges
}
