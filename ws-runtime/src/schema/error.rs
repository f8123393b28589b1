//! The error for a type that cannot be served.

use std::{error::Error, fmt};

use super::Direction;

/// The error for a type whose schema cannot be used. It is a mistake of the application, found at start-up before the
/// server listens.
///
/// The text of the error names the type, the direction (inbound and outbound schemas differ) and the change to make.
#[derive(Debug)]
#[non_exhaustive]
pub struct SchemaError(Box<SchemaErrorDetails>);

#[derive(Debug)]
struct SchemaErrorDetails {
    subject: &'static str,
    direction: Direction,
    reason: String,
}

impl SchemaError {
    pub(crate) fn new(subject: &'static str, direction: Direction, reason: impl Into<String>) -> Self {
        Self(Box::new(SchemaErrorDetails { subject, direction, reason: reason.into() }))
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SchemaErrorDetails { subject, direction, reason } = &*self.0;
        let direction = match direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        };
        write!(f, "the {direction} schema of `{subject}` cannot be used: {reason}")
    }
}

impl Error for SchemaError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_error_is_small_and_names_the_type() {
        let error = SchemaError::new("app::Say", Direction::Outbound, "no");
        assert_eq!(error.to_string(), "the outbound schema of `app::Say` cannot be used: no");
        assert!(size_of::<SchemaError>() <= 32);
    }
}
