//! The write side where compression was agreed on: messages are compressed before they are queued, not under the lock.

use std::cell::Cell;

use bytes::Bytes;

use super::{Delivery, Line, outbox::Outbox, packed::Packed, state::State};
use crate::{
    memory::{Chunk, SHARE},
    message::Kind,
    wire::{Agreed, Deflater, Deflating, Encoder, Format, Role, deflate},
};

/// The largest buffer that a thread keeps for messages that are being compressed, in bytes.
const KEPT: usize = 64 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A socket's own stream, where its messages may refer to earlier ones.
///
/// What its peer refers back to is all that was compressed, by this stream or not. So a frame that was compressed for
/// several sockets moves the peer's window away from this stream's, which then has to begin anew.
#[derive(Debug, Default)]
pub(super) struct Own {
    stream: Option<Deflater>,
    /// Somebody has the stream and compresses a message with it.
    lent: bool,
    /// The peer's window has moved on since it was lent.
    moved: bool,
}

impl Own {
    pub(super) fn of(agreed: Option<&Agreed>) -> Option<Box<Self>> {
        agreed.filter(|agreed| agreed.outbound(Role::Server).takeover).map(|_| Box::default())
    }

    /// Frames went to the peer that this stream has not made.
    pub(super) fn move_on(&mut self) {
        self.moved = true;
        self.stream = None;
    }
}

impl State {
    /// As [`Own::move_on`], if the socket has a stream.
    pub(super) fn move_on(&mut self) {
        if let Some(own) = &mut self.own {
            own.move_on();
        }
    }
}

impl Line {
    /// In which format it gets what is published.
    pub(super) fn format(&self) -> Format {
        self.agreed.as_ref().map_or(Format::PLAIN, Agreed::published)
    }

    /// What was agreed on about compression.
    pub(crate) fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }

    /// Gives the memory of the socket's own stream back; its next message refers to none before it.
    pub(crate) fn forget(&self) {
        if self.agreed.is_some() {
            self.lock().move_on();
        }
    }

    /// Queues what was made for several sockets.
    pub(super) fn send_packed(&self, packed: &mut Packed<'_>) -> Delivery {
        if !self.outbound.make_room(packed.copied()) {
            return self.refuse_for_all(packed.payload().len());
        }
        match self.admit(packed.kind(), packed.payload()) {
            // It is compressed without the lock, if nobody else has had to.
            Ok(state) => drop(state),
            Err(delivery) => return delivery,
        }
        packed.prepare(self.format());
        let parcel = packed.made(self.format());
        self.queue_within_total(packed.kind(), packed.payload(), |state| {
            state.move_on();
            state.outbox.append(|tail| tail.extend_from_slice(parcel.head));
            if let Some(rest) = parcel.rest {
                state.outbox.push(rest.clone());
            }
        })
    }

    /// Queues a message, compressed.
    #[cold]
    pub(super) fn send_deflated(&self, agreed: &Agreed, kind: Kind, payload: &[u8]) -> Delivery {
        let deflating = agreed.outbound(Role::Server);
        let mut deflated = SCRATCH.take();
        deflated.clear();
        let delivery = if deflating.takeover {
            self.send_with_own(deflating, kind, payload, &mut deflated)
        } else {
            self.send_by_itself(deflating, kind, payload, &mut deflated)
        };
        if deflated.capacity() <= KEPT {
            SCRATCH.set(deflated);
        }
        delivery
    }

    fn send_by_itself(
        &self,
        deflating: Deflating,
        kind: Kind,
        payload: &[u8],
        deflated: &mut Vec<u8>,
    ) -> Delivery {
        // What would be dropped is not compressed first.
        match self.admit(kind, payload) {
            Ok(state) => drop(state),
            Err(delivery) => return delivery,
        }
        let is_smaller = deflate(deflating, payload, deflated);
        self.queue(kind, payload, |state| {
            if is_smaller {
                push(&mut state.outbox, kind, deflated);
            } else {
                state.outbox.append(|tail| Encoder::message(kind, payload, tail));
            }
        })
    }

    /// The stream is taken out of the lock, used, and put back. A message that comes meanwhile leaves as it is, for it would
    /// have to wait; so does this one, if something went to the peer meanwhile that the stream does not know of.
    fn send_with_own(
        &self,
        deflating: Deflating,
        kind: Kind,
        payload: &[u8],
        deflated: &mut Vec<u8>,
    ) -> Delivery {
        let mut state = match self.admit(kind, payload) {
            Ok(state) => state,
            Err(delivery) => return delivery,
        };
        let Some(own) = state.own.as_mut().filter(|own| !own.lent) else {
            drop(state);
            return self.queue(kind, payload, |state| {
                state.outbox.append(|tail| Encoder::message(kind, payload, tail));
            });
        };
        (own.lent, own.moved) = (true, false);
        let stream = own.stream.take();
        drop(state);
        let mut stream = stream.unwrap_or_else(|| Deflater::new(deflating));
        let done = stream.deflate(payload, deflated);
        let mut stream = Some(stream).filter(|_| done);
        let delivery = self.queue(kind, payload, |state| match &mut state.own {
            Some(own) if !own.moved && stream.is_some() => {
                own.stream = stream.take();
                push(&mut state.outbox, kind, deflated);
            }
            _ => state.outbox.append(|tail| Encoder::message(kind, payload, tail)),
        });
        if let Some(own) = &mut self.lock().own {
            own.lent = false;
        }
        delivery
    }
}

fn push(outbox: &mut Outbox, kind: Kind, deflated: &[u8]) {
    if deflated.len() < SHARE {
        outbox.append(|tail| Encoder::deflated(kind, deflated, tail));
    } else {
        outbox.append(|tail| Encoder::deflated_header(kind, deflated.len(), tail));
        outbox.push(Chunk::uncounted(Bytes::copy_from_slice(deflated)));
    }
}
