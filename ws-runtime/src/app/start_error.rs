//! What keeps a server from starting: found when all of it is known, before anything is served.

use std::{error::Error, fmt};

use matchit::InsertError;

use crate::handshake::SetupError;

/// A server that cannot be started as it is put together. Each is the application's fault, and found before it listens.
///
/// What `Debug` writes is for whoever reads the terminal too: the text of `Display`, with all causes.
#[non_exhaustive]
pub struct StartError(Box<Fault>);

pub(super) enum Fault {
    /// The route's types or names do not work.
    Setup { path: &'static str, source: SetupError },
    /// The path is not one, or cannot be told from another route's.
    Path { path: &'static str, error: InsertError },
    /// The type is a route already.
    Twice { path: &'static str },
    /// An option of the server has a value that it cannot have.
    Value { option: &'static str, value: String, why: &'static str },
    /// What is trusted as a proxy is no address.
    Proxy(Box<str>),
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
            Fault::Path { path, error: InsertError::Conflict { with } } => write!(
                f,
                "the route `{path}` cannot be added: some paths would be of it and of `{with}`, and a path is of one route"
            ),
            Fault::Path { path, error } => write!(f, "the route `{path}` cannot be added: {error}"),
            Fault::Twice { path } => {
                write!(f, "the route `{path}` is added twice: a type is one route of a server")
            }
            Fault::Proxy(written) => write!(
                f,
                "`{written}` in `trusted_proxies` is neither an address nor a network such as `10.0.0.0/8`"
            ),
            Fault::Value { option, value, why } => write!(f, "`{option}` cannot be {value}: {why}"),
        }
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
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
