//! Random sessions, each on a separate server. The output must follow the protocol, another client is served at the
//! same time, and all resources are released.
//!
//! A session that fails is shrunk, printed, and stored in `proptest-regressions`. Every run tries the stored sessions
//! first. `PROPTEST_CASES` sets the number of sessions.

use std::{env, net::SocketAddr, sync::Arc};

use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use tokio::{runtime, task::yield_now};
use ws_runtime::{Message, Server, Socket, ws_route};

use crate::{
    outcome::{self, Due, Outcome},
    peer::{Peer, TEXT, opening, soon},
    pieces::InPieces,
    served::{Census, Served},
    session::{Session, session},
};

/// A route that echoes each message and publishes it to the other sockets.
struct Room {
    census: Census,
    _held: Arc<()>,
}

#[ws_route(
    "/",
    max_payload_length = "4KiB",
    max_fragments = 50,
    per_message_deflate(threshold = 0, server_no_context_takeover = off, client_no_context_takeover = off)
)]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("room").unwrap();
        self.census.opened();
    }

    /// Yields before handling a text, so that the bytes after it are read first.
    async fn message(&self, ws: &Socket<Self>, message: Message) -> Message {
        if message.as_text().is_some() {
            yield_now().await;
        }
        let _ = ws.publish("room", &message);
        message
    }

    fn close(&self) {
        self.census.closed();
    }
}

/// Runs this many sessions, or `PROPTEST_CASES` if that is set.
fn try_sessions(cases: u32) {
    let defaults = ProptestConfig::with_source_file(file!());
    let cases = if env::var_os("PROPTEST_CASES").is_some() { defaults.cases } else { cases };
    // The time is in milliseconds. It is limited because shrinking is slow if a server hangs.
    let config = ProptestConfig { cases, max_shrink_iters: 10_000, max_shrink_time: 120_000, ..defaults };
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let tried = TestRunner::new(config).run(&session(), |session| runtime.block_on(harms_nobody(session)));
    if let Err(failed) = tried {
        panic!("{failed}");
    }
}

#[test]
fn random_sessions_do_not_harm_the_server() {
    try_sessions(300);
}

#[test]
#[ignore = "needs minutes"]
fn long_random_sessions_leave_the_server_unharmed() {
    try_sessions(100_000);
}

/// Fails if a session gets the wrong output, affects another client, or leaves state behind.
async fn harms_nobody(session: Session) -> Result<(), TestCaseError> {
    const STILL_THERE: &str = "Still there?";
    let (census, held) = (Census::new(), Arc::new(()));
    let server = Server::new().route(Room { census: census.clone(), _held: Arc::clone(&held) });
    let pieces = session.pieces.clone();
    let served = Served::over(server, |listener| InPieces::new(listener, pieces)).await;
    let mut witness = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let channel = served.handle.channel::<Room>().expect("the route is served");

    let due = outcome::due(&session.bytes(), session.compresses);
    if let Some(said) = attend(&session, served.address, &census).await? {
        prop_assert_eq!(&said.messages, &due.messages);
        // A compressed message is inflated when its turn comes, so a ping behind an invalid one may be answered first.
        let faulty = session.compresses && matches!(due.end, Due::Fault(_) | Due::Unsure);
        if faulty {
            prop_assert!(said.pongs.starts_with(&due.pongs), "{:?}, not {:?}", said.pongs, due.pongs);
        } else {
            prop_assert_eq!(&said.pongs, &due.pongs);
        }
        prop_assert!(due.end.allows(said.end), "closed with {:?}, not {:?}", said.end, due.end);
    }

    // The other client has received every message and is still served.
    census.falls_to(1).await;
    prop_assert_eq!(channel.subscriber_count("room"), 1);
    // The socket closes after its last handler has returned.
    soon(async {
        while channel.sockets().len() > 1 {
            yield_now().await;
        }
    })
    .await;
    let socket = channel.sockets().remove(0);
    witness.say(STILL_THERE).await;
    let mut heard = Vec::new();
    loop {
        let frame = witness.frame().await;
        let Some(frame) = frame else { return Err(TestCaseError::fail("the witness was closed")) };
        let message = (frame.first == TEXT, frame.payload);
        if message == (true, STILL_THERE.into()) {
            break;
        }
        heard.push(message);
    }
    if session.resets {
        prop_assert!(due.messages.starts_with(&heard), "{heard:?} is not the start of {:?}", due.messages);
    } else {
        prop_assert_eq!(&heard, &due.messages);
    }

    drop(witness);
    census.empties().await;
    served.end().await;
    prop_assert_eq!((channel.sockets().len(), channel.subscriber_count("room")), (0, 0));
    prop_assert_eq!(socket.buffered_amount(), 0);
    drop((channel, socket));
    prop_assert_eq!(Arc::strong_count(&held), 1, "the route is still held");
    Ok(())
}

/// Runs a session. Returns the output of the server; `None` if the peer resets the connection.
async fn attend(
    session: &Session,
    address: SocketAddr,
    census: &Census,
) -> Result<Option<Outcome<Option<u16>>>, TestCaseError> {
    let mut peer = Peer::connect(address).await;
    let mut head = opening("/");
    if session.compresses {
        head = head.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    }
    let sent = [head.as_bytes(), &session.bytes()].concat();
    peer.send(&sent).await;
    let head = peer.head().await.unwrap_or_default();
    prop_assert!(head.starts_with("HTTP/1.1 101 "), "{head:?}");
    prop_assert_eq!(head.contains("permessage-deflate"), session.compresses);
    census.reaches(2).await;
    if session.resets {
        peer.reset();
        return Ok(None);
    }
    peer.finish().await;
    let mut frames = Vec::new();
    while let Some(frame) = peer.frame().await {
        frames.push(frame);
    }
    outcome::parse_output(frames, session.compresses).map(Some).map_err(TestCaseError::fail)
}
