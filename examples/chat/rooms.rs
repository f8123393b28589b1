//! The people in each room, and recent messages. This module does not depend on sockets.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::{Person, Said};

/// Number of messages that a room keeps for people who join later.
const RECENT: usize = 50;

/// The rooms with at least one person, by name.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<HashMap<String, Room>>);

/// A room. Numbers increase, so people are sorted by the time when they joined.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) people: BTreeMap<u64, Person>,
    pub(crate) recent: VecDeque<Said>,
}

impl Rooms {
    /// Accesses a room under the lock of all rooms. A room exists from its first person to its last.
    pub(crate) fn with<T>(&self, name: &str, act: impl FnOnce(&mut Room) -> T) -> T {
        // A handler that panics under the lock would poison it for every socket. The rooms are usable nevertheless,
        // because each change is complete in itself.
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
    /// Keeps a message, and drops the oldest one if there are too many.
    pub(crate) fn remember(&mut self, said: Said) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(said);
    }
}
