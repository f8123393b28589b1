//! Why a server did not start, and why it ended.

use std::{error::Error, fmt, io};

use crate::handshake::SetupError;

/// A server that cannot be started as it is put together. Each is the application's fault, and found before it listens.
#[derive(Debug)]
#[non_exhaustive]
pub struct StartError(Box<Fault>);

#[derive(Debug)]
pub(super) enum Fault {
    /// The route's types or names do not work.
    Setup { path: &'static str, source: SetupError },
    /// The response type accepts what an error frame is.
    Conflict { path: &'static str },
    /// The path is not one, or cannot be told from another route's.
    Path { path: &'static str, why: String },
    /// The type is a route already.
    Twice { path: &'static str },
    /// A limit is out of its range.
    Limit { what: &'static str, why: &'static str },
}

impl StartError {
    pub(super) fn new(fault: Fault) -> Self {
        Self(Box::new(fault))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Fault::Setup { path, .. } => write!(f, "the route `{path}` cannot be served"),
            Fault::Conflict { path } => write!(
                f,
                "the response of the route `{path}` has a variant that an error frame reads as: clients could not tell them \
                 apart; rename its tag `validation` or `error`"
            ),
            Fault::Path { path, why } => write!(f, "the route `{path}` cannot be added: {why}"),
            Fault::Twice { path } => {
                write!(f, "the route `{path}` is added twice: a type is one route of a server")
            }
            Fault::Limit { what, why } => write!(f, "`{what}` is out of range: {why}"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Fault::Setup { source, .. } => Some(source),
            _ => None,
        }
    }
}

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
