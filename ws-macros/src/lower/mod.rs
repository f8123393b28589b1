//! Checks the meaning of the parsed tokens. All mistakes are reported; with a mistake, only a stub of the route remains.

mod amounts;
mod attributes;
mod bare;
mod borrow;
mod connection;
mod contract;
mod deflate;
mod demands;
mod foreign;
mod handlers;
mod inline;
mod markers;
mod meant;
mod mentions;
mod names;
mod options;
mod path;
mod percent;
mod places;
mod route;
mod signature;
mod strings;
mod target;
mod variants;

pub(crate) use self::{contract::contract, route::route};
