//! The address of a client behind trusted proxies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

use crate::admission::behind_nat64;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The request header in which trusted proxies report the client. The server reads only this one.
///
/// A proxy appends to one of these headers and forwards the other unchanged, so a client can forge the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForwardedField {
    /// `X-Forwarded-For`, the default. nginx, HAProxy, Caddy, Traefik, Envoy and the load balancers of the large clouds
    /// write it.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239), for proxies that are configured to write it.
    Forwarded,
}

/// The trusted proxies, and the header in which they report the client.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    networks: Vec<Network>,
    field: ForwardedField,
}

/// A network: all addresses with the same prefix. IPv4 addresses are mapped into IPv6 (RFC 4291 §2.5.5.2).
#[derive(Clone, Copy, Debug)]
struct Network {
    first: u128,
    bits: u32,
}

impl Proxies {
    /// Parses addresses (`10.0.0.1`) and networks (`10.0.0.0/8`). Returns the first invalid entry as the error.
    pub(crate) fn read(written: &[String], field: ForwardedField) -> Result<Self, &str> {
        let networks = written.iter().map(|one| Network::read(one).ok_or(one.as_str()));
        Ok(Self { networks: networks.collect::<Result<_, _>>()?, field })
    }

    /// Returns true if no proxy is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Returns true if the address belongs to a trusted proxy.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Returns the client of a request over a connection from `peer`. That is `peer` itself, unless it is a trusted
    /// proxy. Otherwise it is the address in the header, or `None` if the header contains no address other than those
    /// of proxies. A missing port is 0.
    ///
    /// Each proxy appends the address from which it received the request, so the header is read from the right and
    /// trusted proxies are skipped. Clients can forge the entries further left. If an entry is unreadable, the client
    /// is unknown.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: SocketAddr) -> Option<SocketAddr> {
        if !self.trusts(peer.ip()) {
            return Some(canonical(peer));
        }
        let name = match self.field {
            ForwardedField::XForwardedFor => X_FORWARDED_FOR,
            ForwardedField::Forwarded => FORWARDED,
        };
        let lines = headers.get_all(name).iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        // Empty elements of a list are ignored (RFC 9110 §5.6.1.2).
        for entry in entries.map(<[u8]>::trim_ascii).filter(|entry| !entry.is_empty()) {
            let entry = std::str::from_utf8(entry).ok()?;
            let node = match self.field {
                ForwardedField::XForwardedFor => entry,
                ForwardedField::Forwarded => forwarded_for(entry)?,
            };
            let address = read_node(node)?;
            if !self.trusts(address.ip()) {
                return Some(address);
            }
        }
        None
    }
}

