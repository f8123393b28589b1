//! The host and port that a request names in `Host`, in its target, or in an `Origin`.
//!
//! This module does not decide whether the name belongs to the server: `hosts` does.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

use http::{HeaderMap, HeaderName, Uri, header::HOST};

use super::fields::{Single, single};

/// A host, and the port if the text contains one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority<'a> {
    name: Name<'a>,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name<'a> {
    /// A registered name or an IPv4 address, in lower case (RFC 3986 §3.2.2).
    Registered(Cow<'a, str>),
    V6(Ipv6Addr),
}

impl<'a> Authority<'a> {
    /// Parses `host` or `host:port`; `None` if it is malformed. This is stricter than RFC 3986 §3.2, which permits
    /// percent-encoding and commas in names: DNS names have neither, and a comma in a header separates two values.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (name, rest) = if let Some(inner) = text.strip_prefix('[') {
            let (address, rest) = inner.split_once(']')?;
            (Name::V6(address.parse().ok()?), rest)
        } else {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            let in_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            if name.is_empty() || !name.bytes().all(in_a_name) {
                return None;
            }
            (Name::Registered(lower_case(name)), rest)
        };
        let port = match rest.strip_prefix(':') {
            // An empty port is the default port of the scheme (RFC 3986 §3.2.3).
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            None if rest.is_empty() => None,
            Some(_) | None => return None,
        };
        Some(Self { name, port })
    }

    /// Returns true if this is a name below another one: `app.example.com` below `example.com`. The ports are compared as
    /// in [`is_at`](Self::is_at).
    pub(super) fn is_below(&self, parent: &Self, default_port: Option<u16>) -> bool {
        let (Name::Registered(name), Name::Registered(parent_name)) = (&self.name, &parent.name) else {
            return false;
        };
        let labels = name.strip_suffix(&**parent_name).and_then(|labels| labels.strip_suffix('.'));
        labels.is_some_and(|labels| !labels.is_empty() && !labels.starts_with('.'))
            && self.port.or(default_port) == parent.port.or(default_port)
    }

    /// Returns true if this host is `entry`, on its port, or on any port if `entry` has none.
    pub(super) fn is_served_by(&self, entry: &Self) -> bool {
        self.name == entry.name && (entry.port.is_none() || entry.port == self.port)
    }

    /// Returns true if this host is a name below `parent`, on its port, or on any port if `parent` has none.
    pub(super) fn is_served_below(&self, parent: &Self) -> bool {
        let port = parent.port.or(self.port);
        self.port == port && self.is_below(&Self { name: parent.name.clone(), port }, None)
    }

    /// Returns true if the host is a registered name of several labels, such as `example.com`.
    pub(super) fn has_several_labels(&self) -> bool {
        match &self.name {
            Name::Registered(name) => {
                let mut labels = name.split('.');
                labels.clone().count() > 1
                    && labels.all(|label| !label.is_empty())
                    && name.parse::<Ipv4Addr>().is_err()
            }
            Name::V6(_) => false,
        }
    }

    /// Returns true if both name the same host and port. A missing port is the default port.
    pub(super) fn is_at(&self, other: &Self, default_port: Option<u16>) -> bool {
        self.name == other.name && self.port.or(default_port) == other.port.or(default_port)
    }
}

/// Returns the host in the single `Host` of a request (RFC 9112 §3.2). `None` if the field is missing, repeated, a list
/// or malformed.
pub(super) fn of(headers: &HeaderMap) -> Option<Authority<'_>> {
    read(headers, &HOST)
}

/// Reads the host that the client named, as reported in `X-Forwarded-Host`. Trust it only from a trusted proxy. `None` if it
/// is missing, repeated, a list or malformed.
pub(crate) fn forwarded(headers: &HeaderMap) -> Option<Authority<'_>> {
    read(headers, &HeaderName::from_static("x-forwarded-host"))
}

/// Reads a field that contains one host.
fn read<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Authority<'a>> {
    match single(headers, name) {
        Single::One(value) => value.to_str().ok().and_then(Authority::parse),
        Single::Missing | Single::Several => None,
    }
}

/// Returns true if the request target names another host than `Host`. The target would take precedence (RFC 9112
/// §3.2.2), but a proxy and this server could disagree about the host.
pub(super) fn contradicts(target: &Uri, host: &Authority<'_>) -> bool {
    let default_port = target.scheme_str().and_then(default_port);
    target.authority().is_some_and(|named| {
        Authority::parse(named.as_str()).is_none_or(|named| !named.is_at(host, default_port))
    })
}

/// Returns the default port of a scheme of pages or WebSocket clients (RFC 9110 §4.2, RFC 6455 §3); `None` for other
/// schemes.
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    [("http", 80), ("ws", 80), ("https", 443), ("wss", 443)]
        .into_iter()
        .find_map(|(known, port)| known.eq_ignore_ascii_case(scheme).then_some(port))
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authority_accepts_hosts_with_optional_ports_only() {
        for text in [
            "example.com",
            "example.com:1",
            "example.com:",
            "EXAMPLE.com:65535",
            "localhost:3000",
            "my_service",
            "xn--bcher-kva.example",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:8080",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(Authority::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            ":80",
            "example.com:65536",
            "example.com:+80",
            "example.com:8O",
            "example.com:80:80",
            "example.com/",
            "user@example.com",
            "exa mple.com",
            "example.com,example.org",
            "bücher.example",
            "example%2ecom",
            "[::1",
            "[::1]8080",
            "[localhost]",
            "[127.0.0.1]",
            "[fe80::1%25eth0]",
            "::1",
        ] {
            assert!(Authority::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn authorities_are_compared_with_default_ports() {
        for (a, b, default_port, same) in [
            ("example.com", "EXAMPLE.COM", None, true),
            ("example.com", "example.com:443", Some(443), true),
            ("example.com:", "example.com:443", Some(443), true),
            ("[::1]", "[0:0:0:0:0:0:0:1]:80", Some(80), true),
            ("example.com", "example.com:443", Some(80), false),
            ("example.com", "example.com:443", None, false),
            ("example.com", "www.example.com", None, false),
            ("example.com:1", "example.com:2", None, false),
            ("[::1]", "127.0.0.1", None, false),
        ] {
            let parsed = |text| Authority::parse(text).expect("the names are well-formed");
            assert_eq!(parsed(a).is_at(&parsed(b), default_port), same, "{a} {b}");
        }
    }
}
