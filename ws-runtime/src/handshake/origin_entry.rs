//! One origin: of a page, or as an entry of `origins`.

use super::host::{self, Authority};

/// A non-opaque origin (RFC 6454 §4): a scheme, a host and a port.
pub(super) struct Origin<'a> {
    scheme: &'a str,
    authority: Authority<'a>,
}

/// An entry of `origins`.
pub(super) enum Entry<'a> {
    Origin(Origin<'a>),
    /// All names below this one, with its scheme and port.
    Below(Origin<'a>),
    /// The text that a device sends, which is not an origin of a host.
    Text(&'a str),
}

impl<'a> Origin<'a> {
    /// Parses one serialized origin (RFC 6454 §6.2): no path, not even a slash, and no list.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        is_scheme(scheme).then_some(())?;
        Some(Self { scheme, authority: Authority::parse(authority)? })
    }

    /// Returns true if the page came from the host that the request names. The schemes are not compared: behind a
    /// TLS-terminating proxy this server does not know its own. A host without a port therefore has the default port
    /// of the page's scheme.
    pub(super) fn is_of_host(&self, host: &Authority<'_>) -> bool {
        self.default_port().is_some_and(|port| self.authority.is_at(host, Some(port)))
    }

    fn is(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.authority.is_at(&other.authority, self.default_port())
    }

    fn is_below(&self, parent: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(parent.scheme)
            && self.authority.is_below(&parent.authority, self.default_port())
    }

    fn default_port(&self) -> Option<u16> {
        host::default_port(self.scheme)
    }
}

impl<'a> Entry<'a> {
    /// Parses an entry: an origin, a pattern for the names below a host, or other text with a scheme that browsers do
    /// not load pages from.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if let Some(origin) = Origin::parse(text) {
            return Some(Self::Origin(origin));
        }
        let (scheme, rest) = text.split_once("://")?;
        let is_web = host::default_port(scheme).is_some();
        if let (true, Some(parent)) = (is_web, rest.strip_prefix("*.")) {
            // One label is a top-level domain, whose names have many owners.
            let authority = Authority::parse(parent).filter(Authority::has_several_labels)?;
            return Some(Self::Below(Origin { scheme, authority }));
        }
        let is_text = rest.bytes().all(|byte| byte.is_ascii_graphic() && !b",*".contains(&byte));
        (!is_web && is_scheme(scheme) && is_text).then_some(Self::Text(text))
    }

    /// Returns true if the entry allows an `Origin`, which is given as text and, if it is one, as an origin.
    pub(super) fn allows(&self, text: &str, origin: Option<&Origin<'_>>) -> bool {
        match self {
            Self::Origin(listed) => origin.is_some_and(|origin| origin.is(listed)),
            Self::Below(parent) => origin.is_some_and(|origin| origin.is_below(parent)),
            Self::Text(listed) => text == *listed,
        }
    }
}

/// RFC 3986 §3.1: a letter, then letters, digits and `+-.`.
fn is_scheme(text: &str) -> bool {
    let in_a_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(in_a_scheme)
}
