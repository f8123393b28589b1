//! That a type refused a value, and where. Why is the type's own words, which may repeat the value: they are not kept.

use std::{cell::Cell, error::Error, fmt};

use serde::de::{self, Unexpected};

use crate::schema::{NotJson, Step};

/// A type refused what it was given.
#[derive(Debug)]
pub(in crate::codec) struct Refused {
    /// The way to the place, from its end.
    way: Vec<Step>,
    /// Whether the place is that of a value without others in it.
    exact: bool,
}

thread_local! {
    /// Whether a type was given something that no text has, to learn how far it reads; see [`super::blame`].
    static PROBED: Cell<bool> = const { Cell::new(false) };
}

impl Refused {
    pub(in crate::codec) fn new() -> Self {
        Self { way: Vec::new(), exact: false }
    }

    /// What was not in the text was refused.
    pub(super) fn probed() -> Self {
        PROBED.set(true);
        Self::new()
    }

    /// Whether anything was refused that was not in the text, since this was asked last.
    pub(super) fn take_probed() -> bool {
        PROBED.take()
    }

    /// The error is about a value that has no others in it.
    pub(super) fn exactly(self) -> Self {
        Self { exact: true, ..self }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }

    /// The same, seen from one step further up.
    pub(in crate::codec) fn below(mut self, step: impl FnOnce() -> Step) -> Self {
        self.way.push(step());
        self
    }

    /// The way to the place, from the top.
    pub(in crate::codec) fn into_way(mut self) -> Vec<Step> {
        self.way.reverse();
        self.way
    }
}

impl From<NotJson> for Refused {
    fn from(_: NotJson) -> Self {
        Self::new()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type refused the value")
    }
}

impl Error for Refused {}

impl de::Error for Refused {
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
