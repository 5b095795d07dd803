//! Limits the work of one decision. Conditions and attributes both come from callers, and the costs of nested
//! lists multiply. Work is counted in units before it is done, so the same decision always has the same cost.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::version::Version;

/// The maximum units of one decision. A unit is about a nanosecond of CPU in a release build, as `benches/worst`
/// measures. The 100 decisions of the largest request therefore take at most 0.2 s.
pub const DECISION_UNITS: u64 = 2_000_000;

/// The cost of a step: a clause, a test or an alternative.
pub(super) const STEP: usize = 20;
/// The cost of a lookup by hash.
const LOOKUP: usize = 80;
/// The cost of converting one byte of a text to lower case, and of parsing one byte of a version.
const LOWER: usize = 20;
const VERSION: usize = 30;

/// The error for a decision that exceeds its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("are too expensive to compare with this test's targeting; send fewer or shorter lists and texts")]
pub struct TooSlow;

/// The remaining units of one decision, and a cache of converted texts. The key is the address of a text: all
/// texts are the caller's attributes, which outlive the decision.
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

    /// Returns the remaining units.
    pub(super) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Deducts the cost of work. The work must not be done if this fails.
    pub(super) fn spend(&self, units: usize) -> Result<(), TooSlow> {
        let cost = u64::try_from(units).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(cost);
        self.left.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or(TooSlow)
    }

    /// Deducts the cost of finding a text of this many bytes in a set.
    pub(super) fn find(&self, bytes: usize) -> Result<(), TooSlow> {
        self.spend(LOOKUP + bytes)
    }

    /// Returns the text in lower case.
    pub(super) fn lower(&self, text: &str) -> Result<Rc<str>, TooSlow> {
        self.converted(&self.lower, text, LOWER, |text| text.to_lowercase().into())
    }

    /// Returns the text as a version.
    pub(super) fn version(&self, text: &str) -> Result<Rc<Version>, TooSlow> {
        self.converted(&self.versions, text, VERSION, |text| Rc::new(Version::parse(text)))
    }

    fn converted<T: ?Sized>(
        &self,
        cache: &RefCell<HashMap<usize, Rc<T>>>,
        text: &str,
        cost: usize,
        convert: impl Fn(&str) -> Rc<T>,
    ) -> Result<Rc<T>, TooSlow> {
        self.spend(LOOKUP)?;
        let address = text.as_ptr().addr();
        if let Some(found) = cache.borrow().get(&address) {
            return Ok(Rc::clone(found));
        }
        self.spend(LOOKUP + cost * text.len())?;
        let converted = convert(text);
        cache.borrow_mut().insert(address, Rc::clone(&converted));
        Ok(converted)
    }
}
