//! Errors of starting and running a server.

use std::{error::Error, fmt, io};

use crate::app::StartError;

/// The error for a server that could not start.
///
/// `main` may return it: its `Debug` output is meant for terminals and includes all causes.
#[non_exhaustive]
pub enum ServeError {
    /// The application's fault: the server cannot start as configured. All mistakes are listed.
    Start(Vec<StartError>),
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
            Self::Start(errors) => {
                f.write_str("the server cannot be started")?;
                for error in errors {
                    write!(f, "; {error:?}")?;
                }
                Ok(())
            }
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

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // There may be several causes, so the text includes them.
            Self::Start(_) => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
