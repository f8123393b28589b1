//! Errors of starting and running a server.

use std::{error::Error, fmt, io};

use crate::app::StartErrors;

/// The error for a server that could not start.
///
/// `main` may return it: its `Debug` output is meant for terminals and includes all causes.
#[non_exhaustive]
pub enum ServeError {
    /// The application's fault: the server cannot start as configured. All mistakes are listed.
    Start(StartErrors),
    /// The environment's fault: the server cannot listen on the address.
    Bind {
        /// The address that was passed to `listen`.
        address: String,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(errors) => fmt::Display::fmt(errors, f),
            Self::Bind { address, .. } => write!(f, "cannot listen on {address}"),
        }
    }
}

/// Prints the text of `Display`, followed by the cause.
impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        match self {
            Self::Start(_) => Ok(()),
            Self::Bind { source, .. } => write!(f, ": {source}"),
        }
    }
}

impl From<StartErrors> for ServeError {
    fn from(errors: StartErrors) -> Self {
        Self::Start(errors)
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // There may be several causes, so the text includes them.
            Self::Start(_) => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
