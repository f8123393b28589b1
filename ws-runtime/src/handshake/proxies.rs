//! Who a client is when it comes through proxies: the address that the trusted ones vouch for. It counts nobody.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header::FORWARDED};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<Network>);

/// All addresses that begin with the same bits. IPv4 is a part of IPv6 here (RFC 4291 §2.5.5.2).
#[derive(Clone, Copy, Debug)]
struct Network {
    first: u128,
    bits: u32,
}

impl Proxies {
    /// Reads addresses, `10.0.0.1`, and networks, `10.0.0.0/8`. The error is the first that is neither.
    pub(crate) fn read(written: &[String]) -> Result<Self, &str> {
        written.iter().map(|one| Network::read(one).ok_or(one.as_str())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is a proxy's.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who sent a request that came over TCP from `peer`: `peer` itself, unless that is a trusted proxy and its fields name
    /// somebody. A port that they leave out is 0.
    ///
    /// Each proxy appends to a field whom it got the request from, so that the fields are read from the right, past the
    /// trusted ones: whatever stands further left is anybody's word. A proxy that writes one of the two fields may pass on the
    /// other as the client sent it; where they disagree, neither is believed.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: SocketAddr) -> SocketAddr {
        if !self.trusts(peer.ip()) {
            return peer;
        }
        let by_standard = self.last_untrusted(peer, headers, &FORWARDED, forwarded_for);
        let by_custom = self.last_untrusted(peer, headers, &X_FORWARDED_FOR, |hop| Some(hop));
        match (by_standard, by_custom) {
            (Some(client), None) | (None, Some(client)) => client,
            (Some(client), Some(same)) if client.ip() == same.ip() => client,
            _ => peer,
        }
    }

    /// The first from the right that is no trusted proxy. A hop that cannot be read hides who is behind it, so the proxy that
    /// wrote it down answers for it. `None` if there is no such field.
    fn last_untrusted(
        &self,
        peer: SocketAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        node: fn(&str) -> Option<&str>,
    ) -> Option<SocketAddr> {
        let lines = headers.get_all(name).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or("unknown").rsplit(','));
        let mut last = None;
        for hop in hops.map(str::trim).filter(|hop| !hop.is_empty()) {
            let Some(address) = node(hop).and_then(read_node) else { return Some(last.unwrap_or(peer)) };
            last = Some(address);
            if !self.trusts(address.ip()) {
                break;
            }
        }
        last
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

    fn holds(self, address: IpAddr) -> bool {
        let differ = self.first ^ number(address);
        differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The client in one element of `Forwarded` (RFC 7239 §4): `for=192.0.2.60;proto=http`.
///
/// Commas end an element even inside quotes: a client could otherwise open a quote that swallows what a proxy appends.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without its port, IPv6 in brackets or not (RFC 7239 §6).
fn read_node(node: &str) -> Option<SocketAddr> {
    let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
    let read = node.parse().ok().or_else(|| Some(SocketAddr::new(bare.parse().ok()?, 0)))?;
    Some(SocketAddr::new(read.ip().to_canonical(), read.port()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies(written: &[&str]) -> Proxies {
        let written: Vec<_> = written.iter().map(|one| (*one).to_owned()).collect();
        Proxies::read(&written).expect("they can be read")
    }

    #[test]
    fn a_network_holds_what_begins_with_its_bits() {
        for (network, address, holds) in [
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
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(proxies(&[network]).trusts(address), holds, "{network} {address}");
        }
        for wrong in
            ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.1:80"]
        {
            assert_eq!(Proxies::read(&[wrong.to_owned()]).map(drop), Err(wrong));
        }
    }

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        const F: &str = "forwarded";
        const X: &str = "x-forwarded-for";
        let proxies = proxies(&["10.0.0.0/8", "::1"]);
        for (peer, fields, client) in [
            // Who is no proxy speaks for itself.
            ("192.0.2.1:9", &[(X, "203.0.113.9")][..], "192.0.2.1:9"),
            ("192.0.2.1:9", &[(F, "for=203.0.113.9")], "192.0.2.1:9"),
            ("10.0.0.1:9", &[], "10.0.0.1:9"),
            ("10.0.0.1:9", &[(X, "203.0.113.9")], "203.0.113.9:0"),
            ("[::ffff:10.0.0.1]:9", &[(X, "203.0.113.9")], "203.0.113.9:0"),
            ("[::1]:9", &[(X, "2001:db8::9")], "[2001:db8::9]:0"),
            // The right-most that is not trusted; what stands before is invented.
            ("10.0.0.1:9", &[(X, "1.1.1.1, 203.0.113.9")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(X, "1.1.1.1, 203.0.113.9, 10.0.0.2")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(X, "1.1.1.1"), (X, "203.0.113.9")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(X, "1.1.1.1, 203.0.113.9"), (X, "10.0.0.2 ,10.0.0.3")], "203.0.113.9:0"),
            // Nobody but proxies: the first of them.
            ("10.0.0.1:9", &[(X, "10.0.0.3, 10.0.0.2")], "10.0.0.3:0"),
            // What cannot be read hides who is behind it.
            ("10.0.0.1:9", &[(X, "203.0.113.9, unknown")], "10.0.0.1:9"),
            ("10.0.0.1:9", &[(X, "203.0.113.9, unknown, 10.0.0.2")], "10.0.0.2:0"),
            ("10.0.0.1:9", &[(X, "203.0.113.9, \u{e9}")], "10.0.0.1:9"),
            ("10.0.0.1:9", &[(X, "")], "10.0.0.1:9"),
            // Ports and brackets.
            ("10.0.0.1:9", &[(X, "203.0.113.9:4711")], "203.0.113.9:4711"),
            ("10.0.0.1:9", &[(X, "[2001:db8::9]:4711")], "[2001:db8::9]:4711"),
            ("10.0.0.1:9", &[(X, "[2001:db8::9]")], "[2001:db8::9]:0"),
            ("10.0.0.1:9", &[(X, "::ffff:203.0.113.9")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(F, "for=203.0.113.9")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(F, "for=1.1.1.1, proto=https ; For=\"203.0.113.9:4711\"")], "203.0.113.9:4711"),
            ("10.0.0.1:9", &[(F, "for=\"[2001:db8::9]:4711\";by=_x")], "[2001:db8::9]:4711"),
            ("10.0.0.1:9", &[(F, "for=1.1.1.1, proto=https")], "10.0.0.1:9"),
            ("10.0.0.1:9", &[(F, "for=_hidden")], "10.0.0.1:9"),
            // A quote that is never closed swallows nothing.
            ("10.0.0.1:9", &[(F, "for=\"1.1.1.1, for=203.0.113.9")], "203.0.113.9:0"),
            // One proxy writes one field, and may pass on the other.
            ("10.0.0.1:9", &[(F, "for=203.0.113.9"), (X, "203.0.113.9")], "203.0.113.9:0"),
            ("10.0.0.1:9", &[(F, "for=1.1.1.1"), (X, "203.0.113.9")], "10.0.0.1:9"),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).expect("a field's value"));
            }
            let peer: SocketAddr = peer.parse().expect("an address");
            assert_eq!(proxies.client(&headers, peer).to_string(), client, "{peer} {fields:?}");
        }
    }
}
