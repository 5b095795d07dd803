//! Texts that name a company by its domain: host names, web addresses and e-mail addresses.

mod host;

use std::net::{Ipv4Addr, Ipv6Addr};

use psl::Type;

use super::{NotAUnit, free_mail};
use host::{ascii, host};

/// Top-level domains that RFC 2606 reserves for examples and tests. No list contains them.
const RESERVED: [&str; 2] = ["example", "test"];

const EXAMPLE: &str = "send the company's domain, for example acme.com";

/// Returns the registrable domain that a text names, in lower case and A-labels.
pub(super) fn registrable(text: &str) -> Result<String, NotAUnit> {
    let host = host(text)?;
    refuse_address(&host)?;
    let name = ascii(&host)?;
    refuse_number(&name)?;
    let is_known = psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known());
    if !name.contains('.') && !is_known {
        return Err(NotAUnit::because(format!("is a name without a top-level domain; {EXAMPLE}")));
    }
    let own = below_suffix(&name)?;
    if free_mail::is_host(own) {
        return Err(NotAUnit::because(format!(
            "is at a provider of free e-mail, whose users belong to many companies; {EXAMPLE}, or leave the record out"
        )));
    }
    Ok(own.to_owned())
}

/// Returns the part of a host name that its owner registered: one label and the public suffix.
fn below_suffix(name: &str) -> Result<&str, NotAUnit> {
    let last = name.rsplit('.').next().unwrap_or_default();
    let Some(suffix) = psl::suffix(name.as_bytes()) else { return Err(not_a_host()) };
    if !suffix.is_known() && !RESERVED.contains(&last) {
        return Err(NotAUnit::because(format!(
            "ends in .{last}, which is not a top-level domain; correct the spelling"
        )));
    }
    let own = psl::domain_str(name).ok_or_else(|| bare(name))?;
    // A platform's own site has no label of its own below the platform's suffix.
    let is_private = suffix.typ() == Some(Type::Private);
    match own.strip_prefix("www.") {
        Some(platform) if is_private && platform.as_bytes() == suffix.as_bytes() => Err(bare(platform)),
        _ if own.split('.').all(is_label) => Ok(own),
        _ => Err(not_a_host()),
    }
}

fn bare(suffix: &str) -> NotAUnit {
    NotAUnit::because(format!(
        "is a public suffix, under which many companies register names; send the whole domain, for example acme.{suffix}"
    ))
}

fn not_a_host() -> NotAUnit {
    NotAUnit::because(format!("is not a host name, a web address or an e-mail address; {EXAMPLE}"))
}

/// Returns whether a label of a registered name consists of letters, digits and inner hyphens.
fn is_label(label: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    label.bytes().all(fits) && !label.starts_with('-') && !label.ends_with('-')
}

fn refuse_address(host: &str) -> Result<(), NotAUnit> {
    let is_address = host.starts_with('[') || host.parse::<Ipv6Addr>().is_ok();
    if is_address { Err(an_address()) } else { Ok(()) }
}

/// Refuses IPv4 addresses in every form that browsers accept: the last label of a name is never a number.
fn refuse_number(name: &str) -> Result<(), NotAUnit> {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal =
        last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || is_hexadecimal;
    if is_number || name.parse::<Ipv4Addr>().is_ok() { Err(an_address()) } else { Ok(()) }
}

fn an_address() -> NotAUnit {
    NotAUnit::because(format!("is an IP address or a number, which does not name a company; {EXAMPLE}"))
}