impl Network {
    fn read(written: &str) -> Option<Self> {
        let (address, bits) = match written.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (written, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let length = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(length);
        (bits <= length).then(|| Self { first: number(address), bits: 128 - length + bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        let begins_as = |address| {
            let differ = self.first ^ number(address);
            differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
        };
        begins_as(address) || behind_nat64(address).is_some_and(|address| begins_as(address.into()))
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Returns the client in one element of `Forwarded` (RFC 7239 §4): `for=192.0.2.60;proto=http`.
///
/// Commas and semicolons separate elements even inside quotes. Otherwise a client could open a quote that encloses the
/// entries that a proxy appends. For the same reason, an element with an unclosed quote, an escape or a second `for`
/// yields `None`: it may be part of a quoted value that the client chose, such as `host`.
fn forwarded_for(element: &str) -> Option<&str> {
    let mut client = None;
    for pair in element.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let value = unquote(value.trim())?;
        if name.trim().eq_ignore_ascii_case("for") && client.replace(value).is_some() {
            return None;
        }
    }
    client
}

/// Removes the quotes around a value. `None` if only one of them is present, or if the value contains a quote or an
/// escape.
fn unquote(value: &str) -> Option<&str> {
    let bare = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!bare.contains(['"', '\\'])).then_some(bare)
}

/// Parses an address with an optional port (RFC 7239 §6). The port may be obfuscated (§6.3) and is then 0. An IPv6
/// address without a port needs no brackets. `None` for `unknown`, an obfuscated identifier such as `_gazonk`, and any
/// other text.
fn read_node(node: &str) -> Option<SocketAddr> {
    let node = match node.rsplit_once(":_") {
        Some((address, _)) if address.ends_with(']') || address.parse::<Ipv4Addr>().is_ok() => address,
        _ => node,
    };
    let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
    let read = node.parse().ok().or_else(|| Some(SocketAddr::new(bare.parse().ok()?, 0)))?;
    Some(canonical(read))
}

/// Converts an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) into the IPv4 address.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, address.port()),
        // The address keeps its zone, which distinguishes link-local addresses.
        IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies(written: &[&str], field: ForwardedField) -> Proxies {
        let written: Vec<_> = written.iter().map(|one| (*one).to_owned()).collect();
        Proxies::read(&written, field).expect("the networks are well-formed")
    }

    #[test]
    fn network_contains_the_addresses_with_its_prefix() {
        for (network, address, expected) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.255/31", "10.0.0.254", true),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.9.9.9", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.9", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1", "::1", true),
            // Addresses behind NAT64, and the NAT64 network itself.
            ("10.0.0.0/8", "64:ff9b::10.0.0.1", true),
            ("198.51.100.7", "64:ff9b::198.51.100.7", true),
            ("198.51.100.7", "64:ff9b::198.51.100.8", false),
            ("::ffff:198.51.100.0/120", "64:ff9b::c633:6409", true),
            ("0.0.0.0/0", "64:ff9b::203.0.113.9", true),
            ("198.51.100.7", "64:ff9b:1::198.51.100.7", false),
            ("198.51.100.7", "64:ff9b::1:198.51.100.7", false),
            ("64:ff9b::/96", "64:ff9b::203.0.113.9", true),
            ("64:ff9b::/96", "203.0.113.9", false),
            ("64:ff9b::198.51.100.7", "198.51.100.7", false),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(
                proxies(&[network], ForwardedField::default()).trusts(address),
                expected,
                "{network} {address}"
            );
        }
        for wrong in
            ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.1:80"]
        {
            assert_eq!(Proxies::read(&[wrong.to_owned()], ForwardedField::default()).map(drop), Err(wrong));
        }
    }

