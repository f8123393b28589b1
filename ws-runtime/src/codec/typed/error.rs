//! The error of a type that rejects a value. It keeps the path, but not the message of the type, which may repeat the
//! value.

use std::{cell::Cell, error::Error, fmt};

use serde::de::{self, Unexpected};

use crate::schema::{NotJson, Step};

/// The path of a value that its type rejected.
#[derive(Debug)]
pub(in crate::codec) struct TypeError {
    /// The path to the rejected value, innermost step first.
    path: Vec<Step>,
    /// True if the value at the path is a scalar.
    exact: bool,
}

thread_local! {
    /// True if a type was given a value that is not in the text, to find out how far it reads; see [`super::blame`].
    static PROBED: Cell<bool> = const { Cell::new(false) };
}

impl TypeError {
    pub(in crate::codec) fn new() -> Self {
        Self { path: Vec::new(), exact: false }
    }

    /// Creates the error for a rejected probe, a value that is not in the text, and records that a probe was rejected.
    pub(super) fn probed() -> Self {
        PROBED.set(true);
        Self::new()
    }

    /// Returns true if a probe was rejected since the last call.
    pub(super) fn take_probed() -> bool {
        PROBED.take()
    }

    /// Marks the rejected value as a scalar, so that its path is complete.
    pub(super) fn exactly(self) -> Self {
        Self { exact: true, ..self }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Adds the step from the parent to the path.
    pub(in crate::codec) fn below(mut self, step: impl FnOnce() -> Step) -> Self {
        self.path.push(step());
        self
    }

    /// Returns the path to the rejected value, outermost step first.
    pub(in crate::codec) fn into_path(mut self) -> Vec<Step> {
        self.path.reverse();
        self.path
    }
}

impl From<NotJson> for TypeError {
    fn from(_: NotJson) -> Self {
        Self::new()
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type refused the value")
    }
}

impl Error for TypeError {}

impl de::Error for TypeError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new()
    }

    fn invalid_type(unexpected: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        // JSON has no newtypes, so the value is a probe.
        if unexpected == Unexpected::NewtypeStruct { Self::probed() } else { Self::new() }
    }

    /// Only a probe makes an array longer.
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::probed()
    }

    /// The text has no repeated keys, so a probe repeats one.
    fn duplicate_field(_: &'static str) -> Self {
        Self::probed()
    }
}
