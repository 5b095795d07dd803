//! Finds the host in a text as people write it, and turns it into A-labels.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use percent_encoding::percent_decode_str;

use super::super::NotAUnit;
use super::{EXAMPLE, an_address, not_a_host};

/// The schemes that browsers accept with any number of slashes.
const WEB: [&str; 5] = ["http", "https", "ftp", "ws", "wss"];

/// Returns the host of a host name, a web address or an e-mail address, percent-decoded and without port.
pub(super) fn host(text: &str) -> Result<String, NotAUnit> {
    let text = text.trim();
    if is_list(text) {
        return Err(NotAUnit::because("contains several addresses; send one account"));
    }
    let text = between_brackets(text);
    let text = without_scheme(text);
    let authority = text.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = without_port(host.trim())?;
    let decoded = percent_decode_str(host).decode_utf8().map_err(|_| not_a_host())?;
    let decoded = decoded.trim();
    if decoded.is_empty() {
        return Err(NotAUnit::because(format!("contains no host name; {EXAMPLE}")));
    }
    Ok(decoded.to_owned())
}

/// Whether a text contains several e-mail addresses. A web address may have more than one `@`, in its path.
fn is_list(text: &str) -> bool {
    let is_web = text.contains("://");
    let quoted = text.starts_with('"');
    let before_last = text.rsplit_once('@').map_or("", |(before, _)| before);
    !is_web && !quoted && before_last.contains('@')
}

/// Returns the address in `Ada Lovelace <ada@acme.com>`, and any other text unchanged.
fn between_brackets(text: &str) -> &str {
    let inner = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    inner.map_or(text, |(_, address)| address.trim())
}

fn without_scheme(text: &str) -> &str {
    let slashes = ['/', '\\'];
    if let Some((scheme, rest)) = text.split_once(':')
        && is_scheme(scheme)
    {
        let lower = scheme.to_ascii_lowercase();
        if lower == "mailto" {
            return rest;
        }
        let is_hierarchical = rest.starts_with("//") || rest.starts_with("\\\\");
        if is_hierarchical || WEB.contains(&lower.as_str()) {
            return rest.trim_start_matches(slashes);
        }
    }
    let is_relative = text.starts_with("//") || text.starts_with("\\\\");
    if is_relative { text.trim_start_matches(slashes) } else { text }
}

fn is_scheme(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.bytes().all(fits) && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
}

fn without_port(host: &str) -> Result<&str, NotAUnit> {
    let Some((name, port)) = host.rsplit_once(':') else { return Ok(host) };
    if host.starts_with('[') || name.contains(':') {
        return Err(an_address());
    }
    let is_port =
        port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if is_port {
        return Ok(name);
    }
    Err(NotAUnit::because(format!("has a port that is not a number from 0 to 65535; {EXAMPLE}")))
}

/// Returns a host name in lower case and A-labels, without a dot at its end. Labels below the registered name may
/// contain underscores, as some host names do.
pub(super) fn ascii(host: &str) -> Result<String, NotAUnit> {
    let name = Uts46::new()
        .to_ascii(host.as_bytes(), AsciiDenyList::URL, Hyphens::Allow, DnsLength::VerifyAllowRootDot)
        .map_err(|_| not_a_host())?;
    let name = name.strip_suffix('.').unwrap_or(&name);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(fits) {
        return Err(not_a_host());
    }
    Ok(name.to_owned())
}
