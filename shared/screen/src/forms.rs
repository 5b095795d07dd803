//! Decides which variation selectors have an effect, and limits how much information they can carry. A model reads
//! every selector, but a human hardly sees it, so each choice could carry a bit.
//!
//! The sequences are those of `StandardizedVariants.txt` and `emoji-variation-sequences.txt` (Unicode
//! Character Database).

use std::collections::HashMap;

use super::property::{is_ideograph, is_pictograph, is_text_pictograph};

/// The maximum number of choices of a form in one text.
const CHOICES: usize = 8;
/// The maximum number of joiners between emoji in one text: about ten families.
const JOINERS: usize = 32;

/// The selectors of text form and emoji form.
const TEXT: char = '\u{FE0E}';
const EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// Emoji whose default is the emoji form and that have a text form.
const COLOURED: &str = "⌚⌛⏩⏪⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❓❗⬛⬜⭐⭕🀄🈚🈯🌍🌎🌏🌕🌜🍸🎓🎧🎬🎭🎮🏂🏄🏆🏊🏠🏭\
    🐈🐕🐟🐦👂👆👇👈👉👍👎👓👪👽💣💰💳💻💿📋📚📟📤📥📦📪📫📬📭📷📹📺📻🔈🔍🔒🔓🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛🕜🕝🕞🕟🕠🕡🕢🕣🕤🕥🕦🕧😐🚇🚍🚑🚔🚘🚭🚲🚹🚺🚼";

/// Mongolian letters by their free variation selectors. Letters with few selectors repeat those with more.
const MONGOLIAN: [(char, &str); 4] = [
    ('\u{180B}', "ᠠᠡᠢᠣᠤᠥᠦᠨᠪᠬᠭᠰᠲᠳᠵᠶᠸᡄᡅᡆᡇᡈᡉᡍᡎᡝᡞᡠᡣᡨᡩᡯᡳᡴᡶᢀᢁᢇᢈᢊ"),
    ('\u{180C}', "ᠠᠥᠦᠨᠬᠭᠰᠶᡇᡞᡨᡳᡴᢇ"),
    ('\u{180D}', "ᠨᠬᠭᡳᡴᢇ"),
    ('\u{180F}', "ᠨᠬᠭᡳᡴᢇ"),
];

/// The choices so far in a text.
#[derive(Debug, Default)]
pub(super) struct Forms {
    choices: usize,
    joiners: usize,
    /// The last form of each emoji: its selector or none.
    last: HashMap<char, Option<char>>,
    /// The number of emoji that first appeared without a selector, and with one.
    first: [usize; 2],
}

impl Forms {
    /// Returns whether `selector` has an effect after `base` and before `next`, and the text has choices left. An
    /// accepted choice is counted.
    pub fn accepts(&mut self, selector: char, base: char, next: Option<char>) -> bool {
        let keycap = matches!(base, '0'..='9' | '#' | '*') && next == Some(KEYCAP);
        let cost = match selector {
            EMOJI if keycap => self.cost(KEYCAP, Some(EMOJI)),
            TEXT | EMOJI if has_both(base) => self.cost(base, Some(selector)),
            form if is_ideograph_form(form) && is_ideograph(base) => 1,
            form if MONGOLIAN.iter().any(|(own, bases)| *own == form && bases.contains(base)) => 1,
            _ => return false,
        };
        let accepted = cost == 0 || self.choices + cost <= CHOICES;
        if accepted {
            self.choices += cost;
        }
        if keycap && accepted {
            self.show(KEYCAP, Some(selector));
        } else if has_both(base) {
            // A rejected selector leaves the emoji without one.
            self.choices += if accepted { 0 } else { self.cost(base, None) };
            self.show(base, accepted.then_some(selector));
        }
        accepted
    }

    /// Counts an emoji or a keycap without a selector that could have one.
    pub fn bare(&mut self, c: char, before: Option<char>, next: Option<char>) {
        let selected = matches!(next, Some(TEXT | EMOJI | '\u{1F3FB}'..='\u{1F3FF}'));
        if (has_both(c) && !selected) || (c == KEYCAP && before != Some(EMOJI)) {
            self.choices += self.cost(c, None);
            self.show(c, None);
        }
    }

    /// Counts a joiner between emoji and returns whether the limit allows it.
    pub fn joins(&mut self) -> bool {
        self.joiners += 1;
        self.joiners <= JOINERS
    }

    /// Returns the cost of this form of `base`: 0 if it is the usual form or the last form of this emoji.
    fn cost(&self, base: char, form: Option<char>) -> usize {
        let Some(last) = self.last.get(&base) else {
            let usual = match form {
                None => true,
                Some(TEXT) => false,
                Some(_) => base == KEYCAP || is_text_pictograph(base),
            };
            let [plain, selected] = self.first;
            let (own, others) = if form.is_some() { (selected, plain) } else { (plain, selected) };
            return usize::from(!usual || own < others);
        };
        usize::from(*last != form)
    }

    fn show(&mut self, base: char, form: Option<char>) {
        if self.last.insert(base, form).is_none() {
            self.first[usize::from(form.is_some())] += 1;
        }
    }
}

/// Returns whether an emoji has a text form and an emoji form.
fn has_both(c: char) -> bool {
    is_pictograph(c) && (is_text_pictograph(c) || COLOURED.contains(c))
}

/// Returns whether this selects an ideograph's form: standardised (VS1 to VS3) or registered (VS17 to VS256).
fn is_ideograph_form(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE02}' | '\u{E0100}'..='\u{E01EF}')
}
