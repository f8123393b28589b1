//! The state that all sockets of one route share.

use std::{
    any::type_name,
    cell::Cell,
    error::Error,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::field::display;

use super::{
    Directory, Outgoing, Settings, Termination, WriteHalf,
    encoded_message::{EncodedMessage, Payload},
    naming::SocketName,
};
use crate::{
    codec::{Encode, EncodeError, Encoded, Plan},
    events::{Escaped, EventLimiter, event},
    memory::Outbound,
    message::Kind,
    pubsub::{Places, Published, Subscriber, Topics},
    turn::{Work, spend},
    wire::Close,
};

/// The state that all sockets of one route share: topics, settings, the plan for encoding responses, and the connected
/// sockets.
#[derive(Debug)]
pub(crate) struct RouteShared {
    pub(crate) path: &'static str,
    pub(crate) settings: Settings,
    /// Limits the log events of the route.
    pub(crate) events: Arc<EventLimiter>,
    pub(crate) topics: Topics,
    response: Plan,
    live: Mutex<Places<Arc<dyn AnySocket>>>,
    /// The memory queued for all sockets of the server.
    pub(super) outbound: Arc<Outbound>,
    pub(super) directory: Weak<Directory>,
}

/// A socket of the route, without its type.
pub(crate) trait AnySocket: Subscriber {
    fn write_half(&self) -> &WriteHalf;
}

impl std::fmt::Debug for dyn AnySocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Socket {}", self.write_half().socket_id())
    }
}

