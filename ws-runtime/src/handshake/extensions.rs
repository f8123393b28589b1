//! Negotiation of compression (RFC 6455 §9.1, RFC 7692 §5). The parameters are interpreted in `wire`.

use http::{HeaderMap, header::SEC_WEBSOCKET_EXTENSIONS};

use super::{Reject, problem::bad_request};
use crate::wire::{Agreed, Deflate, MalformedExtensions, answer};

/// Accepts the first acceptable offer of the client and returns the field for the 101. Other offers and other
/// extensions are ignored.
///
/// Called only for routes with compression; elsewhere the field is not read.
pub(crate) fn agree(headers: &HeaderMap, deflate: &Deflate) -> Result<Option<(Agreed, String)>, Reject> {
    let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().map(http::HeaderValue::as_bytes);
    // RFC 6455 §9.1: a malformed field fails the handshake.
    answer(lines, deflate)
        .map_err(|MalformedExtensions| bad_request("`Sec-WebSocket-Extensions` must be a list of extensions"))
}
