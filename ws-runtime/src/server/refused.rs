//! A connection for which there is no room: it is told so, unread, and costs next to nothing.

use std::{fmt::Write, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{serve::Running, spelling::spell};
use crate::{
    app::throw_away,
    handshake::{Refusal, Reject},
};

/// How many are told at a time. Beyond that a connection is dropped without a word, so that a flood of them is not what takes
/// the room.
const REFUSALS: usize = 64;
/// How long one may take to read why.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers whatever the client is about to ask, and hangs up.
pub(super) fn refuse<S>(running: &Arc<Running>, mut stream: S, reject: Reject)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let Refusal::Response(response) = reject.into_refusal() else { return };
    if running.served.refusals.running() >= REFUSALS {
        return;
    }
    let running = Arc::clone(running);
    running.clone().served.refusals.spawn(move |task| async move {
        let told = async {
            stream.write_all(&written(&response)).await?;
            stream.shutdown().await?;
            // With bytes left unread the system resets the connection, and the client may lose the answer (RFC 9112 §9.6).
            throw_away(&mut stream).await
        };
        // Who is gone, or too slow, has to do without.
        let _ = running.served.directory.unless_aborted(timeout(PATIENCE, told)).await;
        drop(task);
    });
}

/// The response as it is sent (RFC 9112 §4). There is no request yet whose version it could answer.
fn written(response: &Response<Bytes>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", response.status());
    for (name, value) in response.headers() {
        // All values are our own.
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
    fn refusal_uses_the_usual_header_spelling() {
        let Refusal::Response(response) = busy("there is no room").into_refusal() else {
            panic!("it is a close frame");
        };
        let written = String::from_utf8(written(&response)).expect("it is ASCII");
        assert!(written.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{written}");
        for field in ["Connection: close", "Retry-After: 1", "Content-Type: application/problem+json"] {
            assert!(written.contains(&format!("\r\n{field}\r\n")), "{field}: {written}");
        }
    }
}
