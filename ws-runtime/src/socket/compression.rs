//! The write half with compression: messages are compressed before they are queued, not under the lock.

use std::cell::Cell;

use bytes::Bytes;

use super::{Delivery, WriteHalf, encoded_message::EncodedMessage, outbox::Outbox, state::State};
use crate::{
    memory::{Chunk, SHARE},
    message::Kind,
    wire::{Agreed, Deflater, Deflating, Encoder, Format, Role, deflate},
};

/// The maximum size of a buffer that a thread keeps for compressing, in bytes.
const KEPT: usize = 64 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The stream of one socket, with context takeover.
///
/// The context of the peer is everything that was compressed for it, by this stream or not. A frame that was compressed
/// for several sockets therefore moves the window of the peer away from this stream, which must then restart.
#[derive(Debug, Default)]
pub(super) struct ContextStream {
    stream: Option<Deflater>,
    /// True while a sender uses the stream.
    lent: bool,
    /// True if the window of the peer has moved since the stream was taken out.
    moved: bool,
}

impl ContextStream {
    pub(super) fn of(agreed: Option<&Agreed>) -> Option<Box<Self>> {
        agreed.filter(|agreed| agreed.outbound(Role::Server).takeover).map(|_| Box::default())
    }

    /// Records that frames of another stream went to the peer.
    pub(super) fn move_on(&mut self) {
        self.moved = true;
        self.stream = None;
    }
}

impl State {
    /// Calls [`ContextStream::move_on`] if the socket has a stream.
    pub(super) fn move_on(&mut self) {
        if let Some(own) = &mut self.own {
            own.move_on();
        }
    }
}

impl WriteHalf {
    /// Returns the format in which it receives publishes.
    pub(super) fn format(&self) -> Format {
        self.agreed.as_ref().map_or(Format::PLAIN, Agreed::published)
    }

    /// Returns the negotiated parameters of compression.
    pub(crate) fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }

    /// Releases the stream of the socket; its next message refers to no earlier one.
    pub(crate) fn forget(&self) {
        if self.agreed.is_some() {
            self.lock().move_on();
        }
    }

    /// Queues a message encoded for several sockets.
    pub(super) fn send_packed(&self, packed: &mut EncodedMessage<'_>) -> Delivery {
        if !self.outbound.make_room(packed.copied()) {
            return self.refuse_for_all(packed.payload().len());
        }
        match self.lock_for_message(packed.kind(), packed.payload()) {
            // Compressed without the lock, unless another socket has done so already.
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

    /// Queues a compressed message. A long one is sent uncompressed while other threads compress such messages.
    #[cold]
    pub(super) fn send_deflated(&self, agreed: &Agreed, kind: Kind, payload: &[u8]) -> Delivery {
        let Some(_permit) = self.outbound.permit_compressing(payload.len()) else {
            return self.send_plain(kind, payload);
        };
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
        // A message that would be dropped is not compressed first.
        match self.lock_for_message(kind, payload) {
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

    /// The stream is taken out of the lock, used, and put back. A message that is sent meanwhile is not compressed,
    /// because it would have to wait. The same holds for this message if frames went to the peer meanwhile that the
    /// stream does not know.
    fn send_with_own(
        &self,
        deflating: Deflating,
        kind: Kind,
        payload: &[u8],
        deflated: &mut Vec<u8>,
    ) -> Delivery {
        let mut state = match self.lock_for_message(kind, payload) {
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

#[cfg(all(test, not(ws_loom)))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        memory::Outbound,
        session::KeepaliveRule,
        socket::{Settings, encoded_message::Payload},
        wire::{Deflate, Limits, answer},
    };

    fn settings() -> Settings {
        Settings {
            limits: Limits { max_message: None, max_fragments: None, fragment_timeout: None },
            keepalive: KeepaliveRule::new(None, None).expect("both are off"),
            backpressure_limit: None,
            close_on_backpressure_limit: false,
            latest_by_key: None,
            rate_limit: None,
            max_invalid: None,
            publish_to_self: false,
            max_subscriptions: None,
            max_topic_length: None,
            close_timeout: None,
            deflate: Some(Deflate::new().server_no_context_takeover(false)),
        }
    }

    /// With two workers, one thread at a time compresses long messages; the other one is left to the sockets.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn long_message_is_uncompressed_while_another_is_compressed() {
        const LONG: usize = 100_000;
        let (settings, outbound) = (settings(), Outbound::new(usize::MAX));
        let deflate = settings.deflate.expect("it is on");
        for offer in ["permessage-deflate", "permessage-deflate; server_no_context_takeover"] {
            let agreed = answer([offer.as_bytes()].into_iter(), &deflate).expect("it is well-formed");
            let write_half =
                WriteHalf::new(1, &settings, Arc::clone(&outbound), agreed.map(|(agreed, _)| agreed));
            let queued = |length: usize| {
                let before = write_half.buffered();
                assert_eq!(write_half.send(Kind::Text, &vec![b'x'; length]), Delivery::Sent);
                write_half.buffered() - before
            };
            let published = |length: usize| {
                let payload = vec![b'x'; length];
                let payload = Payload::Copied(&payload);
                let mut packed = EncodedMessage::new(Kind::Text, payload, &settings, &outbound, true);
                packed.prepare(write_half.format());
                let frame = packed.made(write_half.format());
                frame.head.len() + frame.rest.map_or(0, |rest| rest.len())
            };
            let permit = outbound.permit_compressing(LONG).expect("nothing is compressed");
            assert!(queued(LONG) > LONG && published(LONG) > LONG, "{offer}: meanwhile");
            assert!(queued(20_000) < 1000 && published(20_000) < 1000, "{offer}: short ones");
            drop(permit);
            for _ in 0..3 {
                assert!(queued(LONG) < 1000 && published(LONG) < 1000, "{offer}: afterwards");
            }
        }
    }
}
