//! The started routes as one tower service: checked together, found by the path of a request, and shut down together.

mod assembly;
mod body;
mod close_only;
mod host_upgrade;
mod mount;
mod pressure;
mod served;
mod service;
mod start_error;
mod start_errors;

pub(crate) use self::{
    assembly::Assembly, close_only::discard_input, mount::Arriving, served::Served, service::PeerFrom,
};
pub use self::{
    body::Body,
    service::{Upgrade, WsService},
    start_error::StartError,
    start_errors::StartErrors,
};
