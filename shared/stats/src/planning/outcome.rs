//! The outcome of a planned goal, and its variance.

/// The outcome of a goal per unit, without the effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Whether the unit converts.
    Binary {
        /// The share of converted units, above 0 and below 1.
        rate: f64,
    },
    /// A number per unit.
    Mean {
        /// The standard deviation between units, above 0.
        deviation: f64,
    },
    /// A ratio of totals: the outcome of each visitor, where the unit is an account with several visitors.
    Ratio {
        /// The outcome of one visitor.
        visitor: Visitor,
        /// The average number of visitors per account, 1 or more.
        visitors: f64,
        /// The standard deviation of the number of visitors divided by its mean; 0 when all accounts have the
        /// same number.
        unevenness: f64,
        /// The intraclass correlation, 0 to 1: how similar the outcomes of an account's visitors are.
        correlation: f64,
    },
}

/// The outcome of one visitor of a ratio, without the effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Visitor {
    /// Whether the visitor converts.
    Converts {
        /// The share of converted visitors, above 0 and below 1.
        rate: f64,
    },
    /// A number.
    Varies {
        /// The standard deviation between visitors, above 0.
        deviation: f64,
    },
}

/// The variance per unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// In control.
    pub control: f64,
    /// In treatment.
    pub treatment: f64,
    /// The variance for a test that assumes equal arms, for the given share of treatment.
    pub pooled: f64,
}

impl Outcome {
    /// Returns the variances when the arms differ by `effect` and treatment has the share `share` of both
    /// arms. Returns None for numbers outside their ranges.
    pub(super) fn spread(self, effect: f64, share: f64) -> Option<Spread> {
        match self {
            Self::Binary { rate } => rates(rate, effect, share),
            Self::Mean { deviation } => equal(deviation),
            Self::Ratio { visitor, visitors, unevenness, correlation } => {
                let sound = visitors >= 1.0 && unevenness >= 0.0 && (0.0..=1.0).contains(&correlation);
                let design = 1.0 + ((1.0 + unevenness.powi(2)) * visitors - 1.0) * correlation;
                let own = match visitor {
                    Visitor::Converts { rate } => rates(rate, effect, share)?,
                    Visitor::Varies { deviation } => equal(deviation)?,
                };
                let scale = design / visitors;
                let of = |variance: f64| variance * scale;
                sound.then_some(Spread {
                    control: of(own.control),
                    treatment: of(own.treatment),
                    pooled: of(own.pooled),
                })
            }
        }
    }
}

fn rates(rate: f64, effect: f64, share: f64) -> Option<Spread> {
    let (other, both) = (rate + effect, rate + share * effect);
    let inside = |rate: f64| rate > 0.0 && rate < 1.0;
    let variance = |rate: f64| rate * (1.0 - rate);
    (inside(rate) && inside(other)).then_some(Spread {
        control: variance(rate),
        treatment: variance(other),
        pooled: variance(both),
    })
}

fn equal(deviation: f64) -> Option<Spread> {
    let variance = deviation.powi(2);
    (deviation > 0.0).then_some(Spread { control: variance, treatment: variance, pooled: variance })
}
