//! A client of one route.

use std::{fmt, future::Future, marker::PhantomData, panic::Location, time::Duration};

use http::{HeaderMap, header::SEC_WEBSOCKET_PROTOCOL};
use serde_json::Value;
use tokio::time::timeout;

use super::{Event, pipe::Pipe};
use crate::{
    codec::{Decode, Encode, Encoded, Plan},
    contract::{BodyOf, Contract, Endpoint, Response},
    message::{Kind, Message, Text},
    schema::SchemaError,
    socket::Outgoing,
    wire::Close,
};

/// The default time for which a client waits before the test fails, on tokio's clock.
const PATIENCE: Duration = Duration::from_secs(300);

/// A client of one route over an in-memory connection, created by [`Site::connect`](super::Site::connect).
///
/// It answers pings as they arrive, also between the calls of its methods, so that its socket stays open however long a
/// test sleeps. A close frame is answered when a method receives it. Between calls it reads ahead as much as
/// [`Connect::buffer`](super::Connect::buffer) says and is then a peer that does not read;
/// [`Connect::background`](super::Connect::background) turns that off. Dropping it breaks the connection without a close
/// frame.
///
/// # Panics
/// The message of a panic ends with the line of the test that called the method. A method that waits panics after five
/// minutes of tokio's clock, so that a test fails instead of hanging. [`patience`](Self::patience) sets another time.
pub struct Client<E: Endpoint> {
    pipe: Pipe,
    headers: HeaderMap,
    /// True if error frames can be distinguished from responses.
    tells_errors: bool,
    patience: Duration,
    sending: Option<Plan>,
    receiving: Option<Plan>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Client<E> {
    pub(super) fn new(pipe: Pipe, headers: HeaderMap, tells_errors: bool) -> Self {
        Self {
            pipe,
            headers,
            tells_errors,
            patience: PATIENCE,
            sending: None,
            receiving: None,
            endpoint: PhantomData,
        }
    }

    /// Returns the headers of the 101.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the negotiated subprotocol. `None` if none was negotiated.
    pub fn protocol(&self) -> Option<&str> {
        self.headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()
    }

    /// Sets the time for which a method may wait before it panics. Default: five minutes of tokio's clock.
    pub fn patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Sends a message: a reference to a value of the route's `body` type. Text routes also accept `&str`, and binary
    /// routes `&[u8]`.
    ///
    /// # Panics
    /// If the value fails its own schema or cannot be encoded. Use [`send_text`](Self::send_text) to send invalid
    /// messages.
    ///
    /// # Cancel safety
    /// This method is cancel safe, as are all that send: the message stays queued and is sent with the next one.
    #[track_caller]
    pub fn send(&mut self, value: impl Outgoing<BodyOf<E>>) -> impl Future<Output = ()>
    where
        BodyOf<E>: Encode,
    {
        let plan = self.sending.get_or_insert_with(|| expect_plan(<BodyOf<E> as Encode>::plan()));
        let mut payload = Vec::new();
        let (kind, shared) = match value.put(plan, &mut payload) {
            Ok(Encoded::Text) => (Kind::Text, None),
            Ok(Encoded::Binary) => (Kind::Binary, None),
            Ok(Encoded::Shared(message)) => (message.kind(), Some(message.into_bytes())),
            Err(error) => panic!("the message cannot be sent: {error}"),
        };
        self.pipe.message(kind, shared.as_deref().unwrap_or(&payload));
        self.flush(Location::caller())
    }

    /// Sends a text message without validating it.
    #[track_caller]
    pub fn send_text(&mut self, text: impl AsRef<str>) -> impl Future<Output = ()> {
        self.pipe.message(Kind::Text, text.as_ref().as_bytes());
        self.flush(Location::caller())
    }

    /// Sends a binary message without validating it.
    #[track_caller]
    pub fn send_binary(&mut self, bytes: impl AsRef<[u8]>) -> impl Future<Output = ()> {
        self.pipe.message(Kind::Binary, bytes.as_ref());
        self.flush(Location::caller())
    }

    /// Sends raw bytes, such as a part of a frame, several frames, or invalid bytes.
    #[track_caller]
    pub fn send_raw(&mut self, bytes: impl AsRef<[u8]>) -> impl Future<Output = ()> {
        self.pipe.raw(bytes.as_ref());
        self.flush(Location::caller())
    }

    /// Sends a ping. The payload has at most 125 bytes.
    #[track_caller]
    pub fn ping(&mut self, payload: impl AsRef<[u8]>) -> impl Future<Output = ()> {
        self.pipe.ping(payload.as_ref());
        self.flush(Location::caller())
    }

    /// Sends a pong. The payload has at most 125 bytes.
    #[track_caller]
    pub fn pong(&mut self, payload: impl AsRef<[u8]>) -> impl Future<Output = ()> {
        self.pipe.pong(payload.as_ref());
        self.flush(Location::caller())
    }

    /// Sends a close frame. The server's answer arrives as an event.
    #[track_caller]
    pub fn close(&mut self, close: Close) -> impl Future<Output = ()> {
        self.pipe.close(Some(&close));
        self.flush(Location::caller())
    }

    /// Sends a close frame without a code, as browsers do for `close()`. The server's answer is an event.
    #[track_caller]
    pub fn close_without_code(&mut self) -> impl Future<Output = ()> {
        self.pipe.close(None);
        self.flush(Location::caller())
    }

    /// Waits for the next event of any kind.
    ///
    /// # Panics
    /// If the server violates the protocol. See also [`Client`].
    ///
    /// # Cancel safety
    /// This method is cancel safe, as are all that receive.
    #[expect(clippy::should_implement_trait, reason = "it waits, unlike an iterator")]
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Event> {
        let caller = Location::caller();
        async move {
            let patience = self.patience;
            in_time(patience, caller, self.event()).await
        }
    }

    /// Waits for a message and decodes it as the route's `response` type. Pings and pongs are skipped.
    ///
    /// # Panics
    /// If another event arrives, or a message that fails the schema of the response.
    #[track_caller]
    pub fn receive(&mut self) -> impl Future<Output = Response<E>>
    where
        Response<E>: Decode,
    {
        let caller = Location::caller();
        async move {
            let patience = self.patience;
            let message = match in_time(patience, caller, self.event_but_pings()).await {
                Event::Message(message) => message,
                event => panic!("expected a message, found {event:?}\n  at {caller}"),
            };
            let plan = self.receiving.get_or_insert_with(|| expect_plan(<Response<E> as Decode>::plan()));
            match Decode::decode(message.clone().into(), plan) {
                Ok(response) => response,
                Err(invalid) => {
                    panic!("{message:?} is not a response of this route: {invalid}\n  at {caller}")
                }
            }
        }
    }

    /// Waits for an error frame and returns its content.
    ///
    /// # Panics
    /// If any other event arrives, except a ping or a pong.
    #[track_caller]
    pub fn receive_error(&mut self) -> impl Future<Output = Value> {
        let caller = Location::caller();
        async move {
            let patience = self.patience;
            match in_time(patience, caller, self.event_but_pings()).await {
                Event::Error(error) => error,
                event => panic!("expected an error frame, found {event:?}\n  at {caller}"),
            }
        }
    }

    /// Waits for the server's close frame, and returns its code and reason.
    ///
    /// # Panics
    /// If any other event arrives, except a ping or a pong.
    #[track_caller]
    pub fn receive_close(&mut self) -> impl Future<Output = (Option<u16>, Text)> {
        let caller = Location::caller();
        async move {
            let patience = self.patience;
            match in_time(patience, caller, self.event_but_pings()).await {
                Event::Close(code, reason) => (code, reason),
                event => panic!("expected a close frame, found {event:?}\n  at {caller}"),
            }
        }
    }

    /// Checks that no event arrives for some time of tokio's clock. Pings and pongs are skipped.
    ///
    /// # Panics
    /// If any other event arrives.
    #[track_caller]
    pub fn receive_nothing(&mut self, time: Duration) -> impl Future<Output = ()> {
        let caller = Location::caller();
        async move {
            if let Ok(event) = timeout(time, self.event_but_pings()).await {
                panic!("expected nothing, found {event:?}\n  at {caller}");
            }
        }
    }

    /// Waits for the next event, without a timeout.
    async fn event(&mut self) -> Event {
        let next = self.pipe.next().await;
        match next.unwrap_or_else(|fault| panic!("{fault}")) {
            Event::Message(Message::Text(text)) if self.tells_errors => {
                own_frame::<E>(&text).unwrap_or(Event::Message(Message::Text(text)))
            }
            event => event,
        }
    }

    /// Waits for the next event that is not a ping or a pong, without a timeout.
    async fn event_but_pings(&mut self) -> Event {
        loop {
            match self.event().await {
                Event::Ping(_) | Event::Pong(_) => {}
                event => return event,
            }
        }
    }

    async fn flush(&mut self, caller: &'static Location<'static>) {
        let flushed = timeout(self.patience, self.pipe.flush()).await;
        assert!(flushed.is_ok(), "the server read nothing for {:?}\n  at {caller}", self.patience);
    }
}

impl<E: Endpoint> fmt::Debug for Client<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("path", &<E::Contract as Contract>::PATH).finish_non_exhaustive()
    }
}

