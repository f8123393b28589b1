//! Words of the attributes: keys, handlers, and their similarity to unknown words.

mod handlers;
mod keys;
mod nearness;
mod other_keys;

pub(crate) use self::{
    handlers::{CONNECTIONS, HANDLERS, HandlerKind, HandlerWord, Returns, Second},
    keys::{DEFLATE_KEYS, Home, KEYS, KeyWord, Shape, expects, key},
    nearness::{Nearness, near_handler, nearest},
    other_keys::{Answer, other_key},
};