    #[test]
    fn client_address_comes_from_trusted_proxies_only() {
        const F: &str = "forwarded";
        const X: &str = "x-forwarded-for";
        let [custom, standard] = [ForwardedField::XForwardedFor, ForwardedField::Forwarded]
            .map(|field| proxies(&["10.0.0.0/8", "::1"], field));
        for (trusted, peer, fields, client) in [
            // A peer that is not a proxy is the client.
            (&custom, "192.0.2.1:9", &[(X, "203.0.113.9")][..], "192.0.2.1:9"),
            (&standard, "192.0.2.1:9", &[(F, "for=203.0.113.9")], "192.0.2.1:9"),
            (&custom, "[::ffff:192.0.2.1]:9", &[(X, "203.0.113.9")], "192.0.2.1:9"),
            (&custom, "[2001:db8::1]:9", &[], "[2001:db8::1]:9"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9")], "203.0.113.9:0"),
            (&custom, "[::ffff:10.0.0.1]:9", &[(X, "203.0.113.9")], "203.0.113.9:0"),
            (&custom, "[::1]:9", &[(X, "2001:db8::9")], "[2001:db8::9]:0"),
            // The right-most entry that is not a trusted proxy is the client; entries further left may be forged.
            (&custom, "10.0.0.1:9", &[(X, "1.1.1.1, 203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "127.0.0.1, 10.0.0.1, 203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "1.1.1.1, 203.0.113.9, 10.0.0.2")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "1.1.1.1"), (X, "203.0.113.9")], "203.0.113.9:0"),
            (
                &custom,
                "10.0.0.1:9",
                &[(X, "1.1.1.1, 203.0.113.9"), (X, "10.0.0.2 ,10.0.0.3")],
                "203.0.113.9:0",
            ),
            (&custom, "10.0.0.1:9", &[(X, "unknown, _x, \u{e9}, 203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "\u{e9}"), (X, ", 203.0.113.9 ,, ")], "203.0.113.9:0"),
            // Proxies reached through NAT64 are recognised.
            (&custom, "[64:ff9b::10.0.0.1]:9", &[(X, "203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9, 64:ff9b::10.0.0.2")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "64:ff9b::10.0.0.2")], "-"),
            (&standard, "[64:ff9b::10.0.0.1]:9", &[(F, "for=\"[64:ff9b::a00:2]:80\"")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "64:ff9b::203.0.113.9")], "[64:ff9b::cb00:7109]:0"),
            // The header contains no client, or only proxies.
            (&custom, "10.0.0.1:9", &[], "-"),
            (&custom, "10.0.0.1:9", &[(X, "")], "-"),
            (&custom, "10.0.0.1:9", &[(X, " , ,")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "10.0.0.3, 10.0.0.2")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "10.0.0.1")], "-"),
            (&custom, "[::1]:9", &[(X, "::1")], "-"),
            // The client is unknown if an entry is unreadable.
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9, unknown")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9, unknown, 10.0.0.2")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9, \u{e9}")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9"), (X, "unix:")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9 10.0.0.2")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9:99999")], "-"),
            (&custom, "10.0.0.1:9", &[(X, "for=203.0.113.9")], "-"),
            // Addresses with ports and brackets.
            (&custom, "10.0.0.1:9", &[(X, "203.0.113.9:4711")], "203.0.113.9:4711"),
            (&custom, "10.0.0.1:9", &[(X, "[2001:db8::9]:4711")], "[2001:db8::9]:4711"),
            (&custom, "10.0.0.1:9", &[(X, "[2001:db8::9]")], "[2001:db8::9]:0"),
            (&custom, "10.0.0.1:9", &[(X, "::ffff:203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(X, "[::ffff:203.0.113.9]:80")], "203.0.113.9:80"),
            (&standard, "10.0.0.1:9", &[(F, "for=203.0.113.9")], "203.0.113.9:0"),
            (
                &standard,
                "10.0.0.1:9",
                &[(F, "for=1.1.1.1, proto=https ; For=\"203.0.113.9:4711\"")],
                "203.0.113.9:4711",
            ),
            (&standard, "10.0.0.1:9", &[(F, "for=\"[2001:db8::9]:4711\";by=_x")], "[2001:db8::9]:4711"),
            (&standard, "10.0.0.1:9", &[(F, "for=\"[2001:db8::9]:_port\"")], "[2001:db8::9]:0"),
            (&standard, "10.0.0.1:9", &[(F, "for=\"203.0.113.9:_port\"")], "203.0.113.9:0"),
            (&standard, "10.0.0.1:9", &[(F, "for=203.0.113.9, for=10.0.0.2"), (F, "")], "203.0.113.9:0"),
            (&standard, "10.0.0.1:9", &[(F, "for=1.1.1.1, proto=https")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "for=203.0.113.9, for=unknown")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "for=_hidden")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "for=\"_hidden:80\", for=10.0.0.2")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "203.0.113.9")], "-"),
            // An unclosed quote does not enclose later entries, and a quoted value that a client may have chosen is not
            // used.
            (&standard, "10.0.0.1:9", &[(F, "for=\"1.1.1.1, for=203.0.113.9")], "203.0.113.9:0"),
            (&standard, "10.0.0.1:9", &[(F, "for=203.0.113.9;host=\"a, for=127.0.0.1\"")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "host=\"a;for=127.0.0.1\";for=203.0.113.9")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "host=a;for=127.0.0.1;for=203.0.113.9")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "for=\"127.0.0.1\\\"\"")], "-"),
            // Only the selected header is read.
            (&custom, "10.0.0.1:9", &[(F, "for=unknown"), (X, "203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(F, "for=1.1.1.1"), (X, "203.0.113.9")], "203.0.113.9:0"),
            (&custom, "10.0.0.1:9", &[(F, "for=1.1.1.1"), (X, "unknown")], "-"),
            (&custom, "10.0.0.1:9", &[(F, "for=1.1.1.1")], "-"),
            (&standard, "10.0.0.1:9", &[(F, "for=203.0.113.9"), (X, "1.1.1.1")], "203.0.113.9:0"),
            (&standard, "10.0.0.1:9", &[(F, "for=unknown"), (X, "1.1.1.1")], "-"),
            (&standard, "10.0.0.1:9", &[(X, "1.1.1.1")], "-"),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(
                    *name,
                    HeaderValue::from_bytes(value.as_bytes()).expect("the value is valid in a header"),
                );
            }
            let peer: SocketAddr = peer.parse().expect("an address");
            let found = trusted.client(&headers, peer).map_or("-".to_owned(), |client| client.to_string());
            assert_eq!(found, client, "{peer} {fields:?}");
        }
    }
}
