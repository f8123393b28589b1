//! The examples as processes that receive a signal. They close every socket, accept no more connections, cut off
//! unresponsive clients, print the number of each, and exit successfully.

#[path = "hostile/peer.rs"]
#[expect(dead_code, reason = "some of it only the hostile tests need")]
mod peer;

use std::io::ErrorKind;

use tokio::net::TcpStream;
use ws_tests::Example;

use crate::peer::{Peer, close, soon};

/// Behaviour of a client that never answers a close frame.
#[derive(Clone, Copy, PartialEq)]
enum Mute {
    Vanishes,
    Stays,
}

/// Starts an example with two clients, one of which never answers, and sends a signal to the example.
async fn ends(example: &str, path: &str, signal: &str, mute: Mute) {
    let case = format!("{example}, {signal}");
    let example = Example::start(example).await;
    let address = example.address();
    let mut answers = Peer::open(address, path).await;
    let mut silent = Peer::open(address, path).await;
    example.signal(signal).await;
    for peer in [&mut answers, &mut silent] {
        assert_eq!(peer.close_code().await, 1001, "{case}");
    }
    // The server waits for these two clients, but no longer accepts new ones.
    let refused = soon(TcpStream::connect(address)).await.map_err(|error| error.kind());
    assert_eq!(refused.err(), Some(ErrorKind::ConnectionRefused), "{case}");
    answers.send(&close(1001)).await;
    assert_eq!(answers.frame().await, None, "{case}: something came behind the close frame");
    if mute == Mute::Stays {
        assert_eq!(silent.frame().await, None, "{case}: something came behind the close frame");
    }
    drop(silent);
    let (status, printed) = example.ended().await;
    assert_eq!(status.code(), Some(0), "{case}");
    assert_eq!(printed.last().map(String::as_str), Some("closed 1 cleanly, cut off 1"), "{case}");
}

#[tokio::test]
async fn example_reports_its_sockets_after_a_signal() {
    for (example, path) in [
        ("auction", "/lots/1?name=ada"),
        ("bench", "/room"),
        ("chat", "/chat/lobby?name=ada"),
        ("echo", "/echo"),
        ("events", "/events"),
        ("subprotocol", "/ws?token=allow"),
        ("ticker", "/"),
        ("validated", "/ws?id=ada"),
    ] {
        ends(example, path, "TERM", Mute::Vanishes).await;
    }
    ends("echo", "/echo", "INT", Mute::Vanishes).await;
}

#[tokio::test]
#[ignore = "needs the ten seconds of `close_timeout`"]
async fn example_cuts_off_unresponsive_clients() {
    ends("chat", "/chat/lobby?name=ada", "TERM", Mute::Stays).await;
}

#[tokio::test]
async fn example_without_clients_ends_at_once() {
    let example = Example::start("echo").await;
    example.signal("TERM").await;
    let (status, printed) = example.ended().await;
    assert_eq!(status.code(), Some(0));
    assert_eq!(printed.last().map(String::as_str), Some("closed 0 cleanly, cut off 0"));
}
