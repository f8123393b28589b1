//! What all sockets of one route share.

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

/// What all sockets of one route share: its topics, its settings, how its responses are encoded, and who is connected.
#[derive(Debug)]
pub(crate) struct RouteShared {
    pub(crate) path: &'static str,
    pub(crate) settings: Settings,
    /// Limits what is logged of the route.
    pub(crate) events: Arc<EventLimiter>,
    pub(crate) topics: Topics,
    response: Plan,
    live: Mutex<Places<Arc<dyn AnySocket>>>,
    /// What is queued for all sockets of the server.
    pub(super) outbound: Arc<Outbound>,
    pub(super) directory: Weak<Directory>,
}

/// A socket of the route, whatever its types.
pub(crate) trait AnySocket: Subscriber {
    fn write_half(&self) -> &WriteHalf;
}

impl std::fmt::Debug for dyn AnySocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Socket {}", self.write_half().socket_id())
    }
}

thread_local! {
    /// Where messages are encoded, one after the other.
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

    /// A number for a new socket, not 0.
    pub(super) fn next_id() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes a socket up among the connected ones, until its place is given back.
    pub(crate) fn enter(&self, member: Arc<dyn AnySocket>) -> usize {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let place = live.insert(Arc::clone(&member));
        // Under the lock, so that nobody finds a socket that does not know its place.
        member.write_half().note_place(place);
        place
    }

    /// The socket is gone.
    pub(crate) fn depart(&self, place: usize) {
        // Dropped after the lock: the last owner of a socket drops the user's data.
        let member = self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(place);
        drop(member);
    }

    /// A connection is over: whether by a complete closing handshake, and not cut off.
    pub(crate) fn note_end(&self, clean: bool) {
        if let Some(directory) = self.directory.upgrade() {
            directory.shutdown().note_end(clean);
        }
    }

    /// Closes a socket that was entered after a shutdown had swept the connected ones.
    pub(crate) fn catch_up_with_shutdown(&self, write_half: &WriteHalf) {
        let directory = self.directory.upgrade();
        // The shutdown sets its flags before it sweeps, so a sweep that missed the socket is seen here.
        if directory.as_ref().is_none_or(|directory| directory.shutdown().is_stopped()) {
            write_half.close(Some(&Close::GOING_AWAY));
        }
        if directory.is_none_or(|directory| directory.shutdown().is_aborted()) {
            write_half.terminate(Termination::Abort);
        }
    }

    /// The connected sockets.
    pub(crate) fn members(&self) -> Vec<Arc<dyn AnySocket>> {
        let members: Vec<_> =
            self.live.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        spend(Work::Visited(members.len()));
        members
    }

    /// Returns the connected socket of a name.
    pub(super) fn member(&self, name: SocketName) -> Option<Arc<dyn AnySocket>> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.get(name.place as usize).filter(|member| member.write_half().id == name.number).cloned()
    }

    /// How many sockets are connected.
    pub(super) fn len(&self) -> usize {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Encodes a value for a socket, or for many, and says to the log why if that is refused.
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
                Err(error)
            }
        };
        spend(Work::Coded(scratch.len()));
        // A message that was much larger than most keeps no memory.
        if scratch.capacity() <= 64 * 1024 {
            SCRATCH.set(scratch);
        }
        encoded
    }

    /// What serde says of a value may repeat it, so that is said to those alone who debug.
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

    /// Encodes a value once and publishes it; `from` is the socket that publishes and does not get it, with its shard.
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
                // Compressing takes its time, so it is done before any lock is held.
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
                // A full queue keeps it as the latest of its key.
                receivers += std::mem::take(&mut dropped);
            }
            Published::Sent { receivers, dropped }
        });
        published.unwrap_or(Published::Refused)
    }

    /// What becomes of a published message that all queues together have no room for.
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
