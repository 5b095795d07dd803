//! Which variation selectors change something, and how much a text may say by them. Whether a selector
//! is there is seen by a model and hardly by a person, so each choice could carry a bit.
//!
//! The sequences are those of `StandardizedVariants.txt` and `emoji-variation-sequences.txt` (Unicode
//! Character Database).

use std::collections::HashMap;

use super::property::{is_ideograph, is_pictograph, is_text_pictograph};

/// Most choices of a form in one text.
const CHOICES: usize = 8;
/// Most joiners between emoji in one text: about ten families.
const JOINERS: usize = 32;

/// The selectors of text form and emoji form.
const TEXT: char = '\u{FE0E}';
const EMOJI: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// Emoji by default that have a text form.
const COLOURED: &str = "⌚⌛⏩⏪⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛔⛪⛲⛳⛵⛺⛽❓❗⬛⬜⭐⭕🀄🈚🈯🌍🌎🌏🌕🌜🍸🎓🎧🎬🎭🎮🏂🏄🏆🏊🏠🏭\
    🐈🐕🐟🐦👂👆👇👈👉👍👎👓👪👽💣💰💳💻💿📋📚📟📤📥📦📪📫📬📭📷📹📺📻🔈🔍🔒🔓🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛🕜🕝🕞🕟🕠🕡🕢🕣🕤🕥🕦🕧😐🚇🚍🚑🚔🚘🚭🚲🚹🚺🚼";

/// Mongolian letters by the free variation selectors that they take, those of fewer among those of more.
const MONGOLIAN: [(char, &str); 4] = [
    ('\u{180B}', "ᠠᠡᠢᠣᠤᠥᠦᠨᠪᠬᠭᠰᠲᠳᠵᠶᠸᡄᡅᡆᡇᡈᡉᡍᡎᡝᡞᡠᡣᡨᡩᡯᡳᡴᡶᢀᢁᢇᢈᢊ"),
    ('\u{180C}', "ᠠᠥᠦᠨᠬᠭᠰᠶᡇᡞᡨᡳᡴᢇ"),
    ('\u{180D}', "ᠨᠬᠭᡳᡴᢇ"),
    ('\u{180F}', "ᠨᠬᠭᡳᡴᢇ"),
];

/// What has been chosen so far in a text.
#[derive(Debug, Default)]
pub(super) struct Forms {
    choices: usize,
    joiners: usize,
    /// The form in which each emoji stood last: its selector or none.
    last: HashMap<char, Option<char>>,
    /// How many emoji stood first without a selector, and how many with one.
    first: [usize; 2],
}

impl Forms {
    /// Whether `selector` changes something after `base` and before `next`, and the text may still
    /// choose. What is taken is counted.
    pub fn takes(&mut self, selector: char, base: char, next: Option<char>) -> bool {
        let keycap = matches!(base, '0'..='9' | '#' | '*') && next == Some(KEYCAP);
        let cost = match selector {
            EMOJI if keycap => self.cost(KEYCAP, Some(EMOJI)),
            TEXT | EMOJI if has_both(base) => self.cost(base, Some(selector)),
            form if is_ideograph_form(form) && is_ideograph(base) => 1,
            form if MONGOLIAN.iter().any(|(own, bases)| *own == form && bases.contains(base)) => 1,
            _ => return false,
        };
        let taken = cost == 0 || self.choices + cost <= CHOICES;
        if taken {
            self.choices += cost;
        }
        if keycap && taken {
            self.show(KEYCAP, Some(selector));
        } else if has_both(base) {
            // What is refused leaves the emoji without a selector.
            self.choices += if taken { 0 } else { self.cost(base, None) };
            self.show(base, taken.then_some(selector));
        }
        taken
    }

    /// Counts an emoji or a keycap that stands without a selector although it could have one.
    pub fn bare(&mut self, c: char, before: Option<char>, next: Option<char>) {
        let selected = matches!(next, Some(TEXT | EMOJI | '\u{1F3FB}'..='\u{1F3FF}'));
        if (has_both(c) && !selected) || (c == KEYCAP && before != Some(EMOJI)) {
            self.choices += self.cost(c, None);
            self.show(c, None);
        }
    }

    /// Whether there may be another joiner between emoji; it is counted.
    pub fn joins(&mut self) -> bool {
        self.joiners += 1;
        self.joiners <= JOINERS
    }

    /// What this form of `base` says: nothing when it is the usual one or that in which it stood before.
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

/// Whether an emoji has a text form and an emoji form.
fn has_both(c: char) -> bool {
    is_pictograph(c) && (is_text_pictograph(c) || COLOURED.contains(c))
}

/// A selector of an ideograph's form: standardised (VS1 to VS3) or registered (VS17 to VS256).
fn is_ideograph_form(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE02}' | '\u{E0100}'..='\u{E01EF}')
}
