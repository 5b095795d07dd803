//! The source address of a request, as API Gateway saw it. Headers such as `X-Forwarded-For` come from the
//! caller and are not read.

use std::net::{IpAddr, Ipv6Addr};

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

/// The remote address of the connection to API Gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(IpAddr);

/// The event contains no source address. API Gateway always sends one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event contains no source address")]
pub struct NoSource;

impl Source {
    /// The request's source.
    ///
    /// # Errors
    /// When the event contains none.
    pub fn of(request: &Request) -> Result<Self, NoSource> {
        let text = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.identity.source_ip.clone(),
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
            _ => None,
        };
        let address = text.as_deref().and_then(|text| text.parse::<IpAddr>().ok());
        let address = address.ok_or(NoSource)?;
        Ok(Self::at(address))
    }

    /// A source at this address. IPv4 in the form of IPv6 becomes IPv4.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// The networks for which attempts are counted, smallest first: an IPv4 address, or the /64, the /56 and
    /// the /48 of an IPv6 address. A host usually has a whole /64, a household a /56 and a site a /48.
    #[must_use]
    pub fn networks(self) -> Vec<String> {
        match self.0 {
            IpAddr::V4(address) => vec![address.to_string()],
            IpAddr::V6(address) => [64_u32, 56, 48].map(|bits| network(address, bits)).to_vec(),
        }
    }
}

fn network(address: Ipv6Addr, bits: u32) -> String {
    let host = u128::MAX.checked_shr(bits).unwrap_or_default();
    format!("{}/{bits}", Ipv6Addr::from(u128::from(address) & !host))
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Vec<String> {
        Source::at(text.parse().unwrap()).networks()
    }

    #[test]
    fn an_ipv6_host_keeps_its_networks_when_its_address_changes() {
        let all = ["2001:db8:1:2::/64", "2001:db8:1::/56", "2001:db8:1::/48"];
        assert_eq!(networks("2001:db8:1:2:3:4:5:6"), all);
        assert_eq!(networks("2001:db8:1:2:ffff::"), all);
        assert_eq!(networks("2001:db8:1:12ff::")[1..], ["2001:db8:1:1200::/56", "2001:db8:1::/48"]);
        assert_eq!(networks("203.0.113.7"), ["203.0.113.7"]);
        assert_eq!(networks("::ffff:203.0.113.7"), ["203.0.113.7"], "IPv4 in the form of IPv6");
    }
}
