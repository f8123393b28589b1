//! Tokens as written, with their places: what is here may be wrong. What has no place, as an unknown key or a second path, is
//! reported here; what a thing means is judged by `lower`.

mod amount;
mod arguments;
mod block;
mod deflate;
mod hollow;
mod item;
mod list;
mod marker;
mod skip;
mod slot;

pub(crate) use self::{
    amount::{Amount, Pointer},
    arguments::{Arguments, Keys, Subject},
    block::{Block, Method},
    deflate::{Deflate, DeflateKeys},
    item::{Item, Structure},
    list::{Origins, Strings},
    marker::{Marker, is_marker, unmarked},
    slot::Slot,
};
