//! Why a server did not start, and why it ended.

use std::{error::Error, fmt, io};

use crate::connection::StartError;

/// Why a server did not start or could not go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The application's fault: the server cannot be started as it is put together. All that is wrong is listed.
    Start(Vec<StartError>),
    /// The environment's: the address cannot be listened on.
    Bind(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(errors) => {
                f.write_str("the server cannot be started")?;
                for error in errors {
                    write!(f, "; {error}")?;
                    let mut source = error.source();
                    while let Some(cause) = source {
                        write!(f, ": {cause}")?;
                        source = cause.source();
                    }
                }
                Ok(())
            }
            Self::Bind(_) => f.write_str("the address cannot be listened on"),
        }
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // They are part of the text: there may be several.
            Self::Start(_) => None,
            Self::Bind(error) => Some(error),
        }
    }
}
