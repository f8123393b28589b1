//! Parses tokens and keeps their spans. The result may be wrong: this phase reports only syntax that it cannot
//! represent, such as an unknown key or a second path. `lower` checks the meaning.

mod amount;
mod arguments;
mod block;
mod bodies;
mod deflate;
mod item;
mod list;
mod marker;
mod options;
mod skip;
mod slot;

pub(crate) use self::{
    amount::{Amount, Pointer},
    arguments::{Arguments, Keys, Subject},
    block::{Block, Method},
    deflate::{Deflate, DeflateKeys},
    item::{Item, Structure},
    list::{OriginList, Strings},
    marker::{Marker, is_marker, unmarked},
    options::{OptionKeys, OptionValue},
    slot::Slot,
};
