//! Parses variables of the environment.

use std::str::FromStr;

use super::ConfigError;
use screen::Screen;

/// Parses a variable. An unset variable is read as an empty text.
pub(super) fn parsed<T>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<T, ConfigError> {
    parse(&variable(name).unwrap_or_default()).map_err(|problem| ConfigError { name, problem })
}

/// Checks a namespace by CloudWatch's rule.
pub(super) fn namespace(text: &str) -> Result<Option<String>, &'static str> {
    let fits = text.len() <= 255 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./#:_-".contains(&b));
    let text = Some(text.to_owned()).filter(|text| !text.is_empty());
    fits.then_some(text).ok_or("must be at most 255 letters, digits and . / # : _ -")
}

pub(super) fn screen(word: Option<String>) -> Result<Screen, ConfigError> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(Screen::default()) };
    word.parse().map_err(|problem| ConfigError { name: "SCREEN", problem })
}

pub(super) fn number<T: FromStr>(
    variable: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    usual: T,
) -> Result<T, ConfigError> {
    let Some(text) = variable(name).filter(|v| !v.is_empty()) else { return Ok(usual) };
    text.parse().map_err(|_| ConfigError { name, problem: "must be a whole number" })
}
