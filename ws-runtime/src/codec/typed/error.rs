//! The error of a type that rejects a value: its path. The text of the type, which may repeat the value, is not kept.

use std::{cell::Cell, error::Error, fmt};

use serde::de::{self, Unexpected};

use crate::schema::{NotJson, Step};

/// A type rejected its input.
#[derive(Debug)]
pub(in crate::codec) struct TypeError {
    /// The path, from its end.
    way: Vec<Step>,
    /// True if the value at the path is a scalar.
    exact: bool,
}

thread_local! {
    /// True if a type was given something that no text contains, to find out how far it reads; see [`super::blame`].
    static PROBED: Cell<bool> = const { Cell::new(false) };
}

impl TypeError {
    pub(in crate::codec) fn new() -> Self {
        Self { way: Vec::new(), exact: false }
    }

    /// A value that was not in the text was rejected.
    pub(super) fn probed() -> Self {
        PROBED.set(true);
        Self::new()
    }

    /// Returns true if such a value was rejected since the last call.
    pub(super) fn take_probed() -> bool {
        PROBED.take()
    }

    /// Marks the error as that of a scalar.
    pub(super) fn exactly(self) -> Self {
        Self { exact: true, ..self }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// Adds the parent to the path.
    pub(in crate::codec) fn below(mut self, step: impl FnOnce() -> Step) -> Self {
        self.way.push(step());
        self
    }

    /// Returns the path from the root.
    pub(in crate::codec) fn into_way(mut self) -> Vec<Step> {
        self.way.reverse();
        self.way
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
        // JSON has no newtypes, so this is a probe.
        if unexpected == Unexpected::NewtypeStruct { Self::probed() } else { Self::new() }
    }

    /// Probes make arrays longer.
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::probed()
    }

    /// Probes repeat keys, which the text did not.
    fn duplicate_field(_: &'static str) -> Self {
        Self::probed()
    }
}
