//! Conversion of errors into rejections of a handshake.

use std::{error::Error, fmt};

use http::StatusCode;

use super::Reject;
use crate::{
    codec::Invalid,
    events::{Escaped, PROCESS, event, json_category},
    wire::Close,
};

/// A type that converts into a [`Reject`], so that `?` accepts it as an error in a handshake handler.
///
/// For your own error type, write `impl From<MyError> for Reject`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be converted into a `Reject`",
    label = "write `.map_err(Reject::internal)?` to log the error and answer with 500",
    note = "in a handler that returns `Result<_, BoxError>`, `?` takes any error: it is logged and answered with 500",
    note = "for an error type of your own, write `impl From<{Self}> for Reject` to choose the answer"
)]
pub trait IntoReject {
    /// Converts the error into the rejection that the client gets.
    fn into_reject(self) -> Reject;
}

// Without this implementation, the compiler would list every type that converts into a `Reject` instead of the code to
// write.
impl<E: IntoReject> From<E> for Reject {
    fn from(error: E) -> Self {
        error.into_reject()
    }
}

/// Rejects an invalid part of the request with 422 and the path and keyword of each error, as
/// `application/problem+json`. Permitted values are omitted, because the client is not authenticated yet.
#[diagnostic::do_not_recommend]
impl IntoReject for Invalid {
    fn into_reject(self) -> Reject {
        Reject::json(StatusCode::UNPROCESSABLE_ENTITY, self.to_problem())
    }
}

/// A status outside of 300 to 599 does not reject. It is a mistake of the application and becomes 500.
#[diagnostic::do_not_recommend]
impl IntoReject for StatusCode {
    fn into_reject(self) -> Reject {
        Reject::of_status(self)
    }
}

/// Accepts the handshake, then closes the connection; see [`Reject::close`].
#[diagnostic::do_not_recommend]
impl IntoReject for Close {
    fn into_reject(self) -> Reject {
        Reject::of_close(self)
    }
}

/// Any error becomes [`Reject::internal`], except [`Invalid`] and [`Close`], which determine their own response.
#[diagnostic::do_not_recommend]
impl IntoReject for Box<dyn Error + Send + Sync> {
    fn into_reject(self) -> Reject {
        let error = match self.downcast::<Invalid>() {
            Ok(invalid) => return invalid.into_reject(),
            Err(error) => error,
        };
        match error.downcast::<Close>() {
            Ok(close) => close.into_reject(),
            Err(error) => Reject::internal(error),
        }
    }
}

impl Reject {
    /// Logs an error and rejects with 500. No part of the error is sent.
    ///
    /// # Examples
    /// ```
    /// use ws_runtime::{Reject, ws_route};
    ///
    /// struct Chat;
    ///
    /// #[ws_route("/chat")]
    /// impl Chat {
    ///     async fn before_handle(&self) -> Result<String, Reject> {
    ///         let motd = std::fs::read_to_string("motd.txt").map_err(Reject::internal)?;
    ///         Ok(motd)
    ///     }
    /// }
    /// ```
    pub fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let text = Escaped(Causes(&*error));
        match json_category(&*error) {
            Some(category) => {
                event!(PROCESS, ERROR, category, "a handshake handler failed with a JSON error");
                event!(PROCESS, DEBUG, error = %text, "a handshake handler failed");
            }
            None => event!(PROCESS, ERROR, error = %text, "a handshake handler failed"),
        }
        Self::status(500)
    }
}

/// Joins an error and its sources into one text.
struct Causes<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::RejectOutcome;

    #[test]
    fn boxed_error_becomes_500_unless_it_defines_a_rejection() {
        type Boxed = Box<dyn Error + Send + Sync>;
        for (error, status) in [
            (Boxed::from("secret"), 500),
            (Boxed::from(std::io::Error::other("secret")), 500),
            (Boxed::from(std::io::Error::other(Invalid::new("is odd"))), 500),
            (Boxed::from(Invalid::new("is odd")), 422),
        ] {
            let RejectOutcome::Response(response) = Reject::from(error).into_refusal() else {
                panic!("the rejection is not a response");
            };
            assert_eq!(response.status(), status);
            assert!(!String::from_utf8_lossy(response.body()).contains("secret"));
        }
        let close = Reject::from(Boxed::from(Close::new(4001, "expired")));
        assert!(matches!(close.into_refusal(), RejectOutcome::Close(close) if close.code() == 4001));
    }

    #[test]
    fn logged_error_includes_its_sources() {
        let error = std::io::Error::other(Invalid::new("is odd"));
        assert_eq!(Causes(&error).to_string(), error.to_string());
        let failed = crate::codec::EncodeError::new("no such file");
        assert_eq!(Causes(&failed).to_string(), "the value cannot be serialized: no such file");
    }
}
