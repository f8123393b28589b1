//! Tickets: single-use tokens that a client gets from a REST handler and presents in the handshake of a WebSocket.

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The length of a ticket as text: 128 random bits in hexadecimal digits.
const DIGITS: usize = 32;

/// Single-use tickets for clients that cannot set headers, such as browsers.
///
/// A page requests a ticket from a REST handler, which [issues](Self::issue) it for a user that the handler has
/// authenticated. The page sends the ticket in the query of the handshake, and `before_handle` [redeems](Self::redeem)
/// it for the value. The query appears in access logs of proxies, so it must not contain a session or bearer token. A
/// ticket may appear there: it is worthless after its first use, and after 60 seconds at most.
///
/// Clones share their tickets, so the REST handler and the route can each have a clone. Tickets are stored in the
/// memory of this process only. A ticket has 128 random bits and reveals nothing about the value.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
/// use ws_runtime::{Handshake, Reject, server::Tickets, ws_route};
///
/// struct User(String);
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Entry {
///     ticket: String,
/// }
///
/// struct Club {
///     tickets: Tickets<User>,
/// }
///
/// #[ws_route("/club", query = Entry, response = String)]
/// impl Club {
///     async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> {
///         let ticket = &handshake.query().ticket;
///         self.tickets.redeem(ticket).await.ok_or(Reject::status(401))
///     }
/// }
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let tickets = Tickets::new();
/// // A REST handler, for a user with a session:
/// let ticket = tickets.issue(User("ada".to_owned()), Duration::from_secs(30))?;
///
/// assert!(tickets.redeem(&ticket).await.is_some_and(|user| user.0 == "ada"));
/// assert!(tickets.redeem(&ticket).await.is_none(), "a ticket is valid once");
/// # Ok(())
/// # }
/// ```
pub struct Tickets<T> {
    store: Arc<Mutex<Store<T>>>,
}

struct Store<T> {
    /// The values by ticket. The map hashes with random keys, so the duration of a lookup reveals nothing about other
    /// tickets.
    values: HashMap<u128, (Order, T)>,
    /// The tickets by the time at which they expire.
    expiring: BTreeMap<Order, u128>,
    issued: u64,
    capacity: usize,
}

/// The time at which a ticket expires, and its number, because several may expire at once.
type Order = (Instant, u64);

impl<T> Tickets<T> {
    /// The maximum lifetime of a ticket: 60 seconds. A page connects right after it has received its ticket.
    pub const MAX_TTL: Duration = Duration::from_secs(60);

    /// The default maximum number of unused tickets: 65,536. [`with_capacity`](Self::with_capacity) sets another.
    pub const DEFAULT_CAPACITY: usize = 65_536;

    /// Creates an empty set of at most [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) unused tickets.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// Creates an empty set of at most `capacity` unused tickets. The capacity limits the memory.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let store = Store { values: HashMap::new(), expiring: BTreeMap::new(), issued: 0, capacity };
        Self { store: Arc::new(Mutex::new(store)) }
    }

    /// Issues a ticket for a value. The ticket is valid once, for the duration `ttl`.
    ///
    /// The ticket consists of 32 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`TicketError::Full`] if the set already holds `capacity` unused, unexpired tickets. Answer the request with 503
    /// then. [`TicketError::TtlTooLong`] if `ttl` exceeds [`MAX_TTL`](Self::MAX_TTL). In both cases the value is
    /// dropped.
    ///
    /// # Panics
    ///
    /// If the operating system provides no randomness.
    pub fn issue(&self, value: T, ttl: Duration) -> Result<String, TicketError> {
        if ttl > Self::MAX_TTL {
            return Err(TicketError::TtlTooLong);
        }
        let ticket = random();
        let now = Instant::now();
        // Values are dropped after the lock is released, because dropping them may run application code.
        let (expired, added) = {
            let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            (store.take_expired(now), store.add(ticket, now + ttl, value))
        };
        drop(expired);
        added.map(|()| format!("{ticket:0DIGITS$x}")).map_err(|value| {
            drop(value);
            TicketError::Full
        })
    }

    /// Redeems a ticket for its value. `None` if the ticket was never issued, has expired, or was redeemed before.
    ///
    /// If several tasks redeem the same ticket, only one receives the value.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe: the first poll redeems the ticket and completes the future.
    #[expect(clippy::unused_async, reason = "a ticket of another process will be redeemed there")]
    pub async fn redeem(&self, ticket: &str) -> Option<T> {
        let ticket = parse(ticket)?;
        let (expires, value) = self.store.lock().unwrap_or_else(PoisonError::into_inner).take(ticket)?;
        (Instant::now() < expires).then_some(value)
    }

    /// Returns the number of unused tickets. Expired tickets count until the next ticket is issued.
    pub fn len(&self) -> usize {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).values.len()
    }

    /// Returns true if there is no unused ticket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Store<T> {
    fn add(&mut self, ticket: u128, expires: Instant, value: T) -> Result<(), T> {
        if self.values.len() >= self.capacity || self.values.contains_key(&ticket) {
            return Err(value);
        }
        let order = (expires, self.issued);
        self.issued += 1;
        self.expiring.insert(order, ticket);
        self.values.insert(ticket, (order, value));
        Ok(())
    }

    fn take(&mut self, ticket: u128) -> Option<(Instant, T)> {
        let (order, value) = self.values.remove(&ticket)?;
        self.expiring.remove(&order);
        Some((order.0, value))
    }

    /// Removes all expired tickets and returns their values. Each ticket is removed once, so the average cost of
    /// issuing is constant.
    fn take_expired(&mut self, now: Instant) -> Vec<T> {
        let mut expired = Vec::new();
        while let Some(first) = self.expiring.first_entry()
            && first.key().0 <= now
        {
            expired.extend(self.values.remove(&first.remove()).map(|(_, value)| value));
        }
        expired
    }
}

