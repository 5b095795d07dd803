//! The draws of known units: other randomizations of the list that are as balanced as the real one.
//!
//! They follow from the root of the seeds, which is stored with the test, so they are the same at every look.

use stats::balance::accepted;

use crate::experiment::Experiment;
use crate::results::counting::unit_rows::UnitRow;

/// Whether each known unit is treated, in each draw.
#[derive(Debug, Default)]
pub struct Listed(Vec<Vec<bool>>);

impl Listed {
    /// Draws the list of a test with two arms. There are no such draws without a list, with more arms, and when a
    /// unit's arm is not that of the list: its units are then drawn one by one.
    pub fn new(test: &Experiment, units: &[&UnitRow], draws: usize) -> Self {
        let definition = &test.definition;
        let (Some(balance), Some(list), 2) =
            (test.balance.as_ref(), definition.known_units.as_ref(), definition.variants.len())
        else {
            return Self::default();
        };
        let mut randomize = definition.randomize(&balance.root);
        let mut own = vec![0; list.len()];
        randomize(balance.number, &mut own);
        if units.iter().any(|row| row.known.is_some_and(|known| own.get(known) != Some(&row.arm))) {
            return Self::default();
        }
        let mut listed = vec![Vec::with_capacity(draws); list.len()];
        let treated = |arm: usize| !definition.variants[arm].is_control;
        let found = accepted(&definition.sheet(), 2, &balance.choice(), draws, randomize, |arms| {
            listed.iter_mut().zip(arms).for_each(|(own, arm)| own.push(treated(*arm)));
        });
        if found { Self(listed) } else { Self::default() }
    }

    /// Returns the draws of the known unit with this number.
    pub fn arms(&self, known: usize) -> Option<&[bool]> {
        self.0.get(known).map(Vec::as_slice)
    }
}
