//! The error of a type that rejects a value. It keeps the path, but not the message of the type, which may repeat the
//! value.

use std::{cell::Cell, error::Error, fmt};

use serde::de::{self, Unexpected};

use crate::schema::{NotJson, Rejected, Step, TRIAL_KEYS};

/// The path of a value that its type rejected.
#[derive(Debug)]
pub(in crate::codec) struct TypeError {
    /// The path to the rejected value, innermost step first.
    path: Vec<Step>,
    /// True if the value at the path is a scalar.
    exact: bool,
    /// The number of the member whose key was rejected, from 1; the path is that of the object.
    key: Option<usize>,
    /// The field that occurs twice, under a name and an alias.
    twice: Option<&'static str>,
}

thread_local! {
    /// True if a type was given a value that is not in the text, to find out how far it reads; see [`super::blame`].
    static PROBED: Cell<bool> = const { Cell::new(false) };
    /// What types rejected, for the check at start-up.
    static REJECTED: Cell<Rejected> = const { Cell::new(Rejected { raw: 0, key: 0, object: 0 }) };
}

impl TypeError {
    pub(in crate::codec) fn new() -> Self {
        Self { path: Vec::new(), exact: false, key: None, twice: None }
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

    /// Returns what was rejected since the last call.
    pub(super) fn take_rejected() -> Rejected {
        REJECTED.take()
    }

    /// Marks the rejected value as a scalar, so that its path is complete.
    pub(super) fn exactly(self) -> Self {
        Self { exact: true, ..self }
    }

    /// Marks the error as that of the key of a member.
    pub(super) fn of_key(self, number: usize) -> Self {
        Self { exact: true, key: Some(number), ..self }
    }

    pub(super) fn key(&self) -> Option<usize> {
        self.key
    }

    pub(super) fn twice(&self) -> Option<&'static str> {
        self.twice
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

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let mut rejected = REJECTED.get();
        match unexpected {
            Unexpected::NewtypeStruct => rejected.raw += 1,
            Unexpected::Str(text) if TRIAL_KEYS.contains(&text) && is_number_or_bool(expected) => {
                rejected.key += 1;
            }
            Unexpected::Map => rejected.object += 1,
            _ => {}
        }
        REJECTED.set(rejected);
        // JSON has no newtypes, so this is a probe, or a raw value that was buffered.
        if unexpected == Unexpected::NewtypeStruct { Self::probed() } else { Self::new() }
    }

    /// Only a probe makes an array longer.
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::probed()
    }

    /// Probes repeat keys, which the text did not. Without a probe, the keys are aliases.
    fn duplicate_field(field: &'static str) -> Self {
        Self { twice: Some(field), ..Self::probed() }
    }
}

/// Returns true if a type of std that JSON keys can have was expected: `u8`, `a boolean`.
fn is_number_or_bool(expected: &dyn de::Expected) -> bool {
    let expected = expected.to_string();
    expected == "a boolean" || expected.starts_with("a nonzero ") || !expected.contains(' ')
}
