//! Finds the markup of prompts: tokens of chat templates, headings of roles, and tool calls.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::appearance::Appearance;
use super::sign::{Score, Sign};

/// Markup and its points. One rule finds all tokens between `<|` and `|>`.
const MARKS: [(Sign, u32, &str); 5] = [
    (
        Sign::Markup,
        60,
        "[inst] [/inst] <<sys>> <</sys>> <start_of_turn> <end_of_turn> <system> </system> <system_prompt> \
         </system_prompt> <systemprompt> </systemprompt> <system-prompt> <system-reminder> </user_input> \
         </untrusted </instructions> <assistant> </assistant> [system] [system_prompt] [/system] <think> \
         </think> \"role\":\"system\" 'role':'system' \"role\":\"assistant\" \"role\":\"developer\" \
         ###instruction: ###system: ###human:",
    ),
    (Sign::Markup, 30, "###system ###instruction ###response ###assistant ###human ###user"),
    (
        Sign::ToolCall,
        60,
        "<tool_call </tool_call <tool_use <tool_result <function_call </function_call <function= <invokename= \
         <parametername= \"tool_calls\": \"tool_call\": \"tool_use\" \"function_call\": \"recipient_name\": \
         ```tool_code ```tool_call to=functions. \"action_input\": [tool_calls]",
    ),
    (Sign::ToolCall, 30, "\"arguments\":{ \"arguments\":\"{ action: \"tool\":\" \"function\":{"),
    (Sign::ToolCall, 30, "actioninput: \"name\":\"send_ \"name\":\"execute_ \"name\":\"run_"),
];

static KNOWN: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let of_kind = |(kind, (.., marks)): (usize, &(Sign, u32, &'static str))| {
        marks.split_whitespace().map(move |mark| (kind, Appearance::of(mark).compact))
    };
    let (kinds, marks): (Vec<usize>, Vec<String>) = MARKS.iter().enumerate().flat_map(of_kind).unzip();
    (AhoCorasick::new(marks).expect("the list is far from any limit of the matcher"), kinds)
});

/// The roles in a conversation, before a colon at the beginning of a line or sentence.
const ROLES: &str = "system systemmessage systemprompt assistant user human developer tool système sistema \
    assistente asistente utilisateur システム アシスタント ユーザー";
/// The length of a line in which a heading is searched.
const HEADING: usize = 48;

/// Adds the points of the markup.
pub(super) fn add(text: &str, compact: &str, score: &mut Score) {
    let (matcher, kinds) = &*KNOWN;
    let mut met = [false; MARKS.len()];
    for found in matcher.find_overlapping_iter(compact) {
        let kind = kinds[found.pattern().as_usize()];
        if !std::mem::replace(&mut met[kind], true) {
            score.add(MARKS[kind].0, MARKS[kind].1);
        }
    }
    if has_token(compact) {
        score.add(Sign::Markup, 60);
    }
    let roles = roles(text);
    if roles > 0 {
        score.add(Sign::Role, if roles > 1 { 60 } else { 30 });
    }
}

/// Returns whether a word is between `<|` and `|>`.
fn has_token(compact: &str) -> bool {
    compact.split("<|").skip(1).any(|rest| {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '-');
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        end > 0 && rest[end..].starts_with("|>")
    })
}

/// Returns the number of different roles with a heading. A line feed may be written as `\n`.
fn roles(text: &str) -> usize {
    static FOLDED: LazyLock<Vec<String>> =
        LazyLock::new(|| ROLES.split_whitespace().map(|role| Appearance::of(role).compact).collect());
    let text = text.replace("\\n", "\n");
    let sentences = text.split(['\n', '.', '?', '!']);
    let heading = |line: &str| {
        let start: String =
            line.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().take(HEADING).collect();
        let compact = Appearance::of(start.split_once([':', '：'])?.0).compact;
        FOLDED.iter().position(|known| known == compact.trim_end_matches(|c: char| !c.is_alphanumeric()))
    };
    let mut found: Vec<usize> = sentences.filter_map(heading).collect();
    found.sort_unstable();
    found.dedup();
    found.len()
}
