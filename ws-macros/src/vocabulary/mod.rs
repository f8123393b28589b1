//! The words of the attributes: keys, handlers, and how near a wrong word is to a right one.

mod handlers;
mod keys;
mod nearness;

pub(crate) use self::{
    handlers::{HANDLERS, HandlerWord, Kind, Returns, Second},
    keys::{DEFLATE_KEYS, Home, KEYS, expects, key},
    nearness::{Nearness, near_handler, nearest},
};
