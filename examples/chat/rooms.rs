//! Who is in which room, and what was said there lately. It must not know sockets.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::{Person, Said};

/// How many messages a room keeps for those who come later.
const RECENT: usize = 50;

/// The rooms that somebody is in, by name.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<HashMap<String, Room>>);

/// One room. Numbers grow, so people stand in the order in which they came.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) people: BTreeMap<u64, Person>,
    pub(crate) recent: VecDeque<Said>,
}

impl Rooms {
    /// Acts on a room while nothing else happens in any. A room begins with its first person and ends with its last.
    pub(crate) fn with<T>(&self, name: &str, act: impl FnOnce(&mut Room) -> T) -> T {
        // A handler that panics under the lock would poison it for every socket. Each change here is complete in itself, so the
        // rooms can be used all the same.
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.entry(name.to_owned()).or_default();
        let result = act(room);
        if room.people.is_empty() {
            rooms.remove(name);
        }
        result
    }
}

impl Room {
    /// Keeps a message, and lets the oldest go.
    pub(crate) fn remember(&mut self, said: Said) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(said);
    }
}
