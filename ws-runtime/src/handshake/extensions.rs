//! Negotiates compression (RFC 6455 §9.1, RFC 7692 §5). The module `wire` interprets the parameters.

use http::{HeaderMap, header::SEC_WEBSOCKET_EXTENSIONS};

use super::{Reject, problem::bad_request};
use crate::wire::{Agreed, Deflate, MalformedExtensions, answer};

/// Accepts the first acceptable offer of the client. Returns the agreement and the field for the 101, or `None` without
/// an acceptable offer. Other offers and extensions are ignored.
///
/// This function is called only for routes with compression; other routes do not read the field.
pub(crate) fn agree(headers: &HeaderMap, deflate: &Deflate) -> Result<Option<(Agreed, String)>, Reject> {
    let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().map(http::HeaderValue::as_bytes);
    // A malformed field fails the handshake (RFC 6455 §9.1).
    answer(lines, deflate)
        .map_err(|MalformedExtensions| bad_request("`Sec-WebSocket-Extensions` must be a list of extensions"))
}
