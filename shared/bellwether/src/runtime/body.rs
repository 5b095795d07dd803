//! Conversion of a body to types. Text that can get into a page, a prompt or a log must be screened. A
//! [`Screened`] value was screened, and an [`Unscreened`] value can be converted to a type only by screening
//! it. A body of secrets is read as [`Verbatim`].

use lambda_http::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use lambda_http::{Body, Request};
use screen::Screen;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::http::oauth::form::Form;
use crate::http::problem::Problem;
use crate::http::problem::oauth::OAuthError;
use crate::json;
use crate::operations::BodyKind;
use domain::validation::typed;

/// The maximum size of a body, in bytes. WAF can inspect this much.
pub const BODY_BYTES: usize = 64 * 1024;

/// The type as which a body is read.
pub trait ReadBody: Sized + Send + Sync {
    /// The declared kind of the body.
    const KIND: BodyKind;

    /// Reads the body.
    ///
    /// # Errors
    /// 413, 415, 400 or 422 for a body that is too large, of another type, not readable, or invalid.
    fn read(app: &App, request: &Request) -> Result<Self, Problem>;
}

impl ReadBody for () {
    const KIND: BodyKind = BodyKind::None;

    fn read(_: &App, _: &Request) -> Result<Self, Problem> {
        Ok(())
    }
}

/// A body, or an item of one, in which every text was screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screened<T>(T);

impl<T> Screened<T> {
    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + Send + Sync> ReadBody for Screened<T> {
    const KIND: BodyKind = BodyKind::Json;

    fn read(app: &App, request: &Request) -> Result<Self, Problem> {
        Unscreened(object(request)?).screened(app.screen)
    }
}

/// A body, or an item of one, that was not screened yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unscreened(pub(super) Value);

impl Unscreened {
    /// A value that was not screened yet.
    #[must_use]
    pub fn of(value: Value) -> Self {
        Self(value)
    }

    /// Screens every text and parses the value.
    ///
    /// # Errors
    /// 422 for each text with a hidden code point, otherwise for the first field with a wrong type or an
    /// unknown name.
    pub fn screened<T: DeserializeOwned>(self, screen: Screen) -> Result<Screened<T>, Problem> {
        Ok(Screened(typed(screen.clean(self.0)?)?))
    }

    /// Removes an optional flag from it and returns the flag.
    ///
    /// # Errors
    /// 422 when it is not a boolean.
    pub fn take_flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.0.as_object_mut().and_then(|fields| fields.remove(name)) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Problem::field(format!("/{name}"), "must be true or false")),
        }
    }

    /// Turns each text of the list `name` into an object with the field `field`, so that the list has items like a
    /// request for a single one.
    pub fn wrap_items(&mut self, name: &str, field: &str) {
        let Some(Value::Array(items)) = self.0.get_mut(name) else { return };
        for item in items {
            *item = serde_json::json!({ field: item.take() });
        }
    }

    /// Moves a field into an object of its own, which is empty when the field is missing.
    #[must_use]
    pub fn split_off(&mut self, name: &str) -> Self {
        let field = self.0.as_object_mut().and_then(|fields| fields.remove_entry(name));
        Self(Value::Object(field.into_iter().collect()))
    }

    /// Whether it has a field of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }
}

impl ReadBody for Unscreened {
    const KIND: BodyKind = BodyKind::Json;

    fn read(_: &App, request: &Request) -> Result<Self, Problem> {
        object(request).map(Self)
    }
}

/// A body whose texts are secrets or addresses, which are read unchanged.
#[derive(Debug)]
pub struct Verbatim<T>(pub T);

impl<T: DeserializeOwned + Send + Sync> ReadBody for Verbatim<T> {
    const KIND: BodyKind = BodyKind::Json;

    fn read(_: &App, request: &Request) -> Result<Self, Problem> {
        Ok(Self(typed(object(request)?)?))
    }
}

impl ReadBody for Form {
    const KIND: BodyKind = BodyKind::Form;

    fn read(_: &App, request: &Request) -> Result<Self, Problem> {
        let body = bytes(request)?;
        if !is_plain(request) {
            let why = "send the form in UTF-8 and uncompressed, without Content-Encoding";
            return Err(OAuthError::invalid_request(why).into());
        }
        let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self::parse(declared.unwrap_or_default(), body)
    }
}

/// Parses the body as a JSON object.
fn object(request: &Request) -> Result<Value, Problem> {
    let body = bytes(request)?;
    let declared = request.headers().get(CONTENT_TYPE);
    if declared.is_some_and(|value| !value.to_str().is_ok_and(is_json)) {
        return Err(Problem::NotJson);
    }
    if !is_plain(request) {
        return Err(Problem::Encoded);
    }
    no_byte_order_mark(body)?;
    match json::parse(body)? {
        object @ Value::Object(_) => Ok(object),
        _ => Err(Problem::Malformed("The body must be a JSON object.".to_owned())),
    }
}

/// Returns the body, if it is not too large.
fn bytes(request: &Request) -> Result<&[u8], Problem> {
    let body: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if body.len() > BODY_BYTES { Err(Problem::TooLarge) } else { Ok(body) }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Returns whether the body is declared to be uncompressed and in UTF-8.
fn is_plain(request: &Request) -> bool {
    let encodings = request.headers().get_all(CONTENT_ENCODING).iter();
    let is_identity = |value: &HeaderValue| {
        value.to_str().is_ok_and(|encoding| {
            encoding.trim().is_empty() || encoding.trim().eq_ignore_ascii_case("identity")
        })
    };
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let charset = declared.and_then(charset).unwrap_or("utf-8");
    let is_utf_8 = ["utf-8", "utf8", "us-ascii"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    encodings.into_iter().all(is_identity) && is_utf_8
}

/// Returns the parameter `charset` of a media type, without quotes.
fn charset(media_type: &str) -> Option<&str> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}

/// Refuses a byte order mark, which some editors write before a text and RFC 8259 section 8.1 forbids.
fn no_byte_order_mark(body: &[u8]) -> Result<(), Problem> {
    let found = match body {
        [0xEF, 0xBB, 0xBF, ..] => "The body begins with a byte order mark. Send it without the mark.",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            "The body begins with a byte order mark of UTF-16. Send it in UTF-8, without the mark."
        }
        _ => return Ok(()),
    };
    Err(Problem::Malformed(found.to_owned()))
}

#[cfg(test)]
mod tests;
