//! Invalid input of a peer, in the form that is reported to the peer.

use std::{borrow::Cow, error::Error, fmt};

use serde::Serialize;

use crate::{message::truncated, schema::Issue};

/// The maximum length of `detail`, in bytes.
const MAX_DETAIL: usize = 200;

/// The error for input of a peer that does not match the declared types.
///
/// The error contains no part of the input, neither for logs nor for the peer: all names come from the schema.
#[derive(Debug)]
pub struct Invalid(Box<InvalidDetails>);

#[derive(Debug)]
struct InvalidDetails {
    on: On,
    detail: Cow<'static, str>,
    errors: Vec<Issue>,
}

/// The part of a request, or the message, that is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum On {
    /// A message on the connection.
    Message,
    /// The captures of the path.
    Params,
    /// The query string.
    Query,
    /// The headers.
    Header,
    /// The cookies.
    Cookie,
}

impl On {
    const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Params => "params",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// The members after the tag, in a frame or in the body of a response (RFC 9457).
#[derive(Serialize)]
struct ErrorBody<'a> {
    on: On,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    detail: &'a str,
    errors: Errors<'a>,
}

/// The errors, either in full or without messages.
#[derive(Serialize)]
#[serde(untagged)]
enum Errors<'a> {
    Detailed(&'a [Issue]),
    Brief(Vec<Brief<'a>>),
}

/// The path of an error and the violated keyword, without the permitted values.
#[derive(Serialize)]
struct Brief<'a> {
    path: &'a str,
    keyword: &'a str,
}

impl Invalid {
    /// Creates the error of a hand-written `Decode` for a message. `detail` is sent to the peer, so it should not
    /// repeat the input. It is truncated at 200 bytes.
    pub fn new(detail: impl Into<Cow<'static, str>>) -> Self {
        let mut detail = detail.into();
        if detail.len() > MAX_DETAIL {
            let end = truncated(&detail, MAX_DETAIL).len();
            detail.to_mut().truncate(end);
        }
        Self::with(On::Message, detail, Vec::new())
    }

    pub(super) fn with(on: On, detail: impl Into<Cow<'static, str>>, errors: Vec<Issue>) -> Self {
        Self(Box::new(InvalidDetails { on, detail: detail.into(), errors }))
    }

    /// Creates the error for input that fails its schema.
    pub(super) fn schema(on: On, errors: Vec<Issue>) -> Self {
        Self::with(on, format!("invalid {}", on.name()), errors)
    }

    /// Creates the error for a message to a route without a `body`.
    #[cfg(feature = "server")]
    pub(crate) fn unexpected() -> Self {
        Self::with(
            On::Message,
            "no messages are taken here",
            vec![Issue::new("", "message", "is not taken here")],
        )
    }

    /// Creates the error for a message in the wrong kind of frame.
    pub(super) fn kind(message: &'static str) -> Self {
        Self::with(On::Message, "wrong kind of frame", vec![Issue::new("", "kind", message)])
    }

    /// Returns the part of the input that is invalid.
    pub fn on(&self) -> On {
        self.0.on
    }

    /// Returns a one-line description of the error.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns the individual errors, sorted by path. There are at most eight.
    pub fn errors(&self) -> &[Issue] {
        &self.0.errors
    }

    /// Returns true if the frame was of the wrong kind, such as text for a binary route. The content was not examined.
    pub fn is_kind(&self) -> bool {
        self.errors().iter().any(|issue| issue.keyword == "kind")
    }

    /// Returns the text frame for the peer, with the tag `"type"`.
    pub fn to_frame(&self) -> String {
        self.to_frame_tagged("type")
    }

    /// Returns the text frame for the peer, with the `reserved_tag` of the contract.
    pub fn to_frame_tagged(&self, tag: &str) -> String {
        self.to_json(tag, None, Errors::Detailed(self.errors()))
    }

