//! `allowed_outbound_hosts`: where a component may send requests, in Spin's notation
//! `<scheme>://<host>[:<port>]`.

use std::net::IpAddr;

/// Hosts of this domain are components of the same application: `http://<id>.spin.internal`.
const CHAIN_SUFFIX: &str = ".spin.internal";

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    /// `None`: any.
    scheme: Option<String>,
    host: HostPattern,
    ports: Ports,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// The application's own public routes.
    Own,
    /// With the dot in front.
    Below(String),
    Name(String),
    Network {
        address: IpAddr,
        prefix_bits: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ports {
    Any,
    /// From the first up to, but not with, the second.
    Range(u32, u32),
}

/// Where a request wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// The application's own public routes: a relative URL, or `http://self.alt`.
    Own,
    /// Another component.
    Component(&'a str),
    /// Somewhere outside.
    Outside { host: &'a str, port: u16 },
}

impl<'a> Target<'a> {
    /// Sorts a request's URL. `None`: it has no usable host.
    pub(crate) fn of(uri: &'a http::Uri) -> Option<Self> {
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty())
        else {
            return Some(Self::Own);
        };
        let host = authority.host();
        if host == "self.alt" {
            return Some(Self::Own);
        }
        if let Some(component) = host.strip_suffix(CHAIN_SUFFIX) {
            return Some(Self::Component(component));
        }
        let port = authority.port_u16().or_else(|| well_known_port(uri.scheme_str()?))?;
        Some(Self::Outside { host, port })
    }
}

impl AllowedHost {
    /// Reads one entry. The error continues the sentence that begins with the entry.
    pub(crate) fn parse(entry: &str) -> Result<Self, String> {
        let (scheme, rest) = entry
            .trim()
            .split_once("://")
            .ok_or_else(|| format!("has no scheme: write it like `https://{entry}`"))?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest);
        let ports = match port {
            Some(port) => parse_ports(port)?,
            None => match well_known_port(scheme) {
                Some(port) => Ports::Range(port.into(), u32::from(port) + 1),
                None => return Err("needs a port, since its scheme has no usual one".to_owned()),
            },
        };
        let scheme = match scheme {
            "*" => None,
            name if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()) => {
                Some(name.to_ascii_lowercase())
            }
            _ => return Err("has a scheme that is no word".to_owned()),
        };
        Ok(Self { scheme, host: parse_host(host)?, ports })
    }

    /// Whether it says which host it means, where others say any.
    pub(crate) fn names_its_host(&self) -> bool {
        matches!(self.host, HostPattern::Name(_) | HostPattern::Network { .. })
    }

    /// Whether this entry lets a request with `scheme` go there.
    pub(crate) fn allows(&self, scheme: &str, target: Target<'_>) -> bool {
        // A relative URL has no scheme of its own.
        if target != Target::Own && self.scheme.as_deref().is_some_and(|only| only != scheme) {
            return false;
        }
        match target {
            Target::Own => matches!(self.host, HostPattern::Own | HostPattern::Any),
            Target::Component(id) => match &self.host {
                HostPattern::Below(suffix) => suffix == CHAIN_SUFFIX,
                HostPattern::Name(name) => name.strip_suffix(CHAIN_SUFFIX) == Some(id),
                HostPattern::Any | HostPattern::Own | HostPattern::Network { .. } => false,
            },
            Target::Outside { host, port } => self.ports.contain(port) && self.host.matches(host),
        }
    }
}

impl HostPattern {
    fn matches(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<IpAddr>().ok();
        match self {
            Self::Any => true,
            Self::Own => false,
            Self::Below(suffix) => address.is_none() && host.to_ascii_lowercase().ends_with(suffix),
            Self::Name(name) => bare.eq_ignore_ascii_case(name),
            Self::Network { address: network, prefix_bits } => {
                address.is_some_and(|address| in_network(address, *network, *prefix_bits))
            }
        }
    }
}

impl Ports {
    fn contain(&self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::Range(first, end) => (*first..*end).contains(&u32::from(port)),
        }
    }
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        _ => None,
    }
}

/// Takes the port off the end; colons inside brackets belong to an IPv6 address.
fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    }
}