/// Waits for an event, and panics if `patience` is exceeded. Pings do not extend the time, because a server sends them
/// indefinitely.
async fn in_time(patience: Duration, caller: &Location<'_>, waiting: impl Future<Output = Event>) -> Event {
    let Ok(event) = timeout(patience, waiting).await else {
        panic!("the server sent nothing within {patience:?}\n  at {caller}");
    };
    event
}

/// Returns the plan, or panics if the schema cannot be used in this direction. The server checks only the other
/// direction.
fn expect_plan(plan: Result<Plan, SchemaError>) -> Plan {
    match plan {
        Ok(plan) => plan,
        Err(error) => panic!("the type cannot be used in this direction: {error}"),
    }
}

/// Returns the event for a text if it is one of the library's own frames.
fn own_frame<E: Endpoint>(text: &str) -> Option<Event> {
    let value: Value = serde_json::from_str(text).ok()?;
    let has = |member: &str| value.get(member).is_some();
    match value.get(<E::Contract as Contract>::RESERVED_TAG)?.as_str()? {
        "validation" if has("on") && has("errors") => Some(Event::Error(value)),
        "error" if has("detail") => Some(Event::Error(value)),
        "expiring" => value.get("in_ms")?.as_u64().map(|ms| Event::Expiring(Duration::from_millis(ms))),
        _ => None,
    }
}
