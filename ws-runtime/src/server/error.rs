//! Why a server did not start, and why it ended.

use std::{error::Error, fmt, io};

use crate::app::StartError;

/// Why a server did not start or could not go on.
///
/// `main` may return it: what `Debug` writes is for whoever reads the terminal, with all causes.
#[non_exhaustive]
pub enum ServeError {
    /// The application's fault: the server cannot be started as it is put together. All that is wrong is listed.
    Start(Vec<StartError>),
    /// The environment's: the address cannot be listened on.
    Bind {
        /// The address as it was given.
        address: String,
        /// The system's error.
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

/// The text of `Display`, and the environment's cause with it.
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
            // They are part of the text: there may be several.
            Self::Start(_) => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
