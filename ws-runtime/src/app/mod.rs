//! The started routes as one service: checked together, found by the path of a request, and shut down together.

mod assembly;
mod mount;
mod relief;
mod served;
mod start_error;
mod turn_away;

pub use self::{assembly::Assembly, start_error::StartError};
pub(crate) use self::{mount::Arriving, served::Served, turn_away::throw_away};
