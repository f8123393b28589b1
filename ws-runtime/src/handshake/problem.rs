//! Rejections by the server itself, as problem details (RFC 9457).

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use serde::Serialize;

use super::Reject;

/// A problem without a type. Its title is the reason phrase of the status (RFC 9457 §4.2.1).
#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// Returns a rejection with a body of `application/problem+json`. `detail` tells the client what to change and must not
/// contain any part of the request.
pub(crate) fn problem(status: StatusCode, detail: &'static str) -> Reject {
    Reject::json(status, problem_body(status, Some(detail)))
}

/// Returns the body of a problem without a type (RFC 9457 §4.2.1). `None` omits the detail.
pub(super) fn problem_body(status: StatusCode, detail: Option<&'static str>) -> Bytes {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = Problem { r#type: "about:blank", title, status: status.as_u16(), detail };
    serde_json::to_vec(&problem).unwrap_or_default().into()
}

/// Returns the rejection of a server that has no capacity or is shutting down. A client may retry after a second (RFC
/// 9110 §10.2.3).
pub(crate) fn busy(detail: &'static str) -> Reject {
    problem(StatusCode::SERVICE_UNAVAILABLE, detail).header(RETRY_AFTER, HeaderValue::from_static("1"))
}

/// Returns the rejection of a malformed request (RFC 9110 §15.5.1).
pub(super) fn bad_request(detail: &'static str) -> Reject {
    problem(StatusCode::BAD_REQUEST, detail)
}