fn parse_ports(text: &str) -> Result<Ports, String> {
    let number = |text: &str| {
        text.parse::<u16>()
            .map(u32::from)
            .map_err(|_| format!("has a port `{text}` that is no number"))
    };
    match text.split_once("..") {
        _ if text == "*" => Ok(Ports::Any),
        Some((first, end)) => Ok(Ports::Range(number(first)?, number(end)?)),
        None => number(text).map(|port| Ports::Range(port, port + 1)),
    }
}

fn parse_host(text: &str) -> Result<HostPattern, String> {
    match text {
        "*" => return Ok(HostPattern::Any),
        "self" | "self.alt" => return Ok(HostPattern::Own),
        "" => return Err("has no host".to_owned()),
        _ => {}
    }
    if let Some((address, bits)) = text.split_once('/') {
        let network = address.parse::<IpAddr>().ok().zip(bits.parse::<u32>().ok());
        return match network {
            Some((address, prefix_bits)) if prefix_bits <= width_bits(address) => {
                Ok(HostPattern::Network { address, prefix_bits })
            }
            _ => Err("has a path, or a network that is none".to_owned()),
        };
    }
    if let Some(domain) = text.strip_prefix("*.") {
        if domain.contains('*') {
            return Err("may have `*` only as its first part".to_owned());
        }
        return Ok(HostPattern::Below(format!(".{}", domain.to_ascii_lowercase())));
    }
    if text.contains(['*', '{']) {
        return Err("may have `*` only as its first part".to_owned());
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    Ok(HostPattern::Name(bare.to_ascii_lowercase()))
}

fn width_bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn in_network(address: IpAddr, network: IpAddr, prefix_bits: u32) -> bool {
    let differing = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
        _ => return false,
    };
    differing.leading_zeros() >= prefix_bits || differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry: &str, allowed: &[&str], refused: &[&str]) {
        let entry = AllowedHost::parse(entry).unwrap();
        let allows = |url: &str| {
            let uri: http::Uri = url.parse().unwrap();
            Target::of(&uri)
                .is_some_and(|target| entry.allows(uri.scheme_str().unwrap_or("https"), target))
        };
        for url in allowed {
            assert!(allows(url), "{entry:?} allows {url}");
        }
        for url in refused {
            assert!(!allows(url), "{entry:?} refuses {url}");
        }
    }

    #[test]
    fn one_host_on_its_usual_port() {
        check(
            "https://api.example.com",
            &[
                "https://api.example.com/x",
                "https://api.example.com:443",
                "https://API.example.com",
            ],
            &[
                "http://api.example.com",
                "https://api.example.com:8443",
                "https://example.com",
                "https://api.example.com.evil.org",
                "/x",
            ],
        );
    }

    #[test]
    fn wildcards_are_no_wider_than_written() {
        check(
            "https://*.example.com",
            &["https://a.example.com", "https://a.b.example.com"],
            &["https://example.com", "https://badexample.com"],
        );
        check(
            "*://localhost:*",
            &["http://localhost:1", "https://localhost"],
            &["http://localhost.evil.org"],
        );
        check(
            "http://h:8000..8002",
            &["http://h:8000", "http://h:8001"],
            &["http://h:8002", "http://h"],
        );
        check(
            "*://*:*",
            &["http://a", "https://b:1", "/relative"],
            &["http://tasks.spin.internal"],
        );
        check(
            "http://10.0.0.0/8",
            &["http://10.1.2.3"],
            &["http://11.0.0.1", "http://ten.example"],
        );
        check("http://[::1]:80", &["http://[::1]"], &["http://[::2]"]);
    }

    #[test]
    fn other_components_and_oneself_are_named_apart() {
        check(
            "http://tasks.spin.internal",
            &["http://tasks.spin.internal/x"],
            &["http://chat.spin.internal", "https://tasks.spin.internal", "/x"],
        );
        check(
            "http://*.spin.internal",
            &["http://tasks.spin.internal"],
            &["http://spin.internal", "http://tasks.spin.internal.evil.org"],
        );
        check(
            "http://self",
            &["http://self.alt/x"],
            &["http://self/x", "http://tasks.spin.internal"],
        );
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for entry in [
            "example.com",
            "*",
            "https://",
            "ftp://x",
            "https://a.*.b",
            "https://h:http",
            "https://h/path",
            "h_t://x:1",
            "http://10.0.0.0/99",
        ] {
            assert!(AllowedHost::parse(entry).is_err(), "{entry}");
        }
    }
}
