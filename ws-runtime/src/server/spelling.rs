//! The spelling of response headers, which follows RFC 6455. Header names are case-insensitive (RFC 9110 §5.1), but
//! some embedded clients compare bytes.

use std::{
    convert::Infallible,
    future::ready,
    pin::pin,
    sync::{LazyLock, Mutex, PoisonError},
    task::{Context, Waker},
};

use http::{Extensions, Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;
use tokio::io::{join, sink};

/// The header names that the server writes itself.
const NAMES: [&str; 11] = [
    "Allow",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Retry-After",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Version",
    "Upgrade",
];

/// The spellings of [`NAMES`] in hyper's own type. hyper keeps the spellings of a request in its extensions, and
/// applies those in the extensions of a response. It creates that type only when it parses a request, so one is parsed.
/// There is no other way to make hyper write `WebSocket` with a capital S.
static SPELLINGS: LazyLock<Extensions> = LazyLock::new(read_spellings);

/// Returns the response with the extension that makes hyper spell header names as in RFC 6455.
pub(super) fn spelled<B>(mut response: Response<B>) -> Response<B> {
    *response.extensions_mut() = SPELLINGS.clone();
    response
}

/// Returns the spelling of a name, for a response that hyper does not write.
pub(super) fn spell(name: &str) -> &str {
    NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// Has hyper parse a request with all names, in memory, and returns the extensions of that request.
fn read_spellings() -> Extensions {
    // Of these fields, only `Content-Length` affects hyper.
    let fields = NAMES.map(|name| format!("{name}: 0\r\n")).concat();
    let request = format!("GET / HTTP/1.1\r\n{fields}\r\n");
    let read = Mutex::new(Extensions::new());
    let service = service_fn(|request: Request<Incoming>| {
        *read.lock().unwrap_or_else(PoisonError::into_inner) = request.extensions().clone();
        ready(Ok::<_, Infallible>(Response::new(String::new())))
    });
    let stream = TokioIo::new(join(request.as_bytes(), sink()));
    let mut http = http1::Builder::new();
    {
        let mut connection = pin!(http.preserve_header_case(true).serve_connection(stream, service));
        // Reading from memory never waits, so one poll is enough. Its result is not needed.
        let _ = connection.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
    // hyper adds this to every request with `Upgrade`. It is not needed here.
    read.remove::<OnUpgrade>();
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyper_keeps_the_parsed_spellings() {
        assert_eq!(read_spellings().len(), 1);
    }

    #[test]
    fn header_names_are_spelled_as_in_rfc_6455() {
        for (name, spelled) in [
            ("sec-websocket-accept", "Sec-WebSocket-Accept"),
            ("upgrade", "Upgrade"),
            ("retry-after", "Retry-After"),
            ("x-user", "x-user"),
        ] {
            assert_eq!(spell(name), spelled);
        }
    }
}
