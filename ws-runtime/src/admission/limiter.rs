//! Limits on the number of connections, in total and for each address.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The prefix length of the smallest IPv6 network that a customer_network is assigned (RFC 6177 §2). It contains 2^64
/// addresses.
const CUSTOMER_PREFIX: u32 = 64;

/// The connection limits of a server. `None` means unlimited.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectionLimits {
    pub(crate) all: Option<usize>,
    pub(crate) per_address: Option<usize>,
}

/// Counts the connections of a server from the moment they are accepted, so that connections with a slow handshake
/// count too.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    limits: ConnectionLimits,
    all: AtomicUsize,
    by_origin: Mutex<HashMap<ClientOrigin, usize>>,
}

/// The limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The limit for all connections.
    Total,
    /// The limit for connections from one address.
    Address,
}

/// The permit of a connection. The connection counts until the permit is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    connections: Arc<Limiter>,
    /// True if the permit counts towards the total.
    whole: bool,
    origin: Option<ClientOrigin>,
}

/// The origin by which connections are counted: an IPv4 address, an IPv6 network, or all clients without an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ClientOrigin {
    Address(IpAddr),
    Unknown,
}

impl ClientOrigin {
    pub(crate) fn of(address: Option<SocketAddr>) -> Self {
        address.map_or(Self::Unknown, |address| Self::Address(customer_network(address.ip())))
    }
}

impl Limiter {
    pub(crate) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self { limits, ..Self::default() })
    }

    /// Counts an accepted connection, and its origin if that is known already. `None` if connections are not limited.
    pub(crate) fn enter(self: &Arc<Self>, origin: Option<ClientOrigin>) -> Result<Option<Box<Permit>>, Full> {
        if self.limits.all.is_none() && self.limits.per_address.is_none() {
            return Ok(None);
        }
        let most = self.limits.all.unwrap_or(usize::MAX);
        let more = |all: usize| (all < most).then_some(all + 1);
        if self.all.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_err() {
            return Err(Full::Total);
        }
        // The connection is counted now. The permit uncounts it on every return path.
        let mut permit = Box::new(Permit { connections: Arc::clone(self), whole: true, origin: None });
        if let Some(origin) = origin {
            permit.origin = self.count(origin)?;
        }
        Ok(Some(permit))
    }

    /// Counts a connection by an origin that is known only after it was accepted. `None` if connections per address are
    /// not limited.
    pub(crate) fn claim(self: &Arc<Self>, origin: ClientOrigin) -> Result<Option<Box<Permit>>, Full> {
        let origin = self.count(origin)?;
        Ok(origin.is_some().then(|| Box::new(Permit { connections: Arc::clone(self), whole: false, origin })))
    }

    fn count(&self, origin: ClientOrigin) -> Result<Option<ClientOrigin>, Full> {
        let Some(most) = self.limits.per_address else { return Ok(None) };
        let mut by_origin = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        match by_origin.entry(origin) {
            Entry::Occupied(count) if *count.get() >= most => return Err(Full::Address),
            Entry::Occupied(mut count) => *count.get_mut() += 1,
            // A limit is never zero, so the first connection of an origin always fits.
            Entry::Vacant(vacant) => drop(vacant.insert(1)),
        }
        Ok(Some(origin))
    }
}

impl Permit {
    /// Merges another permit of the same connection into this one.
    pub(crate) fn join(&mut self, mut other: Self) {
        if self.origin.is_none() {
            self.origin = other.origin.take();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.whole {
            self.connections.all.fetch_sub(1, Ordering::AcqRel);
        }
        let Some(origin) = self.origin else { return };
        let mut by_origin = self.connections.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = by_origin.entry(origin) {
            *count.get_mut() -= 1;
            // The last connection of an origin removes its entry.
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// Returns an IPv4 address, also if it is mapped into IPv6, and the /64 network of any other IPv6 address.
fn customer_network(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if let Some(address) = behind_nat64(address) {
        return address.into();
    }
    let IpAddr::V6(six) = address else { return address };
    match six.segments() {
        // 6to4 (RFC 3056 §2): one IPv4 address owns 2^16 /64 networks, so they count as that address.
        [0x2002, high, low, ..] => ipv4(high, low).into(),
        _ => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> CUSTOMER_PREFIX << CUSTOMER_PREFIX)),
    }
}

/// Returns the IPv4 address of a host behind NAT64 (`64:ff9b::192.0.2.1`, RFC 6052 §2.1). `None` for all other
/// addresses.
pub(crate) fn behind_nat64(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(ipv4(high, low)),
        _ => None,
    }
}

fn ipv4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(all: usize, per_address: usize) -> Arc<Limiter> {
        let limit = |most: usize| Some(most).filter(|most| *most > 0);
        Limiter::new(ConnectionLimits { all: limit(all), per_address: limit(per_address) })
    }

    fn address(written: &str) -> ClientOrigin {
        ClientOrigin::of((written != "-").then(|| SocketAddr::new(written.parse().expect("an address"), 0)))
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("64:ff9b::192.0.2.1", "192.0.2.1", true),
            ("64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", false),
            ("64:ff9b::192.0.2.1", "::ffff:192.0.2.1", true),
            ("64:ff9b:1::192.0.2.1", "192.0.2.1", false),
            ("2002:c000:201::1", "2002:c000:201:ffff::1", true),
            ("2002:c000:201::1", "192.0.2.1", true),
            ("2002:c000:201::1", "2002:c000:202::1", false),
            ("-", "-", true),
            ("-", "0.0.0.0", false),
            ("-", "::", false),
        ] {
            let connections = connections(0, 1);
            let permit = connections.enter(Some(address(one))).expect("the first connection is admitted");
            assert_eq!(connections.enter(Some(address(other))).is_err(), same, "{one} {other}");
            drop(permit);
            assert!(connections.enter(Some(address(other))).is_ok(), "the permit of {one} was dropped");
            assert_eq!(connections.by_origin.lock().expect("no thread panicked").len(), 0);
        }
    }

    #[test]
    fn refused_connection_takes_no_permit() {
        let connections = connections(2, 1);
        let first = connections.enter(Some(address("192.0.2.1")));
        assert_eq!(connections.enter(Some(address("192.0.2.1"))).map(drop), Err(Full::Address));
        let second = connections.enter(Some(address("192.0.2.2")));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(connections.enter(None).map(drop), Err(Full::Total));
        drop(first);
        assert!(connections.enter(Some(address("192.0.2.1"))).is_ok());
    }

    #[test]
    fn late_address_is_released_with_the_connection() {
        let connections = connections(2, 1);
        let mut permit =
            connections.enter(None).expect("the total is not reached").expect("connections are limited");
        permit.join(
            *connections
                .claim(address("192.0.2.1"))
                .expect("the first connection is admitted")
                .expect("connections are limited"),
        );
        assert_eq!(connections.claim(address("192.0.2.1")).map(drop), Err(Full::Address));
        drop(permit);
        assert!(connections.claim(address("192.0.2.1")).is_ok());
        assert_eq!(connections.all.load(Ordering::Acquire), 0);
    }
}