/// Returns 128 random bits.
fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system provides randomness");
    u128::from_le_bytes(bytes)
}

/// Parses a ticket. Accepts only the form that [`Tickets::issue`] returns.
fn parse(ticket: &str) -> Option<u128> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_ticket = ticket.len() == DIGITS && ticket.bytes().all(is_digit);
    u128::from_str_radix(ticket, 16).ok().filter(|_| is_ticket)
}

impl<T> Clone for Tickets<T> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store) }
    }
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Tickets<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The error of [`Tickets::issue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// The set already holds as many unused tickets as its capacity.
    Full,
    /// The lifetime is longer than [`Tickets::MAX_TTL`].
    TtlTooLong,
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "too many tickets are unused",
            Self::TtlTooLong => "a ticket is valid for at most 60 seconds",
        })
    }
}

impl Error for TicketError {}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const TTL: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn ticket_is_redeemed_once() {
        let tickets = Tickets::new();
        let (one, two) = (
            tickets.issue(1, TTL).expect("the set is not full"),
            tickets.issue(2, TTL).expect("the set is not full"),
        );
        assert_ne!(one, two);
        assert_eq!(tickets.clone().redeem(&two).await, Some(2));
        assert_eq!(tickets.redeem(&two).await, None);
        assert_eq!(tickets.redeem(&one).await, Some(1));
        assert!(tickets.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn ticket_expires_after_its_ttl() {
        let tickets = Tickets::new();
        for (after, expected) in [(Duration::from_millis(29_999), Some(())), (TTL, None), (TTL * 2, None)] {
            let ticket = tickets.issue((), TTL).expect("the set is not full");
            advance(after).await;
            assert_eq!(tickets.redeem(&ticket).await, expected, "after {after:?}");
        }
        let ticket = tickets.issue((), Duration::ZERO).expect("the set is not full");
        assert_eq!(tickets.redeem(&ticket).await, None, "a zero lifetime");
    }

    #[tokio::test(start_paused = true)]
    async fn ttl_above_the_maximum_is_rejected() {
        let tickets = Tickets::new();
        assert!(tickets.issue((), Tickets::<()>::MAX_TTL).is_ok());
        let longer = Tickets::<()>::MAX_TTL + Duration::from_nanos(1);
        assert_eq!(tickets.issue((), longer), Err(TicketError::TtlTooLong));
    }

    #[tokio::test(start_paused = true)]
    async fn full_set_issues_again_after_tickets_expire() {
        let tickets = Tickets::with_capacity(2);
        let first = tickets.issue(1, TTL).expect("the set is not full");
        advance(TTL / 2).await;
        let second = tickets.issue(2, TTL).expect("the set is not full");
        assert_eq!(tickets.issue(3, TTL), Err(TicketError::Full));
        advance(TTL / 2).await;
        assert!(tickets.issue(4, TTL).is_ok(), "the first ticket has expired");
        assert_eq!(tickets.redeem(&first).await, None);
        assert_eq!(tickets.redeem(&second).await, Some(2));
        assert!(tickets.issue(5, TTL).is_ok(), "the second ticket was redeemed");
        assert_eq!(Tickets::with_capacity(0).issue(6, TTL), Err(TicketError::Full));
    }

    #[tokio::test]
    async fn malformed_ticket_is_not_redeemed() {
        let tickets = Tickets::new();
        let ticket = tickets.issue((), TTL).expect("the set is not full");
        for text in [
            "",
            "0",
            &ticket[1..],
            &format!("0{ticket}"),
            &format!("+{}", &ticket[1..]),
            &format!(" {ticket}"),
            &ticket.replace(|_: char| true, "é"),
            &"F".repeat(DIGITS),
            &"0".repeat(1 << 20),
        ] {
            assert_eq!(tickets.redeem(text).await, None, "{text:.40}");
        }
        assert_eq!(tickets.redeem(&ticket).await, Some(()));
    }

    /// Ten thousand tickets, each redeemed by two threads at once.
    #[test]
    fn concurrent_redemptions_return_the_value_once() {
        let tickets = Tickets::new();
        let issued: Vec<_> =
            (0..10_000).map(|n| tickets.issue(n, TTL).expect("the set is not full")).collect();
        let redeem_all = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime without IO can be built");
            runtime.block_on(async {
                let mut values = Vec::new();
                for ticket in &issued {
                    values.extend(tickets.redeem(ticket).await);
                }
                values
            })
        };
        let mut values = std::thread::scope(|scope| {
            let other = scope.spawn(redeem_all);
            let mut values = redeem_all();
            values.extend(other.join().expect("redeeming does not panic"));
            values
        });
        values.sort_unstable();
        assert_eq!(values, (0..10_000).collect::<Vec<_>>());
    }

    /// The `Drop` of a value uses the tickets, which would deadlock if the lock were held.
    #[tokio::test(start_paused = true)]
    async fn expired_values_are_dropped_outside_the_lock() {
        struct Nested(Tickets<Self>);
        impl Drop for Nested {
            fn drop(&mut self) {
                assert!(self.0.len() <= 1);
            }
        }
        let tickets = Tickets::with_capacity(1);
        tickets.issue(Nested(tickets.clone()), TTL).expect("the set is not full");
        assert!(tickets.issue(Nested(tickets.clone()), TTL).is_err());
        advance(TTL).await;
        let ticket = tickets.issue(Nested(tickets.clone()), TTL).expect("the first ticket has expired");
        drop(tickets.redeem(&ticket).await);
        assert!(tickets.is_empty());
    }
}
