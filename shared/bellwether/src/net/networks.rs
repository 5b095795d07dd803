//! The networks that may call administrative routes.

use std::net::IpAddr;

use ipnet::IpNet;

use super::source::Source;

/// IPv4 and IPv6 networks. An empty list allows every network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Parses a comma-separated list. An empty text allows every network.
    ///
    /// # Errors
    /// When a part is not a network: without a length, with bits set beyond the length, or IPv4 in the form
    /// of IPv6, which no source has.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let networks: Result<Vec<IpNet>, _> = text.split(',').map(|part| part.trim().parse()).collect();
        let networks = networks.ok().filter(|all| all.iter().all(is_exact)).map(Self);
        networks.ok_or(
            "must be networks as in 203.0.113.0/24 or 2001:db8::/32, with no bits set beyond the length, \
             separated by commas",
        )
    }

    /// Whether requests from `source` are allowed.
    #[must_use]
    pub fn contain(&self, source: Source) -> bool {
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&source.address()))
    }
}

fn is_exact(network: &IpNet) -> bool {
    let mapped = match network.addr() {
        IpAddr::V6(address) => address.to_ipv4_mapped().is_some(),
        IpAddr::V4(_) => false,
    };
    network.addr() == network.network() && !mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(networks: &str, source: &str) -> bool {
        let networks = Networks::parse(networks).unwrap();
        networks.contain(Source::at(source.parse().unwrap()))
    }

    #[test]
    fn only_sources_inside_the_networks_pass() {
        let both = "203.0.113.0/24, 2001:db8:1::/48";
        for inside in ["203.0.113.0", "203.0.113.255", "2001:db8:1:ffff::1", "::ffff:203.0.113.7"] {
            assert!(admits(both, inside), "{inside}");
        }
        for outside in
            ["203.0.114.0", "203.0.112.255", "2001:db8:2::1", "::ffff:203.0.114.7", "::203.0.113.7"]
        {
            assert!(!admits(both, outside), "{outside}");
        }
        assert!(admits("203.0.113.7/32", "203.0.113.7") && !admits("203.0.113.7/32", "203.0.113.8"));
        assert!(!admits("0.0.0.0/0", "2001:db8::1") && !admits("::/0", "203.0.113.7"));
    }

    #[test]
    fn an_empty_list_allows_every_network() {
        assert!(admits("", "203.0.113.7") && admits("", "2001:db8::1"));
    }

    #[test]
    fn an_invalid_network_is_refused_and_never_read_as_every_network() {
        for bad in [
            " ",
            ",",
            "203.0.113.0/24,",
            "203.0.113.7",
            "203.0.113.7/24",
            "203.0.113.0/33",
            "2001:db8::1/32",
            "::ffff:203.0.113.0/120",
            "office",
            "203.0.113.0/24 2001:db8::/32",
        ] {
            assert!(Networks::parse(bad).is_err(), "{bad:?}");
        }
    }
}
