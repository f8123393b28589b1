//! Refusals in the server's own words, as problem details for machines (RFC 9457).

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use serde::Serialize;

use super::Reject;

/// A problem without a type of its own (RFC 9457 §4.2.1): the title is the status's phrase.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// A refusal with a body of `application/problem+json`. The detail says what to do differently; nothing of the request may
/// stand in it.
pub(crate) fn problem(status: StatusCode, detail: &'static str) -> Reject {
    Reject::json(status, problem_body(status, Some(detail)))
}

/// The body of a problem that its status describes (RFC 9457 §4.2.1).
pub(super) fn problem_body(status: StatusCode, detail: Option<&'static str>) -> Bytes {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = Problem { r#type: "about:blank", title, status: status.as_u16(), detail };
    serde_json::to_vec(&problem).unwrap_or_default().into()
}

/// The server has no room, or none any more; a client may try again after a second (RFC 9110 §10.2.3).
pub(crate) fn busy(detail: &'static str) -> Reject {
    problem(StatusCode::SERVICE_UNAVAILABLE, detail).header(RETRY_AFTER, HeaderValue::from_static("1"))
}

/// The request is malformed (RFC 9110 §15.5.1).
pub(super) fn bad_request(detail: &'static str) -> Reject {
    problem(StatusCode::BAD_REQUEST, detail)
}
