//! Tests of the ids of accounts. `tests/spellings.json` lists texts with the account of each, or the reason why there is
//! none.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[derive(Deserialize)]
struct Spelling(UnitKind, String, Option<String>, Option<String>);

fn spellings() -> Vec<Spelling> {
    serde_json::from_str(include_str!("tests/spellings.json")).unwrap()
}

#[test]
fn every_spelling_gives_its_account_or_its_reason() {
    let all = spellings();
    assert!(all.len() >= 280, "{} spellings", all.len());
    let mut wrong = Vec::new();
    for Spelling(kind, text, account, reason) in all {
        let found = kind.unit(&text);
        let fits = match (&found, &account, &reason) {
            (Ok(id), Some(account), None) => id.as_str() == account,
            (Err(error), None, Some(reason)) => error.to_string().contains(reason.as_str()),
            _ => false,
        };
        if !fits {
            wrong.push(format!("{} {text:?}: {found:?}, not {account:?} {reason:?}", kind.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_has_spellings_of_both_sorts() {
    for kind in UnitKind::ALL {
        let sorts: BTreeSet<bool> =
            spellings().iter().filter(|own| own.0 == kind).map(|own| own.2.is_some()).collect();
        assert_eq!(sorts.len(), 2, "{}", kind.as_str());
    }
}

#[test]
fn an_account_is_its_own_id_and_no_update_has_changed_it() {
    for Spelling(kind, _, account, _) in spellings() {
        let Some(account) = account else { continue };
        let id = UnitId::parse(account).unwrap();
        assert_eq!(kind.changed(&id), None, "{id}");
    }
}

#[test]
fn a_stored_id_that_is_another_account_today_is_found() {
    let id = |text: &str| UnitId::parse(text).unwrap();
    assert_eq!(UnitKind::Domain.changed(&id("www.acme.com")), Some(Ok(id("acme.com"))));
    assert!(matches!(UnitKind::Domain.changed(&id("github.io")), Some(Err(_))));
    assert_eq!(UnitKind::Verbatim.changed(&id("www.acme.com")), None);
}

/// Accounts are the domains that this list gives. A change of the version fails here, so that it is a decision: run
/// `bellwether accounts check` with the ids that are in use, as docs/OPERATIONS.md describes, then change the version.
#[test]
fn the_public_suffix_list_has_the_version_that_was_decided() {
    let manifest = include_str!("../../../../../Cargo.toml");
    let version = manifest.lines().find(|line| line.starts_with("psl = ")).unwrap();
    assert_eq!(version, "psl = \"=2.1.247\"");
}

#[test]
fn a_name_shows_unicode_and_what_was_sent_where_they_differ() {
    let shown = |kind: UnitKind, sent: &str| {
        let name = UnitName::new(kind.unit(sent).unwrap(), kind, sent.to_owned());
        serde_json::to_value(name).unwrap()
    };
    assert_eq!(
        shown(UnitKind::Domain, "www.Müller.de"),
        serde_json::json!({ "unit_id": "xn--mller-kva.de", "unit_display": "müller.de", "sent_as": "www.Müller.de" })
    );
    assert_eq!(shown(UnitKind::Domain, "acme.com"), serde_json::json!({ "unit_id": "acme.com" }));
    assert_eq!(
        shown(UnitKind::Verbatim, "xn--mller-kva.de"),
        serde_json::json!({ "unit_id": "xn--mller-kva.de" })
    );
}

/// Arbitrary text, and text of parts that occur in addresses and ids.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("https://"),
        Just("www."),
        Just("acme"),
        Just("."),
        Just("。"),
        Just("com"),
        Just("co.uk"),
        Just("github.io"),
        Just("müller"),
        Just("xn--mller-kva"),
        Just("ß"),
        Just("@"),
        Just(":8080"),
        Just("/a"),
        Just("?b"),
        Just(" "),
        Just("%2e"),
        Just("mailto:"),
        Just("0015g00000AbCdE"),
        Just("AAV"),
        Just("00"),
        Just("8837615204"),
        Just("-"),
        Just("İ"),
        Just("\u{200d}"),
        Just("ⅷ"),
        Just("中国"),
    ];
    let built = proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat());
    prop_oneof![any::<String>(), built, "[0-9A-Za-z]{15}([0-9A-Za-z]{3})?", "\\PC{0,20}\\.(com|de|jp|рф)"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn normalising_twice_is_normalising_once(text in texts()) {
        for kind in UnitKind::ALL {
            if let Ok(id) = kind.unit(&text) {
                prop_assert_eq!(kind.unit(id.as_str()), Ok(id));
            }
        }
    }

    #[test]
    fn a_short_salesforce_id_and_its_long_form_are_one_unit(short in "[0-9A-Za-z]{15}") {
        if let Ok(id) = UnitKind::Salesforce.unit(&short) {
            prop_assert!(id.as_str().starts_with(&short));
            for changed in [id.as_str().to_lowercase(), id.as_str().to_uppercase()] {
                prop_assert_eq!(UnitKind::Salesforce.unit(&changed), Ok(id.clone()));
            }
        }
    }
}
