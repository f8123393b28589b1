//! Checks the meaning of the parsed tokens. All mistakes are reported; if there are any, the result is a stub of the
//! route.

mod amounts;
mod attributes;
mod borrow;
mod connection;
mod contract;
mod contract_bounds;
mod deflate;
mod foreign;
mod handlers;
mod inline;
mod key_homes;
mod markers;
mod mentions;
mod misnamed;
mod names;
mod not_a_result;
mod options;
mod path;
mod paths;
mod percent;
mod route;
mod signature;
mod strings;
mod target;
mod variants;

pub(crate) use self::{contract::contract, route::route};
