//! Sending to one socket, limited by its queue and by the total of all queues.

use bytes::Bytes;

use super::{
    Delivery, WriteHalf, latest,
    state::{Locked, QueueSlot, State, unlock},
};
use crate::{
    events::{PROCESS, event},
    memory::{Chunk, SHARE},
    message::Kind,
    wire::Encoder,
};

impl WriteHalf {
    /// Queues a copy of a message.
    #[inline]
    pub(super) fn send(&self, kind: Kind, payload: &[u8]) -> Delivery {
        match &self.agreed {
            Some(agreed) if payload.len() >= agreed.threshold() => self.send_deflated(agreed, kind, payload),
            _ => self.send_plain(kind, payload),
        }
    }

    /// Queues a copy of a message without compression.
    #[inline]
    pub(super) fn send_plain(&self, kind: Kind, payload: &[u8]) -> Delivery {
        self.queue(kind, payload, |state| {
            state.outbox.append(|tail| Encoder::message(kind, payload, tail));
        })
    }

    /// Queues a message. If the queue is full, returns `None` and drops nothing.
    pub(super) fn send_if_room(&self, kind: Kind, payload: &[u8], compress: bool) -> Option<Delivery> {
        if let Some(agreed) = &self.agreed
            && compress
            && payload.len() >= agreed.threshold()
        {
            let is_full = matches!(self.lock().queue_slot(self.id), QueueSlot::Full);
            return (!is_full).then(|| self.send_deflated(agreed, kind, payload));
        }
        if !self.outbound.make_room(payload.len()) {
            return Some(self.refuse_for_all(payload.len()));
        }
        let mut state = self.lock();
        match state.queue_slot(self.id) {
            QueueSlot::Now => Some(state.fill(|state| {
                state.outbox.append(|tail| Encoder::message(kind, payload, tail));
            })),
            QueueSlot::Full => None,
            QueueSlot::Never => Some(Delivery::Closed),
        }
    }

    /// Queues a message. A large payload is shared, not copied.
    pub(super) fn send_shared(&self, kind: Kind, payload: Bytes, compress: bool) -> Delivery {
        match &self.agreed {
            Some(agreed) if compress && payload.len() >= agreed.threshold() => {
                self.send_deflated(agreed, kind, &payload)
            }
            _ if payload.len() < SHARE => self.send_plain(kind, &payload),
            _ => {
                if !self.outbound.make_room(payload.len()) {
                    return self.refuse_for_all(payload.len());
                }
                let payload = Chunk::shared(payload, &self.outbound);
                self.queue_within_total(kind, &payload, |state| {
                    state.outbox.append(|tail| Encoder::message_header(kind, payload.len(), tail));
                    state.outbox.push(payload.clone());
                })
            }
        }
    }

    /// Queues a message by calling `fill`. `payload` is its uncompressed payload.
    #[inline]
    pub(super) fn queue(&self, kind: Kind, payload: &[u8], fill: impl FnOnce(&mut State)) -> Delivery {
        if !self.outbound.make_room(payload.len()) {
            return self.refuse_for_all(payload.len());
        }
        self.queue_within_total(kind, payload, fill)
    }

    /// Like [`queue`](Self::queue), after the total of all queues has been checked.
    #[inline]
    pub(super) fn queue_within_total(
        &self,
        kind: Kind,
        payload: &[u8],
        fill: impl FnOnce(&mut State),
    ) -> Delivery {
        let mut state = self.lock();
        let state = match state.queue_slot(self.id) {
            QueueSlot::Now => state,
            QueueSlot::Full => match self.make_room(state, kind, payload) {
                Ok(state) => state,
                Err(delivery) => return delivery,
            },
            QueueSlot::Never => return Delivery::Closed,
        };
        // In one place, so that the compiler inlines it.
        state.fill(fill)
    }

    /// Returns the result for a message that does not fit into the total of all queues.
    #[cold]
    pub(super) fn refuse_for_all(&self, length: usize) -> Delivery {
        if !self.lock().may_send() {
            return Delivery::Closed;
        }
        event!(
            PROCESS,
            DEBUG,
            socket = %self.socket_id(),
            bytes = length,
            "message dropped: `outbound_total` is reached"
        );
        Delivery::Dropped
    }

    /// Locks the state for a message, after queueing outstanding frames of topics. If the message cannot be queued,
    /// returns its result.
    pub(super) fn lock_for_message(&self, kind: Kind, payload: &[u8]) -> Result<Locked<'_>, Delivery> {
        let mut state = self.lock();
        match state.queue_slot(self.id) {
            QueueSlot::Now => Ok(state),
            QueueSlot::Full => self.make_room(state, kind, payload),
            QueueSlot::Never => Err(Delivery::Closed),
        }
    }

    /// Handles a message for a full queue. With `latest_by_key`, the lock is released while the key is read from the
    /// message, so the queue is checked again.
    #[cold]
    fn make_room<'a>(
        &'a self,
        mut state: Locked<'a>,
        kind: Kind,
        payload: &[u8],
    ) -> Result<Locked<'a>, Delivery> {
        if kind == Kind::Text
            && let Some(pointer) = state.latest.as_ref().map(|latest| latest.pointer())
        {
            drop(state);
            let key = latest::key(pointer, payload);
            state = self.lock();
            match state.queue_slot(self.id) {
                QueueSlot::Now => return Ok(state),
                QueueSlot::Full => {}
                QueueSlot::Never => return Err(Delivery::Closed),
            }
            let mut frame = Vec::new();
            Encoder::message(Kind::Text, payload, &mut frame);
            if key.is_some_and(|key| state.keep_latest(&key, &Chunk::uncounted(frame.into()))) {
                return Err(unlock(state, Delivery::Backpressure));
            }
        }
        Err(self.refuse(state, payload.len()))
    }

    fn refuse(&self, mut state: Locked<'_>, length: usize) -> Delivery {
        state.overflow();
        unlock(state, ());
        // Logged after the lock is released, because a log subscriber may lock this socket.
        event!(
            PROCESS,
            DEBUG,
            socket = %self.socket_id(),
            bytes = length,
            "message dropped: the peer reads too slowly"
        );
        Delivery::Dropped
    }

    /// Queues a ping or a pong. It is dropped only if the queue is full.
    pub(crate) fn control(&self, frame: impl FnOnce(&mut Vec<u8>)) -> Delivery {
        let mut state = self.lock();
        if !state.may_send() {
            return Delivery::Closed;
        }
        if state.is_full() {
            return Delivery::Dropped;
        }
        state.outbox.append(frame);
        unlock(state, Delivery::Sent)
    }
}
