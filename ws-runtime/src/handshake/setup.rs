//! Mistakes in the configuration of a route, found before the server listens.

use std::{error::Error, fmt};

use crate::{schema::SchemaError, session::PingTooLate};

/// The error for a route that cannot be served as written. It is a mistake of the application, found before the server
/// listens.
#[derive(Debug)]
#[non_exhaustive]
pub struct SetupError(Box<SetupErrorKind>);

#[derive(Debug)]
enum SetupErrorKind {
    Schema { part: &'static str, error: SchemaError },
    NotCaptured { path: &'static str, field: Box<str> },
    NotInEveryPath { path: &'static str, field: Box<str> },
    NotRead { path: &'static str, capture: &'static str },
    HeaderName(Box<str>),
    Origin(Box<str>),
    Protocol(&'static str),
    NoProtocols,
    NoKeys,
    NoKey(&'static str),
    Option { name: &'static str, value: String, why: &'static str },
    PingTooLate(PingTooLate),
}

impl SetupError {
    /// Creates the error for a part whose schema cannot be used. The source contains the reason.
    pub(crate) fn schema(part: &'static str) -> impl Fn(SchemaError) -> Self {
        move |error| Self(Box::new(SetupErrorKind::Schema { part, error }))
    }

    /// Creates the error for a field of `params` that the path does not capture.
    pub(super) fn not_captured(path: &'static str, field: &str) -> Self {
        Self(Box::new(SetupErrorKind::NotCaptured { path, field: field.into() }))
    }

    /// Creates the error for a field of `params` that is required, but not captured by one of several paths.
    pub(super) fn not_in_every_path(path: &'static str, field: &str) -> Self {
        Self(Box::new(SetupErrorKind::NotInEveryPath { path, field: field.into() }))
    }

    /// Creates the error for a capture that has no field in `params`.
    pub(super) fn not_read(path: &'static str, capture: &'static str) -> Self {
        Self(Box::new(SetupErrorKind::NotRead { path, capture }))
    }

    /// Creates the error for a field of `header` whose name no header can have.
    pub(super) fn header_name(name: &str) -> Self {
        Self(Box::new(SetupErrorKind::HeaderName(name.into())))
    }

    /// Creates the error for an entry of `origins` that is not an origin.
    pub(super) fn origin(origin: &str) -> Self {
        Self(Box::new(SetupErrorKind::Origin(origin.into())))
    }

    /// Creates the error for `require_protocol` without `protocols`.
    pub(crate) fn no_protocols() -> Self {
        Self(Box::new(SetupErrorKind::NoProtocols))
    }

    /// Creates the error for `latest_by_key` with a response that is not JSON.
    pub(crate) fn no_keys() -> Self {
        Self(Box::new(SetupErrorKind::NoKeys))
    }

    /// Creates the error for a `latest_by_key` that points to a path that no response has.
    pub(crate) fn no_key(pointer: &'static str) -> Self {
        Self(Box::new(SetupErrorKind::NoKey(pointer)))
    }

    /// Creates the error for an option with an invalid value.
    pub(crate) fn option(name: &'static str, value: String, why: &'static str) -> Self {
        Self(Box::new(SetupErrorKind::Option { name, value, why }))
    }

    /// Creates the error for a ping interval that is not shorter than the idle timeout. The server would close a live
    /// peer before its first ping.
    pub(crate) fn ping_too_late(error: PingTooLate) -> Self {
        Self(Box::new(SetupErrorKind::PingTooLate(error)))
    }

    /// Creates the error for an entry of `protocols` that is not a token, is a bearer token, or is repeated.
    pub(super) fn protocol(protocol: &'static str) -> Self {
        Self(Box::new(SetupErrorKind::Protocol(protocol)))
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            SetupErrorKind::Schema { part, .. } => write!(f, "invalid `{part}`"),
            SetupErrorKind::NotCaptured { path, field } => {
                write!(
                    f,
                    "`params` has the field `{field}`, but the path `{path}` has no capture of that name"
                )
            }
            SetupErrorKind::NotInEveryPath { path, field } => write!(
                f,
                "`params` requires the field `{field}`, but the path `{path}` has no capture of that name: make it an `Option`"
            ),
            SetupErrorKind::NotRead { path, capture } => {
                write!(f, "the path `{path}` captures `{capture}`, but `params` has no field of that name")
            }
            SetupErrorKind::HeaderName(name) => write!(
                f,
                "the field `{name}` of `header` is not a valid header name: write it in lower case with `-`, as in \
                 `#[serde(rename = \"x-api-key\")]`"
            ),
            SetupErrorKind::PingTooLate(PingTooLate { interval, timeout }) => write!(
                f,
                "`ping_interval` ({interval:?}) must be shorter than `idle_timeout` ({timeout:?}), or live clients would \
                 be closed before their first ping: shorten it, or set it to `off`"
            ),
            SetupErrorKind::Origin(origin) => write!(
                f,
                "`{origin}` in `origins` is not an origin: write scheme, host and port, as in `https://example.com`, or \
                 `https://*.example.com` for all names below it"
            ),
            SetupErrorKind::NoProtocols => {
                f.write_str("`require_protocol` is set, but the contract has no `protocols`")
            }
            SetupErrorKind::NoKeys => f.write_str("`latest_by_key` is set, but the `response` is not JSON"),
            SetupErrorKind::NoKey(pointer) => {
                write!(f, "`latest_by_key` points to `{pointer}`, which no value of the `response` has")
            }
            SetupErrorKind::Option { name, value, why } => write!(f, "`{name}` cannot be {value}: {why}"),
            SetupErrorKind::Protocol(protocol) => {
                write!(
                    f,
                    "`{protocol}` in `protocols` is not a valid token, begins with `bearer.`, or is listed twice"
                )
            }
        }
    }
}

impl Error for SetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            SetupErrorKind::Schema { error, .. } => Some(error),
            _ => None,
        }
    }
}
