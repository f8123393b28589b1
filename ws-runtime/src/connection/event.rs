//! What arrived and is to be handled in its turn, and the queue of it.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::{
    codec::Invalid,
    contract::Body,
    route::Route,
    wire::{Close, Message},
};

/// What an invalid message weighs beside its bytes: up to eight reasons, in words of the schema's.
const REASONS: usize = 1024;

/// Something that arrived and is to be handled in its turn.
pub(super) enum Event<R: Route> {
    /// A valid message, and its length on the wire.
    Message(Body<R>, usize),
    /// A message that `transform_message` gets before it is decoded.
    Raw(Message),
    /// A message that does not fit its type or schema.
    Invalid(Invalid, usize),
    /// Decoding panicked: the `Deserialize` of some type did.
    Panicked(Box<str>, usize),
    Ping(Bytes),
    Pong(Bytes),
    /// The connection is to be failed.
    Fault(Close),
}

impl<R: Route> Event<R> {
    /// What it costs to keep it until its turn, in bytes.
    fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Message(_, length) | Self::Panicked(_, length) => *length,
                Self::Invalid(_, length) => *length + REASONS,
                Self::Raw(message) => message.len(),
                Self::Ping(payload) | Self::Pong(payload) => payload.len(),
                Self::Fault(_) => 0,
            }
    }
}

/// Events that wait for a handler to finish, oldest first. A connection without any keeps no memory for them.
pub(super) struct Events<R: Route>(Option<Box<Waiting<R>>>);

struct Waiting<R: Route> {
    /// Not empty.
    queue: VecDeque<Event<R>>,
    /// How many bytes wait: messages, and what it costs to keep each of them. Empty ones are not free.
    weight: usize,
}

impl<R: Route> Events<R> {
    pub(super) fn new() -> Self {
        Self(None)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// What it costs to keep them, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.0.as_ref().map_or(0, |waiting| waiting.weight)
    }

    pub(super) fn last(&self) -> Option<&Event<R>> {
        self.0.as_ref()?.queue.back()
    }

    pub(super) fn push(&mut self, event: Event<R>) {
        let waiting = self.0.get_or_insert_with(|| Box::new(Waiting { queue: VecDeque::new(), weight: 0 }));
        waiting.weight += event.weight();
        waiting.queue.push_back(event);
    }

    pub(super) fn pop(&mut self) -> Option<Event<R>> {
        let waiting = self.0.as_mut()?;
        let event = waiting.queue.pop_front()?;
        waiting.weight -= event.weight();
        if waiting.queue.is_empty() {
            self.0 = None;
        }
        Some(event)
    }
}
