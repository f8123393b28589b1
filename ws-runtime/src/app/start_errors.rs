//! All mistakes that keep a server from starting.

use std::{error::Error, fmt, ops::Deref};

use super::StartError;

/// A server that cannot start as configured: the mistakes of the application, at least one, all of them.
///
/// Derefs to a slice of [`StartError`]. Its `Debug` output is written for terminals, so `main` may return it.
///
/// # Examples
/// ```
/// use ws_runtime::Server;
///
/// let errors = Server::new().max_headers(0).shards(0).into_service().expect_err("both options are invalid");
/// assert_eq!(errors.len(), 2);
/// assert!(errors.to_string().contains("`shards` cannot be 0"));
/// ```
#[non_exhaustive]
pub struct StartErrors(Vec<StartError>);

impl StartErrors {
    pub(crate) fn new(errors: Vec<StartError>) -> Self {
        Self(errors)
    }
}

impl Deref for StartErrors {
    type Target = [StartError];

    fn deref(&self) -> &[StartError] {
        &self.0
    }
}

impl IntoIterator for StartErrors {
    type Item = StartError;
    type IntoIter = std::vec::IntoIter<StartError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a StartErrors {
    type Item = &'a StartError;
    type IntoIter = std::slice::Iter<'a, StartError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for StartErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server cannot be started")?;
        // The causes are part of the text, because there may be several.
        self.0.iter().try_for_each(|error| write!(f, "; {error:?}"))
    }
}

impl fmt::Debug for StartErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for StartErrors {}
