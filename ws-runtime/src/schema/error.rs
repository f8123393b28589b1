//! A type that cannot be served: found before listening, the application's to mend.

use std::{error::Error, fmt};

use super::Direction;

/// A type's schema cannot be used. Found at start-up, before anything is listened to.
///
/// Its text names the type, the direction (schemas differ for what arrives and what leaves) and what to change.
#[derive(Debug)]
#[non_exhaustive]
pub struct SchemaError(Box<Refused>);

#[derive(Debug)]
struct Refused {
    subject: &'static str,
    direction: Direction,
    reason: String,
}

impl SchemaError {
    pub(crate) fn new(subject: &'static str, direction: Direction, reason: impl Into<String>) -> Self {
        Self(Box::new(Refused { subject, direction, reason: reason.into() }))
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { subject, direction, reason } = &*self.0;
        let way = match direction {
            Direction::Inbound => "arrives",
            Direction::Outbound => "leaves",
        };
        write!(f, "the schema of `{subject}`, as it {way}, cannot be used: {reason}")
    }
}

impl Error for SchemaError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_error_is_complete_in_32_bytes() {
        let error = SchemaError::new("app::Say", Direction::Outbound, "no");
        assert_eq!(error.to_string(), "the schema of `app::Say`, as it leaves, cannot be used: no");
        assert!(size_of::<SchemaError>() <= 32);
    }
}
