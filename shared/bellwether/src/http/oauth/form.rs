//! The body of a token request: a form, as RFC 6749 requires, with each parameter at most once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::Request;
use lambda_http::http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};

use crate::http::problem::Problem;
use crate::http::problem::oauth::OAuthError;

/// The maximum number of parameters. OAuth has about a dozen in all grants together, and each is compared
/// with those before it.
const PARAMETERS: usize = 32;

/// A form. Its values cannot be printed.
#[derive(Debug)]
pub struct Form(Vec<(String, SecretString)>);

/// The id of a client, and the secret that proves it.
#[derive(Debug)]
pub struct ClientCredentials {
    /// The id, as sent.
    pub client_id: String,
    /// The secret, as it was sent.
    pub secret: SecretString,
}

impl Form {
    /// Parses `body`, which has the declared `content_type`.
    ///
    /// # Errors
    /// `invalid_request` when the content type is not a form's, or a parameter is repeated (RFC 6749 section
    /// 3.2).
    pub fn parse(content_type: &str, body: &[u8]) -> Result<Self, Problem> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request("send a form: application/x-www-form-urlencoded").into());
        }
        let mut fields: Vec<(String, SecretString)> = Vec::new();
        for (place, (name, value)) in form_urlencoded::parse(body).enumerate() {
            if place >= PARAMETERS {
                return Err(OAuthError::invalid_request("there are more than 32 parameters").into());
            }
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(OAuthError::invalid_request("a parameter is repeated").into());
            }
            // A parameter without a value counts as omitted (RFC 6749 section 3.2).
            if !value.is_empty() {
                fields.push((name.into_owned(), value.into_owned().into()));
            }
        }
        Ok(Self(fields))
    }

    /// The value of an optional parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of a parameter that is not a secret.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(ExposeSecret::expose_secret)
    }

    /// Returns the client's credentials, from HTTP Basic or the form but not both (RFC 6749 section 2.3.1).
    /// None when the request contains none.
    ///
    /// # Errors
    /// `invalid_request` for credentials in both, `invalid_client` for a header that cannot be parsed.
    pub fn client(&self, request: &Request) -> Result<Option<ClientCredentials>, OAuthError> {
        let in_form = self.get("client_secret");
        let Some(header) = request.headers().get(AUTHORIZATION) else {
            let (Some(id), Some(secret)) = (self.text("client_id"), in_form) else { return Ok(None) };
            return Ok(Some(ClientCredentials { client_id: id.to_owned(), secret: secret.clone() }));
        };
        if in_form.is_some() {
            return Err(OAuthError::invalid_request(
                "send client credentials in the header or in the form, not in both",
            ));
        }
        basic(header.to_str().unwrap_or_default()).map(Some).ok_or(OAuthError::InvalidClient)
    }
}

/// Parses HTTP Basic credentials. OAuth form-encodes both parts.
fn basic(header: &str) -> Option<ClientCredentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = SecretString::from(String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?);
    let (id, secret) = decoded.expose_secret().split_once(':')?;
    Some(ClientCredentials { client_id: form_decoded(id)?, secret: form_decoded(secret)?.into() })
}

fn form_decoded(part: &str) -> Option<String> {
    if part.contains(['=', '&']) {
        return None;
    }
    form_urlencoded::parse(part.as_bytes()).next().map(|(text, _)| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        lambda_http::http::Request::post("/oauth/token").body(lambda_http::Body::Empty).unwrap()
    }

    fn parsed(body: &str) -> Result<Form, Problem> {
        Form::parse(FORM, body.as_bytes())
    }

    const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

    #[test]
    fn parameters_are_decoded_empty_ones_omitted_and_repeated_ones_refused() {
        let form = parsed("scope=a%3Ab+c&state=&x=%C3%BC").unwrap();
        assert_eq!(form.text("scope"), Some("a:b c"));
        assert_eq!((form.text("state"), form.text("x")), (None, Some("ü")));
        for body in ["a=1&a=1", "a=&a=1&a=2", "scope=x&%73cope=y"] {
            assert!(parsed(body).is_err(), "{body}");
        }
        let many = |count: usize| (0..count).map(|n| format!("p{n}=x")).collect::<Vec<_>>().join("&");
        assert!(parsed(&many(32)).is_ok());
        assert!(parsed(&many(33)).is_err());
        assert!(Form::parse("application/json", b"{}").is_err());
    }

    #[test]
    fn a_client_authenticates_in_one_way_only() {
        let form = parsed("client_id=c&client_secret=s").unwrap();
        let found = form.client(&request()).unwrap().unwrap();
        assert_eq!((found.client_id.as_str(), found.secret.expose_secret()), ("c", "s"));
        let mut with_header = request();
        let header = format!("bAsIc {}", STANDARD.encode("c%2Dx:s%20s"));
        with_header.headers_mut().insert(AUTHORIZATION, header.parse().unwrap());
        assert!(matches!(form.client(&with_header), Err(OAuthError::InvalidRequest(_))));
        let form = parsed("grant_type=client_credentials").unwrap();
        let found = form.client(&with_header).unwrap().unwrap();
        assert_eq!((found.client_id.as_str(), found.secret.expose_secret()), ("c-x", "s s"));
        for header in ["Bearer abc", "Basic !", "Basic", "Basic YWJj"] {
            with_header.headers_mut().insert(AUTHORIZATION, header.parse().unwrap());
            assert!(matches!(form.client(&with_header), Err(OAuthError::InvalidClient)), "{header}");
        }
        assert!(form.client(&request()).unwrap().is_none());
    }
}
