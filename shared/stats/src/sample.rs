//! The input of a comparison: an arm's units, mean and variance, for any kind of goal.

/// One arm: the number of units, their mean (or ratio), and the variance of one unit.
///
/// For a ratio, the variance is that of one unit's linearized contribution; see [`crate::delta`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The number of units, two or more.
    pub units: f64,
    /// The mean per unit, or the ratio.
    pub mean: f64,
    /// The unbiased variance of one unit.
    pub variance: f64,
}

impl Sample {
    /// Returns the variance of the mean, or of the ratio.
    #[must_use]
    pub fn variance_of_mean(&self) -> f64 {
        self.variance / self.units
    }
}

/// A difference of two arms, with its standard error and degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Treatment minus control.
    pub estimate: f64,
    /// Its standard error; above 0.
    pub standard_error: f64,
    /// Degrees of freedom of the standard error.
    pub freedom: f64,
}

impl Contrast {
    /// Computes the difference with a separate variance for each arm. Returns None when neither arm varies.
    ///
    /// Source: Welch 1947, with the degrees of freedom of Satterthwaite 1946.
    #[must_use]
    pub fn separate(control: &Sample, treatment: &Sample) -> Option<Self> {
        let (a, b) = (control.variance_of_mean(), treatment.variance_of_mean());
        let variance = a + b;
        let freedom = variance * variance / (a * a / (control.units - 1.0) + b * b / (treatment.units - 1.0));
        Self::of(control, treatment, variance, freedom)
    }

    /// Computes the difference with one variance for both arms and n − 2 degrees of freedom. Returns None
    /// when neither arm varies.
    ///
    /// Source: Student 1908.
    #[must_use]
    pub fn pooled(control: &Sample, treatment: &Sample) -> Option<Self> {
        let freedom = control.units + treatment.units - 2.0;
        let squares = control.variance * (control.units - 1.0) + treatment.variance * (treatment.units - 1.0);
        let variance = squares / freedom * (1.0 / control.units + 1.0 / treatment.units);
        Self::of(control, treatment, variance, freedom)
    }

    fn of(control: &Sample, treatment: &Sample, variance: f64, freedom: f64) -> Option<Self> {
        (variance > 0.0).then(|| Self {
            estimate: treatment.mean - control.mean,
            standard_error: variance.sqrt(),
            freedom,
        })
    }

    /// Returns the estimate divided by the standard error.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.estimate / self.standard_error
    }
}
