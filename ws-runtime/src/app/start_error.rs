//! Mistakes that prevent a server from starting. They are found when all routes and options are known.

use std::{error::Error, fmt};

use matchit::InsertError;

use crate::handshake::SetupError;

/// The error for a server that cannot start as configured. It is a mistake of the application, found before the server
/// listens.
///
/// Its `Debug` output is meant for terminals: the text of `Display` followed by all sources.
#[non_exhaustive]
pub struct StartError(Box<StartErrorKind>);

pub(super) enum StartErrorKind {
    /// The types or options of the route are invalid.
    Setup { path: &'static str, source: SetupError },
    /// The path is invalid or conflicts with another route.
    Path { path: &'static str, error: InsertError },
    /// The type is added as a route twice.
    Twice { path: &'static str },
    /// An option of the server has an invalid value.
    Value { option: &'static str, value: String, why: &'static str },
    /// An entry of `allowed_hosts` is not a host.
    Host(Box<str>),
    /// An entry of the server's `origins` is not an origin.
    Origin(SetupError),
    /// The prefix cannot precede a path.
    Prefix(Box<str>),
    /// An entry of `trusted_proxies` is not an address.
    Proxy(Box<str>),
    /// An option that only a listening server has.
    Mounted { option: &'static str, instead: &'static str },
}

impl StartError {
    pub(super) fn new(fault: StartErrorKind) -> Self {
        Self(Box::new(fault))
    }

    /// An option was set that has no effect in a mounted service.
    pub(crate) fn mounted(option: &'static str, instead: &'static str) -> Self {
        Self::new(StartErrorKind::Mounted { option, instead })
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            StartErrorKind::Setup { path, .. } => write!(f, "cannot serve the route `{path}`"),
            StartErrorKind::Path { path, error: InsertError::Conflict { with } } => {
                write!(f, "the route `{path}` conflicts with `{with}`: some paths match both")
            }
            StartErrorKind::Path { path, error } => write!(f, "invalid route path `{path}`: {error}"),
            StartErrorKind::Twice { path } => {
                write!(f, "the route `{path}` is added twice: a type can be only one route of a server")
            }
            StartErrorKind::Proxy(written) => write!(
                f,
                "`{written}` in `trusted_proxies` is neither an address nor a network such as `10.0.0.0/8`"
            ),
            StartErrorKind::Host(written) => write!(
                f,
                "`{written}` in `allowed_hosts` is not a host: write a name with or without a port, as in \
                 `example.com`, or `*.example.com` for all names below it"
            ),
            StartErrorKind::Origin(error) => write!(f, "{error}"),
            StartErrorKind::Prefix(written) => write!(
                f,
                "`{written}` cannot be the prefix: write a path with a leading slash and without a trailing one, as in `/api`"
            ),
            StartErrorKind::Value { option, value, why } => write!(f, "`{option}` cannot be {value}: {why}"),
            StartErrorKind::Mounted { option, instead } => {
                write!(f, "`{option}` has no effect in a mounted service: {instead}")
            }
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
            StartErrorKind::Setup { source, .. } => Some(source),
            _ => None,
        }
    }
}
