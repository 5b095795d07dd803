//! The signs that make a text suspect, and its points.

use serde::{Deserialize, Serialize};

/// The minimum points of a suspect text.
pub const SUSPECT: u32 = 50;

/// A sign that makes a text suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The text dismisses earlier instructions to a model.
    Override,
    /// The text requests a model's instructions.
    Reveal,
    /// The text requests that confidential data be sent somewhere.
    Exfiltrate,
    /// The text assigns a new identity to a model, or lifts its restrictions.
    Persona,
    /// The text addresses a model and not a reader.
    AddressModel,
    /// The text gives new instructions.
    Command,
    /// The text requests that something be hidden from a human.
    Conceal,
    /// The text contains markup of prompts.
    Markup,
    /// The text contains headings of a conversation's roles.
    Role,
    /// The text has the form of a tool call.
    ToolCall,
    /// The text contains such a text in Base64.
    Encoded,
}

impl Sign {
    /// Returns the sign with this name on the wire.
    pub(super) fn named(name: &str) -> Option<Self> {
        serde_json::from_value(name.into()).ok()
    }
}

/// The points of a text, at most 100, and its signs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// The points, 0 to 100; suspect from [`SUSPECT`] on.
    pub points: u32,
    /// The signs in the order of their declaration, each once.
    pub signs: Vec<Sign>,
}

impl Score {
    pub(super) fn add(&mut self, sign: Sign, points: u32) {
        self.points = (self.points + points).min(100);
        if let Err(index) = self.signs.binary_search(&sign) {
            self.signs.insert(index, sign);
        }
    }
}
