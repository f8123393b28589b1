//! Classifies errors of handlers by their type, so that logs do not report a mistake of the peer as a failure of the
//! application.

use std::error::Error as StdError;

use super::Error;
use crate::{
    codec::{EncodeError, Invalid},
    events::json_category,
};

/// The party that caused an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// The peer, because the error is an invalid message or was caused by one.
    Peer,
    /// Unknown, because `serde_json` failed and the text of the error may contain input of the peer. Contains the
    /// category of the error.
    Json(&'static str),
    /// The application, because a reply was refused. That is logged already.
    Refused,
    /// The application, because a handler failed.
    Handler,
}

impl Blame {
    /// Returns the party that caused an error, from its type and those of its sources.
    pub(crate) fn of(error: &(dyn StdError + 'static)) -> Self {
        let mut causes = std::iter::successors(Some(error), |&cause| cause.source());
        let is_invalid = |cause: &(dyn StdError + 'static)| {
            cause.is::<Invalid>() || matches!(cause.downcast_ref(), Some(Error::Invalid(_)))
        };
        if causes.clone().any(is_invalid) {
            return Self::Peer;
        }
        if causes.any(|cause| cause.downcast_ref().is_some_and(EncodeError::is_logged)) {
            return Self::Refused;
        }
        json_category(error).map_or(Self::Handler, Self::Json)
    }
}

#[cfg(test)]
mod tests {
    use std::{fmt, io, sync::Arc};

    use super::*;
    use crate::route::BoxError;

    #[derive(Debug)]
    struct Wrapped(BoxError);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "wrapped: {}", self.0)
        }
    }

    impl StdError for Wrapped {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.0)
        }
    }

    #[test]
    fn error_sources_determine_the_blame() {
        let invalid = || Invalid::new("no");
        let json = || serde_json::from_str::<u8>("\"hunter2\"").expect_err("a string is not a number");
        let rows: Vec<(BoxError, Blame)> = vec![
            (invalid().into(), Blame::Peer),
            (Error::Invalid(invalid()).into(), Blame::Peer),
            (Box::new(Error::Invalid(invalid())).into(), Blame::Peer),
            (Arc::new(Error::Invalid(invalid())).into(), Blame::Peer),
            (Wrapped(Wrapped(Error::Invalid(invalid()).into()).into()).into(), Blame::Peer),
            (Error::Failed(invalid().into()).into(), Blame::Peer),
            (json().into(), Blame::Json("data")),
            (Wrapped(json().into()).into(), Blame::Json("data")),
            (
                serde_json::from_str::<Vec<u8>>("[1").expect_err("the array is not closed").into(),
                Blame::Json("eof"),
            ),
            (Error::Panicked("no".into()).into(), Blame::Handler),
            (Error::Failed("no".into()).into(), Blame::Handler),
            (EncodeError::new("no").into(), Blame::Handler),
            (EncodeError::new("no").logged().into(), Blame::Refused),
            (Wrapped(Error::Failed(EncodeError::new(json()).logged().into()).into()).into(), Blame::Refused),
            (io::Error::other("no").into(), Blame::Handler),
            ("invalid message".into(), Blame::Handler),
        ];
        for (error, blame) in rows {
            assert_eq!(Blame::of(&*error), blame, "{error:?}");
        }
    }
}
