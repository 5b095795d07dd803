//! Sums over the treated units of every draw, from which each statistic follows.
//!
//! Units of the real control and of the real treatment arm are added up separately. The outcome of each draw
//! under an assumed effect on the real treatment arm then follows from the same sums.

/// Sums of K numbers per unit, in the real history and in every draw.
///
/// The first number of each unit must be 1, so that its sum is the number of units.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums<const K: usize> {
    /// The sums of the real control and of the real treatment arm.
    real: [[f64; K]; 2],
    /// The sums over the treated units of each draw, of both real arms. Each number has a vector of its own.
    drawn: [[Vec<f64>; K]; 2],
}

/// The sums of control and of treatment in one history.
pub type Arms<const K: usize> = [[f64; K]; 2];

impl<const K: usize> Sums<K> {
    /// Creates sums without units.
    #[must_use]
    pub fn new(draws: usize) -> Self {
        let none = || std::array::from_fn(|_| vec![0.0; draws]);
        Self { real: [[0.0; K]; 2], drawn: [none(), none()] }
    }

    /// Adds a unit. `arm` is its real arm: 0 for control and 1 for treatment. `treated` has its arm in each
    /// draw, as [`super::place::place`] writes it.
    pub fn add(&mut self, arm: usize, treated: &[f64], numbers: &[f64; K]) {
        for (k, number) in numbers.iter().enumerate() {
            self.real[arm][k] += number;
            let sums = &mut self.drawn[arm][k];
            sums.iter_mut().zip(treated).for_each(|(sum, treated)| *sum += treated * number);
        }
    }

    /// Returns the number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.drawn[0][0].len()
    }

    /// Returns the sums of both arms in the real history.
    #[must_use]
    pub fn real(&self) -> Arms<K> {
        self.real
    }

    /// Returns the sums over all units.
    #[must_use]
    pub fn all(&self) -> [f64; K] {
        std::array::from_fn(|k| self.real[0][k] + self.real[1][k])
    }

    /// Returns the sums of both arms in every history, the real one first. `removed` takes an assumed effect
    /// away from the sums of units of the real treatment arm.
    pub fn histories(&self, removed: impl Fn([f64; K]) -> [f64; K]) -> impl Iterator<Item = Arms<K>> {
        self.histories_by_arm(|sums| sums, removed)
    }

    /// Returns the same, with the sums of units of the real control arm converted by `control` and those of the
    /// real treatment arm by `treatment`.
    pub fn histories_by_arm(
        &self,
        control: impl Fn([f64; K]) -> [f64; K],
        treatment: impl Fn([f64; K]) -> [f64; K],
    ) -> impl Iterator<Item = Arms<K>> {
        let real = [control(self.real[0]), treatment(self.real[1])];
        let all: [f64; K] = std::array::from_fn(|k| real[0][k] + real[1][k]);
        let drawn = (0..self.draws()).map(move |draw| {
            let from = |arm: usize| std::array::from_fn(|k| self.drawn[arm][k][draw]);
            let (from_control, from_treatment) = (control(from(0)), treatment(from(1)));
            let treated: [f64; K] = std::array::from_fn(|k| from_control[k] + from_treatment[k]);
            [std::array::from_fn(|k| all[k] - treated[k]), treated]
        });
        std::iter::once(real).chain(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_history_has_all_units_and_an_effect_is_removed_from_the_real_treatment_arm() {
        let mut sums = Sums::<2>::new(2);
        sums.add(0, &[1.0, 0.0], &[1.0, 5.0]);
        sums.add(1, &[1.0, 1.0], &[1.0, 8.0]);
        let plain: Vec<_> = sums.histories(|own| own).collect();
        assert_eq!(plain, [[[1.0, 5.0], [1.0, 8.0]], [[0.0, 0.0], [2.0, 13.0]], [[1.0, 5.0], [1.0, 8.0]]]);
        let halved: Vec<_> = sums.histories(|[n, x]| [n, x / 2.0]).collect();
        assert_eq!(halved[1..], [[[0.0, 0.0], [2.0, 9.0]], [[1.0, 5.0], [1.0, 4.0]]]);
        assert_eq!((sums.real(), sums.all()), ([[1.0, 5.0], [1.0, 8.0]], [2.0, 13.0]));
    }
}
