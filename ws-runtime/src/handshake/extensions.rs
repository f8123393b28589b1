//! The extension that may be agreed on: compression (RFC 6455 §9.1, RFC 7692 §5). What its parameters mean is `wire`'s to know.

use http::{HeaderMap, header::SEC_WEBSOCKET_EXTENSIONS};

use super::{Reject, problem::bad_request};
use crate::wire::{Agreed, Deflate, Malformed, answer};

/// Takes the first of the client's offers that can be taken, with the field that says so in the 101. An offer that cannot be
/// taken is passed over, and so is every other extension.
///
/// It is asked of a route that compresses; elsewhere nobody reads the field.
pub(crate) fn agree(headers: &HeaderMap, deflate: &Deflate) -> Result<Option<(Agreed, String)>, Reject> {
    let lines = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().map(http::HeaderValue::as_bytes);
    // RFC 6455 §9.1: who receives what does not keep to the grammar fails the connection.
    answer(lines, deflate)
        .map_err(|Malformed| bad_request("`Sec-WebSocket-Extensions` must be a list of extensions"))
}
