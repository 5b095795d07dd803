//! What makes a text suspect, and how much of it there is: points by sign.

use serde::{Deserialize, Serialize};

/// From how many points on a text is suspect.
pub const SUSPECT: u32 = 50;

/// What makes a text suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// It dismisses what a model was told before.
    Override,
    /// It asks for what a model was told.
    Reveal,
    /// It asks to send something confidential somewhere.
    Exfiltrate,
    /// It tells a model who it is now, or that nothing holds it back.
    Persona,
    /// It speaks to a model and not to a reader.
    AddressModel,
    /// It gives new orders.
    Command,
    /// It wants something kept from a person.
    Conceal,
    /// It has the marks by which prompts are put together.
    Markup,
    /// It has headings of a conversation's roles.
    Role,
    /// It has the shape of a call of a tool.
    ToolCall,
    /// It hides such a text in Base64.
    Encoded,
}

impl Sign {
    /// The sign of this name on the wire.
    pub(super) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }
}

/// Points, at most 100, and what they are for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// 0 to 100; suspect from [`SUSPECT`] on.
    pub points: u32,
    /// In the order of their declaration, each once.
    pub signs: Vec<Sign>,
}

impl Score {
    pub(super) fn add(&mut self, sign: Sign, points: u32) {
        self.points = (self.points + points).min(100);
        if let Err(place) = self.signs.binary_search(&sign) {
            self.signs.insert(place, sign);
        }
    }
}