thread_local! {
    /// The buffer in which messages are encoded.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl RouteShared {
    pub(crate) fn new(
        path: &'static str,
        settings: Settings,
        topics: Topics,
        response: Plan,
        outbound: Arc<Outbound>,
        directory: Weak<Directory>,
    ) -> Self {
        let events = Arc::new(EventLimiter::new(Some(path)));
        Self { path, settings, events, topics, response, live: Mutex::default(), outbound, directory }
    }

    /// Returns the number for a new socket. It is never 0.
    pub(super) fn next_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Registers a socket and returns its slot.
    pub(crate) fn enter(&self, member: Arc<dyn AnySocket>) -> usize {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = live.insert(Arc::clone(&member));
        // The slot is set under the lock, so that a socket that can be found has its slot.
        member.write_half().set_slot(slot);
        slot
    }

    /// Removes the socket in a slot.
    pub(crate) fn depart(&self, slot: usize) {
        // The socket is dropped after the lock is released, because dropping the last handle drops application data.
        let member = self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(slot);
        drop(member);
    }

    /// Records the end of a connection. `clean` is true if the closing handshake completed and the connection was not
    /// cut off.
    pub(crate) fn note_end(&self, clean: bool) {
        if let Some(directory) = self.directory.upgrade() {
            directory.shutdown().note_end(clean);
        }
    }

    /// Closes a socket if it was registered after a shutdown had closed all sockets.
    pub(crate) fn catch_up_with_shutdown(&self, write_half: &WriteHalf) {
        let directory = self.directory.upgrade();
        // A shutdown sets its flags before it closes the registered sockets, so a socket that it missed finds the flags
        // set.
        if directory.as_ref().is_none_or(|directory| directory.shutdown().is_stopped()) {
            write_half.close(Some(&Close::GOING_AWAY));
        }
        if directory.is_none_or(|directory| directory.shutdown().is_aborted()) {
            write_half.terminate(Termination::Abort);
        }
    }

    /// Returns the connected sockets.
    pub(crate) fn members(&self) -> Vec<Arc<dyn AnySocket>> {
        let members: Vec<_> =
            self.live.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        spend(Work::Visited(members.len()));
        members
    }

    /// Returns the connected socket with this name, if any.
    pub(super) fn member(&self, name: SocketName) -> Option<Arc<dyn AnySocket>> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.get(name.slot as usize).filter(|member| member.write_half().id == name.number).cloned()
    }

    /// Returns the number of connected sockets.
    pub(super) fn len(&self) -> usize {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Encodes a value for one socket or for several. If it is refused, logs the reason.
    pub(super) fn encode<R: Encode, T>(
        &self,
        value: &impl Outgoing<R>,
        socket: Option<&WriteHalf>,
        then: impl FnOnce(Kind, Payload<'_>) -> T,
    ) -> Result<T, EncodeError> {
        if let Some((kind, payload)) = value.as_is() {
            spend(Work::Moved(payload.len()));
            return Ok(then(kind, Payload::Copied(payload)));
        }
        let mut scratch = SCRATCH.take();
        scratch.clear();
        let encoded = match value.put(&self.response, &mut scratch) {
            Ok(Encoded::Text) => Ok(then(Kind::Text, Payload::Copied(&scratch))),
            Ok(Encoded::Binary) => Ok(then(Kind::Binary, Payload::Copied(&scratch))),
            Ok(Encoded::Shared(message)) => Ok(then(message.kind(), Payload::Shared(message.into_bytes()))),
            Err(error) => {
                self.note_refusal(type_name::<R>(), socket, &error);
                Err(error.logged())
            }
        };
        spend(Work::Encoded(scratch.len()));
        // The buffer of an unusually large message is not kept.
        if scratch.capacity() <= 64 * 1024 {
            SCRATCH.set(scratch);
        }
        encoded
    }

    /// Logs a refused value. The text of serde's error may repeat the value, so it is logged at `DEBUG` only.
    #[cold]
    fn note_refusal(&self, response: &str, socket: Option<&WriteHalf>, error: &EncodeError) {
        let (events, route, why) = (&self.events, self.path, Escaped(error));
        let socket = socket.map(|write_half| display(write_half.socket_id()));
        event!(events, ERROR, route, socket, response, error = %why, "a response was rejected and not sent");
        if let Some(source) = error.source() {
            let source = Escaped(source);
            event!(events, DEBUG, route, socket, response, %source, "serialization error of the rejected response");
        }
    }

    /// Encodes a value once and publishes it. `from` is the publishing socket, which is skipped, and its shard. `None`
    /// means that no socket is skipped.
    pub(super) fn publish<R: Encode>(
        &self,
        topic: &str,
        value: &impl Outgoing<R>,
        from: Option<(&WriteHalf, usize)>,
    ) -> Published {
        let published = self.encode(value, from.map(|(write_half, _)| write_half), |kind, payload| {
            if !self.outbound.make_room(payload.as_bytes().len()) {
                return self.refuse(topic, payload.as_bytes().len(), from.map(|(write_half, _)| write_half));
            }
            let mut packed =
                EncodedMessage::new(kind, payload, &self.settings, &self.outbound, value.compress());
            let has_key = packed.has_key();
            if self.settings.deflate.is_some() {
                // Compression takes time, so it runs before the lock is taken.
                self.topics.prepare(topic, &mut packed);
            }
            let (mut receivers, mut dropped) = if let Some((write_half, shard)) = from {
                write_half.publish_to_others(&self.topics, shard, topic, &mut packed)
            } else {
                let sent = self.topics.publish(topic, &mut packed, None);
                (sent.members - sent.full, sent.full)
            };
            self.topics.relieve(topic);
            self.outbound.make_room(0);
            if has_key {
                // A full queue keeps the message as the latest of its key.
                receivers += std::mem::take(&mut dropped);
            }
            Published::Sent { receivers, dropped }
        });
        published.unwrap_or(Published::Refused)
    }

    /// Returns the result of a publish that does not fit into the total of all queues.
    #[cold]
    fn refuse(&self, topic: &str, length: usize, from: Option<&WriteHalf>) -> Published {
        event!(
            self.events,
            DEBUG,
            route = self.path,
            bytes = length,
            "message dropped: `outbound_total` is reached"
        );
        let own = from.is_some_and(|write_half| write_half.is_subscribed(topic));
        let dropped = self.topics.count(topic).saturating_sub(usize::from(own));
        Published::Sent { receivers: 0, dropped }
    }
}
