//! Rejections of a handshake: an HTTP response, or a close frame for clients that cannot see a response.

use std::fmt;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, UPGRADE},
};

use super::{fields::is_ours, problem::problem_body};
use crate::{
    codec::Invalid,
    events::{PROCESS, event},
    wire::Close,
};

const PROBLEM: &str = "application/problem+json";

/// A rejection of a handshake. It is the error type of `transform`, `protocol`, `before_handle` and `upgrade`.
///
/// A rejection is an HTTP response instead of the 101. JavaScript in a browser sees neither its status nor its body,
/// only that the connection failed. [`Reject::close`] accepts the handshake and then closes the connection, which a
/// page can see.
///
/// Only the server may set some headers of the response: those of the connection and of the body length (`Connection`,
/// `Upgrade`, `Content-Length`, `Transfer-Encoding` and similar ones, and `Sec-WebSocket-*`). The connection is closed
/// after the response, so that bytes after a rejected upgrade are not taken for a second request.
///
/// # Examples
/// ```
/// use ws_runtime::Reject;
///
/// const NO_TOKEN: Reject = Reject::status(401);
/// let wrong_token = Reject::status(401).header("www-authenticate", "Bearer").body("the token has expired");
/// let seen_by_browsers = Reject::close(4001, "the token has expired");
/// ```
#[must_use = "a `Reject` has no effect until it is returned"]
pub struct Reject(RejectKind);

enum RejectKind {
    Status(StatusCode, Option<Box<Extras>>),
    Close(Close),
}

/// The headers and the body, boxed so that a `Result<_, Reject>` stays small.
#[derive(Default)]
struct Extras {
    headers: HeaderMap,
    /// The body that the application set. `None` means the problem details of the status.
    body: Option<Bytes>,
}

/// The form in which a rejection is sent.
pub(crate) enum RejectOutcome {
    /// An HTTP response is sent instead of the 101.
    Response(Response<Bytes>),
    /// The handshake is accepted, and this is the only frame on the connection.
    Close(Close),
}

