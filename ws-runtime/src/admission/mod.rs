//! Permits for connections, in total and for each address, permits for heavy work, and the tasks for which a shutdown
//! waits.

mod heavy;
mod limiter;
mod tasks;

pub(crate) use self::{
    heavy::HeavyWork,
    limiter::{ClientOrigin, ConnectionLimits, Full, Limiter, Permit, behind_nat64},
    tasks::{TaskGuard, Tasks},
};
