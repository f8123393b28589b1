//! Inbound events. Messages wait as they were sent, and are decoded in their turn.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::{
    codec::Invalid,
    contract::BodyOf,
    message::{Incoming, Message},
    route::Route,
    wire::{Close, Deflated},
};

/// An event that still borrows from the read buffer.
pub(in crate::connection) enum Arrived<'a> {
    Message(Incoming<'a>),
    Deflated(Deflated<'a>),
    Ping(Bytes),
    Pong(Bytes),
    /// The connection must fail.
    Fault(Close),
}

/// An event whose turn has come.
pub(in crate::connection) enum InboundEvent<R: Route> {
    /// A valid message.
    Message(BodyOf<R>),
    /// A message for `transform_message`, which is not decoded yet.
    Raw(Message),
    /// A message that is too expensive to be decoded within a turn.
    Heavy(Heavy),
    /// A message that does not match its type or schema.
    Invalid(Invalid),
    /// Decoding a message panicked, for example in its `Deserialize`.
    Panicked(Box<str>),
    Ping(Bytes),
    Pong(Bytes),
    /// The connection must fail.
    Fault(Close),
}

/// A message for heavy work, and what must be done with it.
pub(in crate::connection) enum Heavy {
    Decode(Message),
    Inflate(Deflated<'static>),
}

/// An event that waits for its turn. A message is kept as it was sent, because it may take many times as much memory
/// once it is inflated or decoded.
pub(in crate::connection) enum Waiting {
    Message(Message),
    Deflated(Deflated<'static>),
    Ping(Bytes),
    Pong(Bytes),
    Fault(Close),
}

/// The overhead of a waiting event, in bytes: a slot in a queue that doubles, and a small allocation.
const OVERHEAD: usize = 2 * size_of::<Waiting>() + ALLOCATION;
/// The overhead of a small allocation, in bytes.
const ALLOCATION: usize = 32;

impl From<Arrived<'_>> for Waiting {
    fn from(arrived: Arrived<'_>) -> Self {
        match arrived {
            Arrived::Message(incoming) => Self::Message(incoming.into_message()),
            Arrived::Deflated(deflated) => Self::Deflated(deflated.into_owned()),
            Arrived::Ping(payload) => Self::Ping(payload),
            Arrived::Pong(payload) => Self::Pong(payload),
            Arrived::Fault(close) => Self::Fault(close),
        }
    }
}

impl From<Waiting> for Arrived<'static> {
    fn from(waiting: Waiting) -> Self {
        match waiting {
            Waiting::Message(message) => Self::Message(message.into()),
            Waiting::Deflated(deflated) => Self::Deflated(deflated),
            Waiting::Ping(payload) => Self::Ping(payload),
            Waiting::Pong(payload) => Self::Pong(payload),
            Waiting::Fault(close) => Self::Fault(close),
        }
    }
}

impl Heavy {
    /// Returns the memory of the message, in bytes.
    pub(in crate::connection) fn memory(&self) -> usize {
        match self {
            Self::Decode(message) => message.len(),
            Self::Inflate(deflated) => deflated.held(),
        }
    }
}

impl Waiting {
    /// Returns the memory of the event, in bytes.
    fn weight(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Message(message) => message.len(),
                Self::Deflated(deflated) => deflated.held(),
                Self::Ping(payload) | Self::Pong(payload) => payload.len(),
                Self::Fault(_) => 0,
            }
    }
}

/// Events that wait for a handler to finish, oldest first. An empty queue holds no memory.
#[derive(Default)]
pub(in crate::connection) struct Queue(Option<Box<Queued>>);

struct Queued {
    /// The waiting events. Never empty.
    waiting: VecDeque<Waiting>,
    /// The memory of the waiting events, in bytes. Empty messages count too, by their overhead.
    weight: usize,
}

impl Queued {
    fn memory(&self) -> usize {
        let slots = self.waiting.capacity() * size_of::<Waiting>();
        self.weight - self.waiting.len() * (OVERHEAD - ALLOCATION) + slots
    }
}

impl Queue {
    pub(in crate::connection) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the memory of the waiting events, in bytes.
    pub(in crate::connection) fn weight(&self) -> usize {
        self.0.as_ref().map_or(0, |queued| queued.weight)
    }

    /// Returns the memory that the queue holds, in bytes. Like [`weight`](Self::weight), but with the actual capacity
    /// of the queue.
    #[inline]
    pub(in crate::connection) fn memory(&self) -> usize {
        self.0.as_ref().map_or(0, |queued| queued.memory())
    }

    /// Returns the fault with which the connection must fail after the last event.
    pub(in crate::connection) fn fault(&self) -> Option<&Close> {
        match self.0.as_ref()?.waiting.back() {
            Some(Waiting::Fault(close)) => Some(close),
            _ => None,
        }
    }

    pub(in crate::connection) fn push(&mut self, waiting: Waiting) {
        let queued = self.0.get_or_insert_with(|| Box::new(Queued { waiting: VecDeque::new(), weight: 0 }));
        queued.weight += waiting.weight();
        queued.waiting.push_back(waiting);
    }

    pub(in crate::connection) fn pop(&mut self) -> Option<Waiting> {
        let queued = self.0.as_mut()?;
        let waiting = queued.waiting.pop_front()?;
        queued.weight -= waiting.weight();
        if queued.waiting.is_empty() {
            self.0 = None;
        }
        Some(waiting)
    }

    pub(in crate::connection) fn clear(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Kind;

    /// The capacity is kept until the queue is empty.
    #[test]
    fn memory_of_a_queue_includes_its_capacity() {
        let mut queue = Queue::default();
        assert_eq!(queue.memory(), 0);
        for _ in 0..1000 {
            queue.push(Waiting::Message(Message::binary(vec![0; 10])));
        }
        assert!((1000..=queue.weight()).contains(&queue.memory()), "{}", queue.memory());
        for _ in 0..999 {
            queue.pop();
        }
        let slots = 1000 * size_of::<Waiting>();
        assert!(queue.memory() >= slots && queue.weight() < slots, "{}", queue.memory());
        queue.pop();
        assert_eq!(queue.memory(), 0);
    }

    #[test]
    fn weight_includes_payloads_and_overhead() {
        let deflated = |bytes: usize| Deflated { kind: Kind::Text, payload: vec![0; bytes].into() };
        let mut queue = Queue::default();
        assert_eq!((queue.weight(), queue.is_empty()), (0, true));
        let mut expected = 0;
        for (waiting, bytes) in [
            (Waiting::Message(Message::text("")), 0),
            (Waiting::Message(Message::binary(vec![0; 1000])), 1000),
            (Waiting::Deflated(deflated(1039)), 1039),
            (Waiting::Ping(Bytes::from_static(b"ping")), 4),
            (Waiting::Fault(Close::NORMAL), 0),
        ] {
            queue.push(waiting);
            expected += OVERHEAD + bytes;
            assert_eq!(queue.weight(), expected);
        }
        assert!(queue.fault().is_some());
        while queue.pop().is_some() {}
        assert_eq!((queue.weight(), queue.is_empty()), (0, true));
    }
}
