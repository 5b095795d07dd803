//! How much work one decision may take. Conditions and attributes both come from outside, and lists
//! within lists multiply. Work is counted in units before it is done, so that the same decision always
//! costs the same.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::version::Version;

/// Units that one decision may cost. A unit is about a nanosecond of CPU of a release build, which
/// `benches/worst` measures, so that 100 decisions, the most in a request, take 0.2 s at most.
pub const DECISION_UNITS: u64 = 2_000_000;

/// A step of any kind: a clause, a test, an alternative.
pub(super) const STEP: usize = 20;
/// Looking something up by its hash.
const LOOKUP: usize = 80;
/// To bring a byte of a text to lower case, and to take a byte of a version apart.
const LOWER: usize = 20;
const VERSION: usize = 30;

/// A decision that would take too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("take too much to compare with this test's targeting; send fewer or shorter lists and texts")]
pub struct TooSlow;

/// What is left for one decision, and what has been converted for it, each text once. A text is known
/// by its address: all of them are the caller's attributes, which outlive the decision.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u64>,
    versions: RefCell<HashMap<usize, Rc<Version>>>,
    lower: RefCell<HashMap<usize, Rc<str>>>,
}

impl Budget {
    pub(super) fn new(units: u64) -> Self {
        Self { left: Cell::new(units), versions: RefCell::default(), lower: RefCell::default() }
    }

    /// What is left of the units.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Takes the cost of a piece of work, which must not be done without it.
    pub(super) fn spend(&self, units: usize) -> Result<(), TooSlow> {
        let cost = u64::try_from(units).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(cost);
        self.left.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or(TooSlow)
    }

    /// Takes the cost of finding a text of so many bytes in a set.
    pub(super) fn find(&self, bytes: usize) -> Result<(), TooSlow> {
        self.spend(LOOKUP + bytes)
    }

    /// The text in lower case.
    pub(super) fn lower(&self, text: &str) -> Result<Rc<str>, TooSlow> {
        self.converted(&self.lower, text, LOWER, |text| text.to_lowercase().into())
    }

    /// The text as a version.
    pub(super) fn version(&self, text: &str) -> Result<Rc<Version>, TooSlow> {
        self.converted(&self.versions, text, VERSION, |text| Rc::new(Version::parse(text)))
    }

    fn converted<T: ?Sized>(
        &self,
        known: &RefCell<HashMap<usize, Rc<T>>>,
        text: &str,
        cost: usize,
        convert: impl Fn(&str) -> Rc<T>,
    ) -> Result<Rc<T>, TooSlow> {
        self.spend(LOOKUP)?;
        let address = text.as_ptr().addr();
        if let Some(found) = known.borrow().get(&address) {
            return Ok(Rc::clone(found));
        }
        self.spend(LOOKUP + cost * text.len())?;
        let converted = convert(text);
        known.borrow_mut().insert(address, Rc::clone(&converted));
        Ok(converted)
    }
}
