//! Admission: permits for connections, in all and for each address, and the tasks that a shutdown waits for.

mod limiter;
mod tasks;

pub(crate) use self::{
    limiter::{ConnectionLimits, Full, Limiter, Origin, Permit},
    tasks::{TaskGuard, Tasks},
};
