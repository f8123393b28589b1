//! Compression of outbound messages. It runs before a message is queued, and not under the lock of the write half.

use std::cell::Cell;

use bytes::Bytes;

use super::{Delivery, WriteHalf, encoded_message::EncodedMessage, outbox::Outbox, state::State};
use crate::{
    memory::{Chunk, SHARE},
    message::Kind,
    wire::{Agreed, Deflater, Deflating, Encoder, Format, Role, deflate},
};

/// The maximum capacity of the buffer that a thread keeps for compressed messages, in bytes.
const KEPT: usize = 64 * 1024;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The zlib stream of a socket with context takeover.
///
/// The peer's window contains every compressed message that it received, from this stream or another. A frame that was
/// compressed for several sockets moves that window without this stream, which must then restart.
#[derive(Debug, Default)]
pub(super) struct ContextStream {
    stream: Option<Deflater>,
    /// True while a sender has taken the stream out.
    lent: bool,
    /// True if other compressed frames were queued since the stream was taken out.
    moved: bool,
}

impl ContextStream {
    pub(super) fn of(agreed: Option<&Agreed>) -> Option<Box<Self>> {
        agreed.filter(|agreed| agreed.outbound(Role::Server).takeover).map(|_| Box::default())
    }

    /// Records that frames of another stream are queued for the peer, and drops the stream.
    pub(super) fn invalidate_context(&mut self) {
        self.moved = true;
        self.stream = None;
    }
}

impl State {
    /// Calls [`ContextStream::invalidate_context`] if the socket has its own stream.
    pub(super) fn invalidate_context(&mut self) {
        if let Some(own) = &mut self.own {
            own.invalidate_context();
        }
    }
}

impl WriteHalf {
    /// Returns the format in which the socket receives publishes.
    pub(super) fn format(&self) -> Format {
        self.agreed.as_ref().map_or(Format::PLAIN, Agreed::published)
    }

    /// Returns the negotiated parameters of compression. `None` if compression is off.
    pub(crate) fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }

    /// Drops the stream of the socket. Its next message does not refer to earlier ones.
    pub(crate) fn forget(&self) {
        if self.agreed.is_some() {
            self.lock().invalidate_context();
        }
    }

    /// Queues a message that is encoded once for several sockets.
    pub(super) fn send_encoded(&self, message: &mut EncodedMessage<'_>) -> Delivery {
        if !self.outbound.make_room(message.copied()) {
            return self.refuse_for_all(message.payload().len());
        }
        match self.lock_for_message(message.kind(), message.payload()) {
            // The lock is released because `prepare` may compress the message.
            Ok(state) => drop(state),
            Err(delivery) => return delivery,
        }
        message.prepare(self.format());
        let parcel = message.frame(self.format());
        self.queue_within_total(message.kind(), message.payload(), |state| {
            state.invalidate_context();
            state.outbox.append(|tail| tail.extend_from_slice(parcel.head));
            if let Some(rest) = parcel.rest {
                state.outbox.push(rest.clone());
            }
        })
    }

    /// Compresses a message and queues it. While other threads compress long messages, a long message is sent
    /// uncompressed.
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
        // Avoids compressing a message that would be dropped.
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

    /// Takes the stream out of the lock, compresses, and puts the stream back. Meanwhile other messages to this socket
    /// are sent uncompressed, because they would have to wait for the stream. This message is also sent uncompressed if
    /// frames of another stream were queued meanwhile.
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
        socket::{Settings, encoded_message::Payload},
        wire::{Deflate, answer},
    };

    fn settings() -> Settings {
        let deflate = Deflate::new().server_no_context_takeover(false);
        Settings { deflate: Some(deflate), ..Settings::off() }
    }

    /// With two workers, one thread at a time compresses long messages, so that the other is left to the sockets.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn long_message_is_uncompressed_while_another_is_compressed() {
        const LONG: usize = 100_000;
        let (settings, outbound) = (settings(), Outbound::new(usize::MAX));
        let deflate = settings.deflate.expect("compression is enabled");
        for offer in ["permessage-deflate", "permessage-deflate; server_no_context_takeover"] {
            let agreed = answer([offer.as_bytes()].into_iter(), &deflate).expect("the offer is well-formed");
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
                let mut message = EncodedMessage::new(Kind::Text, payload, &settings, &outbound, true);
                message.prepare(write_half.format());
                let frame = message.frame(write_half.format());
                frame.head.len() + frame.rest.map_or(0, |rest| rest.len())
            };
            let permit = outbound.permit_compressing(LONG).expect("no other thread compresses");
            assert!(
                queued(LONG) > LONG && published(LONG) > LONG,
                "{offer}: a long message, without a permit"
            );
            assert!(queued(20_000) < 1000 && published(20_000) < 1000, "{offer}: a short message");
            drop(permit);
            for _ in 0..3 {
                assert!(
                    queued(LONG) < 1000 && published(LONG) < 1000,
                    "{offer}: a long message, with a permit"
                );
            }
        }
    }
}
