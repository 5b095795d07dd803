//! Every limit in the environment is either valid or refused by name.

use super::*;

fn read(changed: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let usual = [("TABLE_PREFIX", "b"), ("PUBLIC_KEYS_SECRET", "p"), ("ISSUER", "i"), ("AUDIENCE", "a")];
    Config::from_variables(&|name| {
        let found = changed.iter().chain(&usual).find(|(n, _)| *n == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn a_missing_variable_and_a_wrong_number_are_named() {
    assert_eq!(
        read(&[("ISSUER", "")]).unwrap_err().to_string(),
        "the environment variable ISSUER is not set"
    );
    let wrong = read(&[("CACHED_TESTS", "many")]).unwrap_err().to_string();
    assert_eq!(wrong, "the environment variable CACHED_TESTS must be a whole number");
}

#[test]
fn a_wrong_domain_origin_or_network_stops_the_start_and_is_named() {
    for (name, wrong) in [
        ("CUSTOM_DOMAIN", "https://api.example.com"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://app.example.com,null"),
        ("ALLOWED_ORIGINS", "http://app.example.com"),
        ("ALLOWED_ORIGINS", "https://app.example.com/"),
        ("ADMIN_NETWORKS", "203.0.113.0/33"),
        ("ADMIN_NETWORKS", "0.0.0.0"),
        ("ADMIN_NETWORKS", ","),
    ] {
        let message = read(&[(name, wrong)]).unwrap_err().to_string();
        assert!(message.starts_with(&format!("the environment variable {name} must be ")), "{message}");
    }
}

#[test]
fn browsers_have_no_access_without_a_custom_domain() {
    let origins = ("ALLOWED_ORIGINS", "https://app.example.com");
    assert_eq!(read(&[origins]).unwrap().browser(), None);
    assert_eq!(read(&[origins, ("CUSTOM_DOMAIN", "")]).unwrap().browser(), None);
    let browser = read(&[origins, ("CUSTOM_DOMAIN", "api.example.com")]).unwrap().browser().unwrap();
    assert!(browser.allows(&Origin::parse("https://app.example.com").unwrap()));
    assert!(!browser.allows(&Origin::parse("https://api.example.com").unwrap()), "not on the list");
}

#[test]
fn hidden_code_points_are_refused_by_default() {
    let screen = |word| read(&[("SCREEN", word)]).map(|config| config.screen);
    assert_eq!((screen(""), screen("refuse")), (Ok(Screen::Refuse), Ok(Screen::Refuse)));
    assert_eq!(screen("strip"), Ok(Screen::Strip));
    let wrong = screen("off").unwrap_err().to_string();
    assert_eq!(wrong, "the environment variable SCREEN must be refuse or strip");
}

#[test]
fn a_test_is_never_cached_for_more_than_30_seconds() {
    assert_eq!(read(&[("CACHE_SECONDS", "3600")]).unwrap().limits.cache_seconds, 30);
    assert_eq!(read(&[("CACHE_SECONDS", "0")]).unwrap().limits.cache_seconds, 0);
}
