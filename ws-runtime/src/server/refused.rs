//! Refuses a connection above a limit. Sends a response without reading a request, which costs almost nothing.

use std::{fmt::Write, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{serve::Running, spelling::spell};
use crate::{
    app::discard_input,
    handshake::{Reject, RejectOutcome},
};

/// The maximum number of concurrent refusals. All other connections are dropped without a response, so that a flood of
/// connections does not exhaust the server.
const REFUSALS: usize = 64;
/// The maximum time for a client to read the response.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sends a rejection and closes the stream. At most 64 refusals run at once (`REFUSALS`). Further connections are
/// dropped without a response.
pub(super) fn refuse<S>(running: &Arc<Running>, mut stream: S, reject: Reject)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let RejectOutcome::Response(response) = reject.into_refusal() else { return };
    if running.served.refusals.running() >= REFUSALS {
        return;
    }
    let running = Arc::clone(running);
    running.clone().served.refusals.spawn(move |task| async move {
        let response_sent = async {
            stream.write_all(&written(&response)).await?;
            stream.shutdown().await?;
            // Input is read, because closing with unread bytes resets the connection, and the client may lose the
            // response (RFC 9112 §9.6).
            discard_input(&mut stream).await
        };
        // If the client disconnects or is too slow, it gets no response.
        let _ = running.served.directory.shutdown().unless_aborted(timeout(PATIENCE, response_sent)).await;
        drop(task);
    });
}

/// Serializes a response (RFC 9112 §4). No request was read, so the client's HTTP version is unknown.
fn written(response: &Response<Bytes>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", response.status());
    for (name, value) in response.headers() {
        // All values are constants.
        let _ = write!(head, "{}: {}\r\n", spell(name.as_str()), value.to_str().unwrap_or_default());
    }
    head.push_str("\r\n");
    [head.as_bytes(), response.body()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::busy;

    #[test]
    fn refusal_spells_headers_like_other_responses() {
        let RejectOutcome::Response(response) = busy("there is no room").into_refusal() else {
            panic!("expected a response, found a close frame");
        };
        let written = String::from_utf8(written(&response)).expect("the response is ASCII");
        assert!(written.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{written}");
        for field in ["Connection: close", "Retry-After: 1", "Content-Type: application/problem+json"] {
            assert!(written.contains(&format!("\r\n{field}\r\n")), "{field}: {written}");
        }
    }
}
