//! The started routes of a server: checked together, found by the path of a request, and shut down together.

mod assembly;
mod close_only;
mod mount;
mod pressure;
mod served;
mod start_error;

pub use self::start_error::StartError;
pub(crate) use self::{assembly::Assembly, close_only::discard_input, mount::Arriving, served::Served};
