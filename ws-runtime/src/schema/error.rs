//! Types that cannot be served: a mistake of the application, found before listening.

use std::{error::Error, fmt};

use super::Direction;

/// The schema of a type cannot be used. Found at start-up, before the server listens.
///
/// Its text names the type, the direction (inbound and outbound schemas differ) and the change to make.
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
    fn schema_error_is_complete_in_32_bytes() {
        let error = SchemaError::new("app::Say", Direction::Outbound, "no");
        assert_eq!(error.to_string(), "the outbound schema of `app::Say` cannot be used: no");
        assert!(size_of::<SchemaError>() <= 32);
    }
}
