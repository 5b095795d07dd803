//! The effect of each use of a refresh token.

use super::refresh::BYTES;
use super::*;
use crate::auth::access::Role;
use crate::auth::keys::PrivateKeys;
use crate::auth::users::{Email, Password};

const NOON: i64 = 1_795_255_200;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((NOON + seconds) * 1_000)
}

struct Family {
    keys: PrivateKeys,
    tokens: Vec<RefreshToken>,
    session: Session,
}

impl Family {
    fn begin() -> Self {
        let keys = PrivateKeys::first(at(0)).unwrap();
        let token = RefreshToken::from_random([7; BYTES]);
        let email = Email::parse("ada@example.com").unwrap();
        let password = Password::parse(&"correct horse battery staple".to_owned().into()).unwrap();
        let workspace = Workspace::parse("acme").unwrap();
        let user = User::new(email, workspace, Role::Viewer, &password, at(0)).unwrap();
        let session = Session::begin(&token, &user, at(0));
        Self { keys, tokens: vec![token], session }
    }

    fn judge(&self, token: usize, seconds: i64) -> Use {
        let token = &self.tokens[token];
        self.session.judge(token, &token.successor(&self.keys), at(seconds))
    }

    fn rotate(&mut self, seconds: i64) {
        let last = self.tokens.len() - 1;
        let Use::Rotate(next) = self.judge(last, seconds) else { panic!("the token is current") };
        self.session = *next;
        self.tokens.push(self.tokens[last].successor(&self.keys));
    }
}

#[test]
fn a_token_is_read_back_and_its_successor_belongs_to_the_same_session() {
    let family = Family::begin();
    let token = &family.tokens[0];
    let again = RefreshToken::parse(&token.to_text()).unwrap();
    assert_eq!(again.hash(), token.hash());
    let successor = token.successor(&family.keys);
    assert_eq!(successor.session_id(), token.session_id());
    assert_ne!(successor.hash(), token.hash());
    for text in ["", "bwr_", "bwr_AAAA", "x", "bwr_!"] {
        assert!(RefreshToken::parse(&text.to_owned().into()).is_none(), "{text}");
    }
}

#[test]
fn the_predecessor_counts_as_a_repetition_for_five_seconds_only() {
    let mut family = Family::begin();
    family.rotate(10);
    assert!(matches!(family.judge(0, 15), Use::Repeat));
    assert!(matches!(family.judge(0, 16), Use::Reused));
    assert!(matches!(family.judge(1, 16), Use::Rotate(_)));
}

#[test]
fn a_token_older_than_the_predecessor_counts_as_reuse_at_once() {
    let mut family = Family::begin();
    family.rotate(1);
    family.rotate(2);
    assert!(matches!(family.judge(0, 2), Use::Reused));
    assert!(matches!(family.judge(1, 2), Use::Repeat));
}

#[test]
fn a_session_ends_after_14_idle_days_or_after_90_days() {
    let mut family = Family::begin();
    assert!(matches!(family.judge(0, IDLE_SECONDS - 1), Use::Rotate(_)));
    assert!(matches!(family.judge(0, IDLE_SECONDS), Use::Over));
    for day in 1..90 {
        family.rotate(day * 86_400);
    }
    assert!(matches!(family.judge(89, LIFE_SECONDS - 1), Use::Rotate(_)));
    assert!(matches!(family.judge(89, LIFE_SECONDS), Use::Over));
}

#[test]
fn an_ended_session_accepts_no_token() {
    let mut family = Family::begin();
    family.rotate(1);
    family.session.current = String::new();
    assert!(matches!(family.judge(1, 2), Use::Over));
    assert!(matches!(family.judge(0, 2), Use::Over));
}
