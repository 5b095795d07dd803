//! Passwords that are refused, and good passphrases that are accepted.

use super::*;

fn takes(text: &str) -> bool {
    let email = Email::parse("ada.lovelace@analytical.example.com").unwrap();
    let context = OwnWords::new(Some(&email), &Workspace::parse("acme-widgets").unwrap());
    check(&Password::parse(&text.to_owned().into()).unwrap(), &context).is_ok()
}

#[test]
fn repeated_common_passwords_and_padded_very_common_ones_are_refused() {
    let lines = include_str!("../common_passwords.txt").lines();
    let words: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(words.len(), 10_000);
    for word in &words {
        let repeated = word.repeat(15_usize.div_ceil(word.len()));
        assert!(!takes(&repeated), "{repeated}");
    }
    for word in &words[..1_000] {
        let upper = word.to_uppercase();
        for padded in [format!("{word}{}", "1".repeat(15)), format!("{upper}!2026!1234567890")] {
            assert!(!takes(&padded), "{padded}");
        }
    }
}

#[test]
fn usual_changes_do_not_make_a_common_password_acceptable() {
    for text in [
        "Password123456!",
        "P@$$w0rdP@$$w0rd",
        "drowssapdrowssap",
        "Summer2026Summer!",
        "ｐａｓｓｗｏｒｄ１２３４５６７",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnop",
        "1qaz2wsx3edc4rfv",
        "xxxxxxxxxxxxxxxxxxxx",
        "abcabcabcabcabcabc",
        "letmein letmein letmein",
        "dragon monkey sunshine",
        "----------password----------",
    ] {
        assert!(!takes(text), "{text}");
    }
}

#[test]
fn words_of_the_context_count_as_none_in_any_position_and_spelling() {
    for text in [
        "bellwether-2026!",
        "BellwetherAcme2026",
        "4da.lovelace@analytical",
        "adalovelace-acme-widgets",
        "W1dgets-Analytical-2026",
        "my-LOVELACE-widgets",
        "b3llwether b3llwether 99",
    ] {
        assert!(!takes(text), "{text}");
    }
    assert!(takes("the bellwether of acme sings at noon"), "they are accepted among enough other words");
}

#[test]
fn replacing_letters_by_digits_or_symbols_does_not_help() {
    for word in [
        "l0velace",
        "be11wether",
        "be!!wether",
        "be||wether",
        "b3llw3th3r",
        "an4lytical",
        "an@lytical",
        "widget5",
        "widget$",
        "analy7ical",
        "analy+ical",
        "8ellwether",
        "wid9ets",
        "LOVELACE",
        "ｗｉｄｇｅｔｓ",
    ] {
        assert!(!takes(&format!("my-{word}-99-00")), "{word}");
    }
    assert!(takes("my-stranger-99-00"), "eight other characters are enough");
}

#[test]
fn good_passphrases_with_common_words_and_names_are_accepted() {
    for text in [
        "violet harbour nine trains",
        "a long enough password",
        "i love my two grey cats",
        "monkey dragon sunshine football",
        "mein Hund frisst gerne Brot",
        "Größe ist nicht alles",
        "le chat dort sur la chaise",
        "el perro come pan en la cocina",
        "il gatto dorme sul tetto",
        "私の猫は毎朝七時に起きて窓の外を見る",
        "vK9#mQ2v!xT7pLw",
        "gdvfzcxkjqpwmtb",
        "482957163058274",
        "Rainy Tuesdays smell of copper",
        "tigers-paint-quiet-rivers",
    ] {
        assert!(takes(text), "{text}");
    }
}

#[test]
fn the_refusal_explains_the_costs_and_does_not_repeat_the_password() {
    let context = OwnWords::new(None, &Workspace::parse("acme").unwrap());
    let password = Password::parse(&"hunter2hunter2hunter2".to_owned().into()).unwrap();
    let refusal = check(&password, &context).unwrap_err();
    assert!(refusal.contains(&format!("{PIECE} characters each")), "{refusal}");
    assert!(refusal.contains(&format!("at least {ENOUGH};")) && !refusal.contains("hunter"), "{refusal}");
}

#[test]
fn a_well_known_passphrase_counts_as_common() {
    for text in
        ["correct horse battery staple", "CorrectHorseBatteryStaple1", "c0rrect-h0rse-battery-staple!"]
    {
        assert!(!takes(text), "{text}");
    }
}