    /// Returns the body of the response that rejects a request: `application/problem+json` (RFC 9457), status 422.
    ///
    /// It contains the path and the keyword of each error. Permitted values and patterns are omitted, because the
    /// client is not authenticated yet.
    pub fn to_problem(&self) -> String {
        let errors = self.errors().iter().map(|issue| Brief { path: &issue.path, keyword: &issue.keyword });
        self.to_json("type", Some(422), Errors::Brief(errors.collect()))
    }

    /// Returns the body as [`to_problem`](Self::to_problem) does, with the message of each error. The messages contain
    /// the values, patterns and limits that the type permits.
    pub fn to_detailed_problem(&self) -> String {
        self.to_json("type", Some(422), Errors::Detailed(self.errors()))
    }

    fn to_json(&self, tag: &str, status: Option<u16>, errors: Errors<'_>) -> String {
        let sent = ErrorBody { on: self.on(), status, detail: self.detail(), errors };
        tagged(tag, "validation", &sent)
    }
}

/// Returns a frame of the library: the member `tag`, which identifies it, followed by the members of `rest`. There must
/// be at least one.
fn tagged(tag: &str, kind: &str, rest: &impl Serialize) -> String {
    // Strings and lists of strings can always be serialized. If that failed, an incomplete frame would be better than a
    // panic.
    let json = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let rest = serde_json::to_string(rest).unwrap_or_default();
    format!("{{{}:{},{}", json(tag), json(kind), rest.strip_prefix('{').unwrap_or("}"))
}

/// Returns the frame for a failed handler, without the reason.
#[cfg(feature = "server")]
pub(crate) fn error_frame(tag: &str) -> String {
    #[derive(Serialize)]
    struct Detail {
        detail: &'static str,
    }
    tagged(tag, "error", &Detail { detail: "internal error" })
}

/// Writes the frame for a connection that is about to expire.
#[cfg(feature = "server")]
pub(crate) fn expiring_frame(tag: &str, left: std::time::Duration) -> String {
    #[derive(Serialize)]
    struct Left {
        in_ms: u64,
    }
    tagged(tag, "expiring", &Left { in_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX) })
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())?;
        for issue in self.errors() {
            write!(f, "; {:?}: {}", issue.path, issue.message)?;
        }
        Ok(())
    }
}

impl Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_and_problem_match_the_documentation() {
        let issues = vec![Issue::new("/text", "minLength", "must not be empty")];
        let invalid = Invalid::schema(On::Query, issues);
        assert_eq!(
            invalid.to_problem(),
            r#"{"type":"validation","on":"query","status":422,"detail":"invalid query","errors":[{"path":"/text","keyword":"minLength"}]}"#,
        );
        assert_eq!(
            invalid.to_detailed_problem(),
            r#"{"type":"validation","on":"query","status":422,"detail":"invalid query","errors":[{"path":"/text","keyword":"minLength","message":"must not be empty"}]}"#,
        );
        assert_eq!(
            Invalid::kind("expected a text frame").to_frame(),
            r#"{"type":"validation","on":"message","detail":"wrong kind of frame","errors":[{"path":"","keyword":"kind","message":"expected a text frame"}]}"#,
        );
    }

    #[test]
    fn frames_start_with_the_tag_of_the_contract() {
        let invalid = Invalid::kind("expected a text frame");
        assert!(invalid.to_frame_tagged("kind").starts_with(r#"{"kind":"validation","on":"message","#));
        assert_eq!(error_frame("type"), r#"{"type":"error","detail":"internal error"}"#);
        assert_eq!(error_frame("a\"b"), r#"{"a\"b":"error","detail":"internal error"}"#);
    }

    #[test]
    fn invalid_is_a_small_sendable_error() {
        fn shared<T: Error + Send + Sync + 'static>() {}
        shared::<Invalid>();
        assert!(size_of::<Invalid>() <= 32);
    }

    #[test]
    fn long_detail_is_truncated_at_a_character_boundary() {
        assert_eq!(Invalid::new("€".repeat(100)).detail().len(), 198);
    }
}
