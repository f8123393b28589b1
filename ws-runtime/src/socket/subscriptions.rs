//! The write half as a subscriber of topics.

use std::{io::IoSlice, sync::Arc};

use super::{
    Settings, SubscribeError, Subscribed, WriteHalf,
    state::{Locked, State, release, unlock},
};
use crate::{
    pubsub::{Cursor, Frames, LogView, Sender, Subscriber, Topic, Topics},
    turn::{Work, spend},
};

/// The maximum number of pieces of a log in one vectored write.
const PIECES: usize = 16;

impl WriteHalf {
    /// Subscribes to a topic, unless the socket is already subscribed, or closing.
    pub(super) fn subscribe(
        &self,
        shared: (&Topics, &Settings),
        shard: usize,
        name: &str,
        me: Arc<dyn Subscriber>,
    ) -> Result<Subscribed, SubscribeError> {
        let (topics, settings) = shared;
        let length = name.len();
        if let Some(limit) = settings.max_topic_length.filter(|limit| length > *limit) {
            return Err(SubscribeError::TopicTooLong { length, limit });
        }
        let mut state = self.lock();
        if !state.may_send() {
            return Ok(Subscribed::Closed);
        }
        if state.cursors.find(name).is_some() {
            return Ok(Subscribed::Already);
        }
        let count = state.cursors.len();
        if let Some(limit) = settings.max_subscriptions.filter(|limit| count >= *limit) {
            return Err(SubscribeError::TooManySubscriptions { limit });
        }
        spend(Work::Visited(1));
        let cursor = topics.subscribe(shard, name, self.format(), me);
        if state.is_full() {
            cursor.topic().note_full(true);
        }
        state.cursors.push(cursor);
        Ok(Subscribed::New)
    }

    /// Unsubscribes from a topic. Earlier publishes are still delivered. Returns false if the socket was not
    /// subscribed.
    pub(super) fn unsubscribe(&self, topics: &Topics, shard: usize, name: &str) -> bool {
        let mut state = self.lock();
        let Some(index) = state.cursors.find(name) else { return false };
        spend(Work::Visited(1));
        state.catch_up(self.id);
        let cursor = state.cursors.remove(index);
        leave(&state, topics, shard, &cursor);
        unlock(state, true)
    }

    /// Unsubscribes from every topic. Earlier publishes are still delivered.
    pub(crate) fn unsubscribe_all(&self, topics: &Topics, shard: usize) {
        let mut state = self.lock();
        state.catch_up(self.id);
        for cursor in state.cursors.take() {
            spend(Work::Visited(1));
            leave(&state, topics, shard, &cursor);
        }
        unlock(state, ());
    }

    pub(super) fn is_subscribed(&self, name: &str) -> bool {
        self.lock().cursors.find(name).is_some()
    }

    pub(super) fn subscriptions(&self) -> Vec<String> {
        self.lock().cursors.iter().map(|cursor| cursor.topic().name().as_ref().to_owned()).collect()
    }

    /// Publishes to all other subscribers of a topic. Returns the number of receivers, and the number of subscribers
    /// whose queue is full.
    pub(super) fn publish_to_others(
        &self,
        topics: &Topics,
        shard: usize,
        name: &str,
        frames: &mut impl Frames,
    ) -> (usize, usize) {
        // The lock is held during the publish. Otherwise the flusher could deliver the frame to this socket before it
        // is marked as the socket's own.
        let mut state = self.lock();
        let own = state.cursors.find(name);
        let sender = Sender { id: self.id, shard, format: self.format() };
        let sent = topics.publish(name, frames, Some(sender));
        let Some(own) = own else { return (sent.members - sent.full, sent.full) };
        if let Some(end) = sent.end {
            state.cursors[own].own(end);
        }
        let full = sent.full - usize::from(state.is_full()).min(sent.full);
        (sent.members.saturating_sub(1 + full), full)
    }

    /// Takes new frames of a topic's log. If nothing is queued, they are written straight to the stream. The caller
    /// then enforces the total of all queues.
    pub(super) fn take(&self, topic: &Arc<Topic>, window: &LogView) {
        // Mostly there is one piece, and an array of sixteen takes as long to prepare as the rest of the delivery.
        match window.pieces() {
            0..=1 => self.take_pieces::<1>(topic, window),
            _ => self.take_pieces::<PIECES>(topic, window),
        }
    }

    /// Takes the frames of a log; more than `MOST` pieces are queued.
    fn take_pieces<const MOST: usize>(&self, topic: &Arc<Topic>, window: &LogView) {
        let mut state = self.lock();
        let State { writer, outbox, cursors, session, task, full, own, .. } = &mut *state;
        let (Some(writer), [cursor]) = (writer, &mut **cursors) else { return self.take_all(state) };
        if !Arc::ptr_eq(cursor.topic(), topic) || *full || !session.may_send() {
            return self.take_all(state);
        }
        // Only TCP is written directly. Other streams may buffer what they accept, and the task of the connection must
        // flush them.
        let direct = writer.is_tcp() && outbox.is_empty() && task.is_some() && window.pieces() <= MOST;
        let mut slices = [IoSlice::new(&[]); MOST];
        let (mut count, mut length) = (0, 0);
        let taken = cursor.take_window(window, |piece, from| {
            length += piece.len() - from;
            if direct {
                slices[count] = IoSlice::new(&piece[from..]);
                count += 1;
            } else {
                outbox.push(piece.slice(from..piece.len()));
            }
        });
        if !taken {
            return self.take_all(state);
        }
        if let Some(own) = own {
            own.invalidate_context();
        }
        // A call costs as much as copying some kilobytes.
        spend(if direct && length < 8192 { Work::Call } else { Work::Moved(length) });
        if count > 0 {
            // Bytes that the stream does not accept are queued. An error is ignored here: the task of the connection
            // notices a broken stream.
            let mut written = writer.try_write(&slices[..count]).unwrap_or(0);
            if written < length {
                for slice in &slices[..count] {
                    let skip = written.min(slice.len());
                    written -= skip;
                    outbox.append(|tail| tail.extend_from_slice(&slice[skip..]));
                }
            }
        }
        if !state.outbox.is_empty() {
            state.note_level();
            release(state);
        }
    }

    /// The general case: several topics, frames that the socket itself published, or a closing socket.
    fn take_all(&self, mut state: Locked<'_>) {
        if state.is_full() && state.latest.is_none() {
            state.overflow();
        }
        state.catch_up(self.id);
        if !state.outbox.is_empty() {
            release(state);
        }
    }
}

fn leave(state: &State, topics: &Topics, shard: usize, cursor: &Cursor) {
    if state.is_full() {
        cursor.topic().note_full(false);
    }
    topics.unsubscribe(shard, cursor);
}
