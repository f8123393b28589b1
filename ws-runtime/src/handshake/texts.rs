//! The query or the cookies of a request, which handlers may change.

use crate::codec::{On, Pairs};

/// Pairs of names and values. Pairs that are not UTF-8 are stored separately and hidden from handlers.
///
/// A hidden pair does not reject the request by itself. It does if a type declares its name, unless a handler has added
/// a value under that name.
pub(super) struct Texts {
    on: On,
    pub(super) pairs: Vec<(String, String)>,
    unreadable: Vec<Unreadable>,
}

/// A pair whose value is not UTF-8.
struct Unreadable {
    name: String,
    /// The number of readable values that had the same name when the request arrived.
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

    /// Returns the pairs from which a type is read.
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
