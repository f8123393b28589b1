//! The query or the cookies of a request, as handlers may change them.

use crate::codec::{On, Pairs};

/// Names and texts. Pairs that are not UTF-8 are kept apart and hidden from handlers.
///
/// Such a pair causes no rejection by itself. It counts if a type declares its name, unless a handler has added a text
/// of that name.
pub(super) struct Texts {
    on: On,
    pub(super) pairs: Vec<(String, String)>,
    unreadable: Vec<Unreadable>,
}

/// A pair whose text is not UTF-8.
struct Unreadable {
    name: String,
    /// The number of readable texts of the same name when the request arrived.
    beside: usize,
}

impl Texts {
    pub(super) fn new(read: Pairs) -> Self {
        let on = read.on();
        let (pairs, names) = read.divide();
        let unreadable = names.into_iter().map(|name| Unreadable { beside: count(&pairs, &name), name });
        let unreadable = unreadable.collect();
        Self { on, pairs, unreadable }
    }

    /// Returns the source from which a type is read.
    pub(super) fn to_pairs(&self) -> Pairs {
        let mut read = Pairs::decoded(self.on, &self.pairs);
        for Unreadable { name, beside } in &self.unreadable {
            if count(&self.pairs, name) <= *beside {
                read.push_unreadable(name);
            }
        }
        read
    }
}

fn count(pairs: &[(String, String)], name: &str) -> usize {
    pairs.iter().filter(|(known, _)| known == name).count()
}
