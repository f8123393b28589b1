//! Topics: subscribers receive exactly the frames that a simple model predicts.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;

use super::input::Input;
use crate::{
    memory::{Chunk, Outbound},
    pubsub::{Cursor, FrameRef, LogView, Sender, Shard, Subscriber, Topic, Topics, catch_up},
    wire::Format,
};

const NAMES: [&str; 3] = ["a", "b", ""];
const SHARDS: usize = 2;
const SOCKETS: usize = 20;

/// A subscriber that writes to memory.
struct Socket {
    id: u64,
    shard: usize,
    format: Format,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cursors: Vec<Cursor>,
    written: Vec<u8>,
}

/// The subscriptions of a socket, and its expected output.
#[derive(Default)]
struct Model {
    names: BTreeSet<usize>,
    expected: Vec<u8>,
}

impl Socket {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn catch_up(&self) {
        let State { cursors, written } = &mut *self.lock();
        catch_up(cursors, self.id, |bytes| written.extend_from_slice(&bytes));
    }
}

impl Subscriber for Socket {
    fn take(&self, topic: &Arc<Topic>, window: &LogView) {
        let mut state = self.lock();
        let State { cursors, written } = &mut *state;
        if let [cursor] = cursors.as_mut_slice()
            && Arc::ptr_eq(cursor.topic(), topic)
            && cursor.take_window(window, |piece, from| written.extend_from_slice(&piece[from..]))
        {
            return;
        }
        drop(state);
        self.catch_up();
    }
}

/// Fuzzes topics. Each step is one byte, followed by the arguments of the step.
pub fn topics(data: &[u8]) {
    let mut input = Input(data);
    let shards: Vec<Arc<Shard>> =
        (0..SHARDS).map(|_| Arc::new(Shard::new(Outbound::new(usize::MAX)))).collect();
    for shard in &shards {
        // A shard that is stopped from the start delivers pending frames and returns.
        shard.stop();
    }
    let topics = Topics::new(&shards);
    let sockets: Vec<Arc<Socket>> = (0..SOCKETS).map(socket).collect();
    let mut models: Vec<Model> = (0..SOCKETS).map(|_| Model::default()).collect();
    let mut number = 0_u32;
    while !input.is_empty() {
        let step = input.byte();
        let (at, name) = (usize::from(input.byte()) % SOCKETS, usize::from(step >> 4) % NAMES.len());
        let (socket, model) = (&sockets[at], &mut models[at]);
        match step & 7 {
            0 | 1 => {
                if model.names.insert(name) {
                    // The cursor of a new topic starts at its end, so the other topics are read up to this point first.
                    socket.catch_up();
                    let member = Arc::clone(socket) as Arc<dyn Subscriber>;
                    let cursor = topics.subscribe(socket.shard, NAMES[name], socket.format, member);
                    socket.lock().cursors.push(cursor);
                }
            }
            2 => {
                if model.names.remove(&name) {
                    socket.catch_up();
                    leave(socket, &topics, |cursor| **cursor.topic().name() == *NAMES[name]);
                }
            }
            3 => {
                model.names.clear();
                socket.catch_up();
                leave(socket, &topics, |_| true);
            }
            4 | 5 => {
                number += 1;
                let head = number.to_be_bytes();
                let rest = (step & 8 != 0).then(|| Chunk::uncounted(Bytes::from(vec![input.byte(); 40])));
                let parcel = FrameRef { head: &head, rest: rest.as_ref(), key: None };
                let by = (step & 1 != 0).then_some(at);
                publish(&topics, name, parcel, by.map(|by| &sockets[by]), &models);
                for (index, model) in models.iter_mut().enumerate() {
                    if by != Some(index) && model.names.contains(&name) {
                        model.expected.extend_from_slice(&head);
                        model.expected.extend_from_slice(rest.as_deref().unwrap_or_default());
                    }
                }
            }
            6 => flush(&shards[at % SHARDS]),
            _ => sockets[at].catch_up(),
        }
        let counted = models.iter().filter(|model| model.names.contains(&name)).count();
        assert_eq!((topics.count(NAMES[name]), topics.members(NAMES[name]).len()), (counted, counted));
    }
    for shard in &shards {
        flush(shard);
    }
    for (socket, model) in sockets.iter().zip(&models) {
        assert!(
            socket.lock().written == model.expected,
            "socket {} did not get the expected frames",
            socket.id
        );
        leave(socket, &topics, |_| true);
    }
    assert!(NAMES.iter().all(|name| topics.count(name) == 0));
}

fn socket(index: usize) -> Arc<Socket> {
    let format = if index % 5 == 4 { Format::deflated(15) } else { Format::PLAIN };
    Arc::new(Socket { id: index as u64 + 1, shard: index % SHARDS, format, state: Mutex::default() })
}

fn leave(socket: &Socket, topics: &Topics, which: impl Fn(&Cursor) -> bool) {
    let mut state = socket.lock();
    let mut index = 0;
    while index < state.cursors.len() {
        if which(&state.cursors[index]) {
            let cursor = state.cursors.swap_remove(index);
            topics.unsubscribe(socket.shard, &cursor);
        } else {
            index += 1;
        }
    }
}

/// Publishes as a socket does, under its lock; without `by`, as a channel does. Checks the number of subscribers.
fn publish(
    topics: &Topics,
    name: usize,
    mut parcel: FrameRef<'_>,
    by: Option<&Arc<Socket>>,
    models: &[Model],
) {
    let mut state = by.map(|socket| socket.lock());
    let sender = by.map(|by| Sender { id: by.id, shard: by.shard, format: by.format });
    let sent = topics.publish(NAMES[name], &mut parcel, sender);
    if let (Some(state), Some(end)) = (&mut state, sent.end)
        && let Some(own) = state.cursors.iter_mut().find(|cursor| **cursor.topic().name() == *NAMES[name])
    {
        own.own(end);
    }
    let subscribed = models.iter().filter(|model| model.names.contains(&name)).count();
    assert_eq!((sent.members, sent.full), (subscribed, 0));
}

fn flush(shard: &Shard) {
    let mut flushed = pin!(shard.flush());
    let mut context = Context::from_waker(Waker::noop());
    // The task yields between two slices. It does not wait for anything else.
    for _ in 0..10_000 {
        if flushed.as_mut().poll(&mut context) == Poll::Ready(()) {
            return;
        }
    }
    panic!("a stopped shard does not finish");
}
