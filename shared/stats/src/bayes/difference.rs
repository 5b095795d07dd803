//! The credible interval of the difference of two arms.

use super::grid::Grid;
use super::posterior::Posterior;

/// A step this small, in standard deviations, is the last one: the next would be about its square.
const CLOSE: f64 = 1e-6;

/// A point with less of the probability than this has no effect on any figure.
const TOO_SMALL: f64 = 1e-14;

/// The maximum number of steps of the search for an end. It needs about five.
const STEPS: u32 = 60;

/// Returns the value that treatment minus control is below with probability `tail`. `grid` is the grid of
/// `arms`, control and treatment.
///
/// The method is Newton's, within bounds from Chebyshev's inequality.
pub(super) fn quantile(grid: &Grid, arms: (Posterior, Posterior), tail: f64) -> f64 {
    let mean = arms.1.mean() - arms.0.mean();
    let spread = (arms.0.variance() + arms.1.variance()).sqrt();
    let reach = spread / tail.min(1.0 - tail).sqrt();
    let (mut low, mut high) = (mean - reach, mean + reach);
    let mut at = mean + 1.96 * spread * if tail < 0.5 { -1.0 } else { 1.0 };
    for _ in 0..STEPS {
        let (below, density) = distribution(grid, arms, at);
        *(if below < tail { &mut low } else { &mut high }) = at;
        let newton = at - (below - tail) / density;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - at).abs() <= CLOSE * spread {
            return next;
        }
        at = next;
    }
    at
}

/// Returns the probability that the difference is below `at`, and its density there. Each is an integral over
/// one arm of a function of the other arm.
fn distribution(grid: &Grid, arms: (Posterior, Posterior), at: f64) -> (f64, f64) {
    let (control, over) = (arms.0, outer(arms, at));
    let (other, shift) = if over == 0 { (1, at) } else { (0, -at) };
    let (mut below, mut density, mut next) = (0.0, 0.0, 0);
    for (node, point) in grid.points.iter().enumerate() {
        let own = grid.weight(node) * grid.density(over, node);
        if own < TOO_SMALL {
            continue;
        }
        let value = point.value + shift;
        let place = control.place(value);
        while next < grid.points.len() && grid.points[next].place <= place {
            next += 1;
        }
        let (share, slope) = between(grid, other, next, place);
        below += own * if over == 0 { share } else { 1.0 - share };
        // At the very edge of the scale, the place has no slope and adds nothing to the density.
        let stretch = control.stretch(value);
        density += if slope > 0.0 && stretch > 0.0 { own * slope / stretch } else { 0.0 };
    }
    (below, density)
}

/// Returns the arm to integrate over: the narrower one, because its points are dense where it has its mass,
/// and the other arm is smooth there.
///
/// A share that is moved by `at` leaves the scale at one end, and no quadrature rule is exact across that
/// edge. If an arm has much of its density at an end, the arm is chosen whose edge is at the end with less of
/// the mass.
fn outer(arms: (Posterior, Posterior), at: f64) -> usize {
    let (control, treatment) = arms;
    if control.is_piled() || treatment.is_piled() {
        let rare = control.mean() + treatment.mean() < 1.0;
        usize::from((at < 0.0) == rare)
    } else {
        usize::from(treatment.variance() < control.variance())
    }
}

/// Returns an arm's probability and density at `place`, which is before the point numbered `next`: the
/// polynomial of degree five that fits value, density and slope at the points around it.
fn between(grid: &Grid, arm: usize, next: usize, place: f64) -> (f64, f64) {
    let curve = &grid.curves[arm];
    let Some(last) = next.checked_sub(1) else { return (0.0, 0.0) };
    if next == grid.points.len() {
        return (1.0, 0.0);
    }
    let width = grid.points[next].place - grid.points[last].place;
    let t = (place - grid.points[last].place) / width;
    let start = [curve.below[last], curve.density[last] * width, curve.slope[last] * width * width];
    let end = [curve.below[next], curve.density[next] * width, curve.slope[next] * width * width];
    let rise = end[0] - start[0] - start[1] - 0.5 * start[2];
    let (bend, turn) = (end[1] - start[1] - start[2], end[2] - start[2]);
    let c3 = 10.0 * rise - 4.0 * bend + 0.5 * turn;
    let c4 = -15.0 * rise + 7.0 * bend - turn;
    let c5 = 6.0 * rise - 3.0 * bend + 0.5 * turn;
    let share = start[0] + t * (start[1] + t * (0.5 * start[2] + t * (c3 + t * (c4 + t * c5))));
    let slope = start[1] + t * (start[2] + t * (3.0 * c3 + t * (4.0 * c4 + t * 5.0 * c5)));
    (share.clamp(0.0, 1.0), (slope / width).max(0.0))
}