impl Reject {
    /// Rejects with an HTTP status. In a `const`, an invalid status is a compile error.
    ///
    /// Unless [`body`](Self::body) sets a body, an error has the same one as a rejection by the server:
    /// `application/problem+json` with the status and its title (RFC 9457). A redirect has no body.
    ///
    /// For a status that is known only at run time, use `From<StatusCode>`.
    ///
    /// # Panics
    /// Panics if the status is not from 300 to 599. A client may follow a redirect (RFC 6455 §4.1); browsers do not.
    pub const fn status(status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) if rejects(status) => Self(RejectKind::Status(status, None)),
            _ => panic!("this status does not reject a handshake: use one from 300 to 599"),
        }
    }

    /// Accepts the handshake, then closes the connection at once, without calling a handler of the connection. A page
    /// in a browser sees the code and the reason.
    ///
    /// [`header`](Self::header) and [`body`](Self::body) have no effect, because there is no response. For a reason
    /// that is built at run time, use `From<Close>`.
    ///
    /// # Panics
    /// Panics if the code must not be sent; see [`Close`].
    pub const fn close(code: u16, reason: &'static str) -> Self {
        Self(RejectKind::Close(Close::new(code, reason)))
    }

    /// Adds a header to the response. Repeated names are kept, so several `Set-Cookie` set several cookies.
    ///
    /// A header that only the server may set (see [`Reject`]) or that is malformed is omitted, and the mistake is
    /// logged. The request is still rejected.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        let Some(content) = self.content() else { return self };
        let added = match (name.try_into(), value.try_into()) {
            (Ok(name), _) if is_ours(&name) => Err("only the server may set this field"),
            (Ok(name), Ok(value)) => content.headers.try_append(name, value).map_err(|_| "too many fields"),
            _ => Err("invalid name or value"),
        };
        if let Err(why) = added {
            event!(PROCESS, ERROR, why, "an invalid header field of a `Reject` was ignored");
        }
        self
    }

    /// Sets the body of the response. Its type is `text/plain; charset=utf-8` unless [`header`](Self::header) sets
    /// another `Content-Type`.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        if let Some(content) = self.content() {
            content.body = Some(body.into());
        }
        self
    }

    /// Rejects with a problem in JSON as the body (RFC 9457 §3).
    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::from(status).header(CONTENT_TYPE, HeaderValue::from_static(PROBLEM)).body(body)
    }

    /// Rejects an invalid part of the request with 422 and includes the permitted values.
    pub(crate) fn with_details(invalid: &Invalid) -> Self {
        Self::json(StatusCode::UNPROCESSABLE_ENTITY, invalid.to_detailed_problem())
    }

    /// Adds the `Upgrade` field, which RFC 9110 §15.5.22 requires in a 426. Applications cannot set it.
    pub(super) fn asking_to_upgrade(mut self) -> Self {
        if let Some(content) = self.content() {
            content.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        }
        self
    }

    /// Adds the supported protocol version (RFC 6455 §4.4). Applications cannot set it.
    pub(super) fn speaking(mut self, version: &'static str) -> Self {
        if let Some(content) = self.content() {
            content.headers.insert(http::header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(version));
        }
        self
    }

    /// Returns the outcome. A response gets `Content-Length`, and `Connection: close`, without which the bytes after a
    /// rejected upgrade would be read as more requests.
    pub(crate) fn into_refusal(self) -> RejectOutcome {
        let (status, content) = match self.0 {
            RejectKind::Close(close) => return RejectOutcome::Close(close),
            RejectKind::Status(status, content) => {
                (status, content.map_or_else(Extras::default, |content| *content))
            }
        };
        let Extras { mut headers, body } = content;
        let body = body.unwrap_or_else(|| default_body(status, &mut headers));
        if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        }
        headers.insert(CONTENT_LENGTH, body.len().into());
        // A sender of `Upgrade` must list it in `Connection` (RFC 9110 §7.8).
        let connection = if headers.contains_key(UPGRADE) { "upgrade, close" } else { "close" };
        headers.insert(CONNECTION, HeaderValue::from_static(connection));
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        RejectOutcome::Response(response)
    }

    /// Rejects with a status that is known only at run time. A status outside of 300 to 599 does not reject: it is a
    /// mistake of the application and becomes 500.
    pub(super) fn of_status(status: StatusCode) -> Self {
        if rejects(status) {
            return Self(RejectKind::Status(status, None));
        }
        event!(
            PROCESS,
            ERROR,
            status = status.as_u16(),
            "a `Reject` has a status that does not reject, answering with 500"
        );
        Self::status(500)
    }

    /// Accepts the handshake, then closes the connection.
    pub(super) fn of_close(close: Close) -> Self {
        Self(RejectKind::Close(close))
    }

    fn content(&mut self) -> Option<&mut Extras> {
        match &mut self.0 {
            RejectKind::Status(_, content) => Some(content.get_or_insert_default()),
            RejectKind::Close(_) => None,
        }
    }
}

impl fmt::Debug for Reject {
    /// Omits the body and the header values, which may be meant for the client alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            RejectKind::Status(status, _) => {
                f.debug_tuple("Reject").field(&status.as_u16()).finish_non_exhaustive()
            }
            RejectKind::Close(close) => f.debug_tuple("Reject").field(close).finish(),
        }
    }
}

