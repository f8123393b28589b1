//! A valid session that is truncated at every byte, sent byte by byte, and sent at once.

use tokio::task::yield_now;

use crate::{
    echo::{echo, end},
    peer::{BINARY, CLOSE, Frame, PING, PONG, Peer, TEXT, close, frame, opening},
};

/// Returns a handshake and one frame of every kind.
fn session() -> Vec<u8> {
    [
        opening("/").into_bytes(),
        frame(TEXT, "häuschen".as_bytes()),
        frame(0x01, "\u{1d11e}".as_bytes().split_at(2).0),
        frame(PING, b"between"),
        frame(0x00, b""),
        frame(0x80, "\u{1d11e}".as_bytes().split_at(2).1),
        frame(BINARY, &[0xff; 126]),
        frame(PONG, b"unasked"),
        close(4001),
    ]
    .concat()
}

/// The server's output for a session. Pongs are sent at once and replies in turn, so the order is checked for each of
/// them separately.
#[derive(Debug, Default, PartialEq)]
struct Said {
    messages: Vec<Frame>,
    control: Vec<Frame>,
}

impl Said {
    /// Returns the output for the complete session.
    fn all() -> Self {
        let frame = |first, payload: &[u8]| Frame { first, payload: payload.to_vec() };
        Self {
            messages: vec![
                frame(TEXT, "häuschen".as_bytes()),
                frame(TEXT, "\u{1d11e}".as_bytes()),
                frame(BINARY, &[0xff; 126]),
            ],
            control: vec![frame(PONG, b"between"), frame(CLOSE, &4001_u16.to_be_bytes())],
        }
    }

    /// Returns true if the output is a prefix of the output for the complete session.
    fn is_part_of(&self, all: &Self) -> bool {
        all.messages.starts_with(&self.messages) && all.control.starts_with(&self.control)
    }
}

/// Parses the bytes after the 101, and asserts that no frame follows a close frame.
async fn output_after_101(mut peer: Peer) -> Option<Said> {
    let head = peer.head().await?;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut said = Said::default();
    while let Some(frame) = peer.frame().await {
        assert!(
            said.control.last().is_none_or(|last| last.first != CLOSE),
            "{frame:?} behind the close frame"
        );
        if matches!(frame.first, TEXT | BINARY) { &mut said.messages } else { &mut said.control }.push(frame);
    }
    Some(said)
}

#[tokio::test]
async fn session_is_the_same_in_any_pieces() {
    let (served, census) = echo(|server| server).await;
    let session = session();
    let mut whole = Peer::connect(served.address).await;
    whole.send(&session).await;
    assert_eq!(output_after_101(whole).await, Some(Said::all()));

    let mut dripped = Peer::connect(served.address).await;
    for byte in &session {
        dripped.send(&[*byte]).await;
        yield_now().await;
    }
    assert_eq!(output_after_101(dripped).await, Some(Said::all()));

    for at in 1..session.len() {
        let mut halved = Peer::connect(served.address).await;
        let (first, second) = session.split_at(at);
        halved.send(first).await;
        yield_now().await;
        halved.send(second).await;
        assert_eq!(output_after_101(halved).await, Some(Said::all()), "in two at {at}");
    }
    end(served, census).await;
}

#[tokio::test]
async fn session_cut_at_any_byte_ends() {
    let (served, census) = echo(|server| server).await;
    let (session, all) = (session(), Said::all());
    for at in 0..session.len() {
        let mut peer = Peer::connect(served.address).await;
        peer.send(&session[..at]).await;
        peer.finish().await;
        // The server sends the complete output, then disconnects.
        if at < opening("/").len() {
            let answer = peer.rest().await;
            assert!(!answer.starts_with(b"HTTP/1.1 101"), "a connection after {at} bytes");
        } else {
            let said = output_after_101(peer).await.unwrap_or_default();
            assert!(said.is_part_of(&all), "cut at {at}: {said:?}");
        }
    }
    end(served, census).await;
}

#[tokio::test]
async fn session_reset_at_any_byte_ends() {
    let (served, census) = echo(|server| server).await;
    let session = session();
    for at in 0..session.len() {
        let mut peer = Peer::connect(served.address).await;
        peer.send(&session[..at]).await;
        peer.reset();
    }
    end(served, census).await;
}
