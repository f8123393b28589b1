//! What a peer sent that cannot be taken: the peer's fault, said to the peer.

use std::{borrow::Cow, error::Error, fmt};

use serde::Serialize;

use crate::schema::Issue;

/// The longest detail in bytes.
const MAX_DETAIL: usize = 200;

/// What a peer sent does not fit what the route declares.
///
/// Nothing of the input is in it, neither for logs nor for the peer: what is named is the schema's.
#[derive(Debug)]
pub struct Invalid(Box<Refused>);

#[derive(Debug)]
struct Refused {
    on: On,
    detail: Cow<'static, str>,
    errors: Vec<Issue>,
}

/// Which part of what the peer sent it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum On {
    /// A message.
    Message,
    /// The path's captures.
    Params,
    /// The query string.
    Query,
    /// Header fields.
    Header,
    /// Cookies.
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

/// What is sent: as a frame, or as a response's body (RFC 9457).
#[derive(Serialize)]
struct Sent<'a> {
    r#type: &'static str,
    on: On,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    detail: &'a str,
    errors: &'a [Issue],
}

impl Invalid {
    /// Makes a refusal of a message, for a `Decode` that is written by hand. The detail is sent to the peer: it should not
    /// repeat what the peer sent. It is cut at 200 bytes.
    pub fn new(detail: impl Into<Cow<'static, str>>) -> Self {
        let mut detail = detail.into();
        if detail.len() > MAX_DETAIL {
            let end = detail.floor_char_boundary(MAX_DETAIL);
            detail.to_mut().truncate(end);
        }
        Self::with(On::Message, detail, Vec::new())
    }

    pub(super) fn with(on: On, detail: impl Into<Cow<'static, str>>, errors: Vec<Issue>) -> Self {
        Self(Box::new(Refused { on, detail: detail.into(), errors }))
    }

    /// What does not keep its schema.
    pub(super) fn schema(on: On, errors: Vec<Issue>) -> Self {
        Self::with(on, format!("invalid {}", on.name()), errors)
    }

    /// A message in the wrong kind of frame.
    pub(super) fn kind(message: &'static str) -> Self {
        Self::with(On::Message, "wrong kind of frame", vec![Issue::new("", "kind", message)])
    }

    /// Returns which part of what the peer sent it is about.
    pub fn on(&self) -> On {
        self.0.on
    }

    /// Returns what is wrong in one line.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns what is wrong in particular, sorted by path; at most eight.
    pub fn errors(&self) -> &[Issue] {
        &self.0.errors
    }

    /// Whether the frame was of the wrong kind: text for binary, binary for text. It is then not the content that is wrong.
    pub fn is_kind(&self) -> bool {
        self.errors().iter().any(|issue| issue.keyword == "kind")
    }

    /// Returns the text frame that tells the peer.
    pub fn to_frame(&self) -> String {
        self.to_json(None)
    }

    /// Returns the body of the response that refuses a request: `application/problem+json` (RFC 9457), status 422.
    pub fn to_problem(&self) -> String {
        self.to_json(Some(422))
    }

    fn to_json(&self, status: Option<u16>) -> String {
        let sent = Sent {
            r#type: "validation",
            on: self.on(),
            status,
            detail: self.detail(),
            errors: self.errors(),
        };
        // Strings and a list of strings always serialize; were they not to, an empty frame is no reason to panic.
        serde_json::to_string(&sent).unwrap_or_default()
    }
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
    fn the_frame_and_the_problem_have_their_documented_form() {
        let issues = vec![Issue::new("/text", "minLength", "must have at least 1 characters")];
        let invalid = Invalid::schema(On::Query, issues);
        assert_eq!(
            invalid.to_problem(),
            r#"{"type":"validation","on":"query","status":422,"detail":"invalid query","errors":[{"path":"/text","keyword":"minLength","message":"must have at least 1 characters"}]}"#,
        );
        assert_eq!(
            Invalid::kind("expected a text frame").to_frame(),
            r#"{"type":"validation","on":"message","detail":"wrong kind of frame","errors":[{"path":"","keyword":"kind","message":"expected a text frame"}]}"#,
        );
    }

    #[test]
    fn it_is_small_and_can_cross_threads() {
        fn shared<T: Error + Send + Sync + 'static>() {}
        shared::<Invalid>();
        assert!(size_of::<Invalid>() <= 32);
    }

    #[test]
    fn a_long_detail_is_cut_on_a_character() {
        assert_eq!(Invalid::new("€".repeat(100)).detail().len(), 198);
    }
}
