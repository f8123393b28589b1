//! Errors of starting and running a server.

use std::{error::Error, fmt, io};

use crate::app::StartError;

/// The server did not start, or could not continue.
///
/// `main` may return it: its `Debug` output is written for terminals and includes all causes.
#[non_exhaustive]
pub enum ServeError {
    /// A mistake of the application: the server cannot start as configured. All mistakes are listed.
    Start(Vec<StartError>),
    /// A problem of the environment: the server cannot listen on the address.
    Bind {
        /// The address as given.
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

/// The `Display` text, followed by the cause.
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
            // The causes are part of the text, because there may be several.
            Self::Start(_) => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