/// Returns the body of a response for which the application set none: a problem (RFC 9457 §3), as in a rejection by the
/// server, or no body for a redirect.
fn default_body(status: StatusCode, headers: &mut HeaderMap) -> Bytes {
    if status.is_redirection() || headers.contains_key(CONTENT_TYPE) {
        return Bytes::new();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    problem_body(status, None)
}

/// Returns true if a status rejects. A status below 300 reports success, and 101 an upgrade.
const fn rejects(status: StatusCode) -> bool {
    matches!(status.as_u16(), 300..=599)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::problem;

    fn response(reject: Reject) -> Response<Bytes> {
        match reject.into_refusal() {
            RejectOutcome::Response(response) => response,
            RejectOutcome::Close(close) => panic!("{close} is not a response"),
        }
    }

    /// Returns the headers of a response, sorted by name, without the two that every rejection has.
    fn fields(response: &Response<Bytes>) -> Vec<String> {
        let headers =
            response.headers().iter().filter(|(name, _)| ![CONNECTION, CONTENT_LENGTH].contains(name));
        let mut lines: Vec<_> =
            headers.map(|(name, value)| format!("{name}: {}", value.as_bytes().escape_ascii())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn rejection_has_the_given_status_headers_and_body() {
        const PLAIN: &str = "content-type: text/plain; charset=utf-8";
        const PROBLEM: &str = "content-type: application/problem+json";
        for (reject, status, lines, body) in [
            (
                Reject::status(401),
                401,
                &[PROBLEM][..],
                r#"{"type":"about:blank","title":"Unauthorized","status":401}"#,
            ),
            (Reject::status(599), 599, &[PROBLEM], r#"{"type":"about:blank","title":"","status":599}"#),
            (
                Reject::from(StatusCode::IM_A_TEAPOT),
                418,
                &[PROBLEM],
                r#"{"type":"about:blank","title":"I'm a teapot","status":418}"#,
            ),
            (Reject::status(304), 304, &[], ""),
            (Reject::status(403).header("content-type", "text/html"), 403, &["content-type: text/html"], ""),
            (Reject::status(403).body("no"), 403, &[PLAIN], "no"),
            (Reject::status(403).body(""), 403, &[], ""),
            (Reject::status(403).body(vec![b'n', b'o']), 403, &[PLAIN], "no"),
            (
                Reject::status(403).header("Content-Type", "text/html").body("no"),
                403,
                &["content-type: text/html"],
                "no",
            ),
            (
                Reject::status(403).body("no").header("content-type", "text/html"),
                403,
                &["content-type: text/html"],
                "no",
            ),
            (Reject::status(302).header("location", "/elsewhere"), 302, &["location: /elsewhere"], ""),
            (
                Reject::status(401).header("set-cookie", "a=1").header("set-cookie", "b=2"),
                401,
                &[PROBLEM, "set-cookie: a=1", "set-cookie: b=2"],
                r#"{"type":"about:blank","title":"Unauthorized","status":401}"#,
            ),
            (Reject::status(503).header(http::header::RETRY_AFTER, 5).body(""), 503, &["retry-after: 5"], ""),
            (
                problem(StatusCode::NOT_FOUND, "no route has this path"),
                404,
                &[PROBLEM],
                r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no route has this path"}"#,
            ),
        ] {
            let response = response(reject);
            assert_eq!(response.status(), status);
            assert_eq!(fields(&response), lines, "{status}");
            assert_eq!(response.body(), body, "{status}");
            assert_eq!(response.headers()["content-length"], body.len().to_string(), "{status}");
            assert_eq!(response.headers()["connection"], "close", "{status}");
        }
    }

    #[test]
    fn reserved_and_malformed_headers_are_omitted() {
        for (name, value) in [
            ("connection", "keep-alive"),
            ("Connection", "upgrade"),
            ("upgrade", "websocket"),
            ("content-length", "5"),
            ("transfer-encoding", "chunked"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"),
            ("te", "trailers"),
            ("trailer", "x-late"),
            ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ("sec-websocket-anything", "1"),
            ("x bad", "1"),
            ("", "1"),
            ("x-split", "1\r\nset-cookie: a=1"),
            ("x-nul", "\0"),
        ] {
            let response = response(Reject::status(401).header(name, value).header("x-kept", "1").body(""));
            assert_eq!(response.status(), 401, "{name}");
            assert_eq!(fields(&response), ["x-kept: 1"], "{name}: {value:?}");
            assert_eq!(response.headers()["connection"], "close", "{name}: {value:?}");
            assert_eq!(response.headers()["content-length"], "0", "{name}: {value:?}");
        }
    }

    #[test]
    fn non_rejecting_status_becomes_500_at_run_time() {
        for status in [100, 101, 200, 204, 299, 600, 999] {
            let status = StatusCode::from_u16(status).expect("the status has three digits");
            assert_eq!(response(Reject::from(status)).status(), 500, "{status}");
        }
    }

    #[test]
    #[should_panic(expected = "does not reject")]
    fn non_rejecting_literal_status_panics() {
        let _ = Reject::status(101);
    }

    #[test]
    fn close_rejection_ignores_headers_and_body() {
        let from_close = Reject::from(Close::new(4001, "").with_reason("expired"));
        for reject in [
            Reject::close(4001, "expired"),
            from_close,
            Reject::close(4001, "expired").header("a", "b").body("c"),
        ] {
            let RejectOutcome::Close(close) = reject.into_refusal() else {
                panic!("the rejection is a response")
            };
            assert_eq!((close.code(), close.reason()), (4001, "expired"));
        }
    }

    #[test]
    fn debug_hides_headers_and_body() {
        let reject = Reject::status(401).header("x-secret", "hunter2").body("hunter2");
        assert_eq!(format!("{reject:?}"), "Reject(401, ..)");
    }

    #[test]
    fn rejection_is_at_most_32_bytes() {
        assert!(size_of::<Reject>() <= 32, "{}", size_of::<Reject>());
    }
}
