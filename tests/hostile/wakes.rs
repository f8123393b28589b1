//! Waiting connections: every event that ends a wait wakes the task, and no other event does.

use std::{
    future::{Future, pending},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use futures_core::Stream;
use tokio::{sync::watch, time::sleep};
use ws_runtime::{Closed, Message, Server, Socket, ws_route};

use crate::{
    echo::{Echo, echo},
    peer::{BINARY, CLOSE, PING, PONG, Peer, TEXT, close, frame, soon},
    served::{Census, Served},
};

/// A stream that yields this many items, then stays pending forever.
struct Items {
    left: usize,
    size: usize,
}

impl Stream for Items {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Message>> {
        if self.left == 0 {
            return Poll::Pending;
        }
        self.left -= 1;
        Poll::Ready(Some(Message::binary(vec![0; self.size])))
    }
}

/// A route that replies with a stream. All timeouts are off.
struct Streaming {
    census: Census,
    left: usize,
    size: usize,
}

#[ws_route("/", idle_timeout = off, close_timeout = off, backpressure_limit = "64KiB")]
impl Streaming {
    fn open(&self) {
        self.census.opened();
    }

    fn message(&self, message: Message) -> Items {
        drop(message);
        Items { left: self.left, size: self.size }
    }

    fn close(&self) {
        self.census.closed();
    }
}

#[tokio::test]
async fn stream_that_yields_nothing_ends_with_its_connection() {
    let census = Census::new();
    let server = Server::new().route(Streaming { census: census.clone(), left: 1, size: 1 });
    let served = Served::start(server).await;

    // The server answers a close frame while the stream is pending.
    let mut polite = Peer::open(served.address, "/").await;
    polite.say("go").await;
    assert_eq!(polite.frame().await.expect("the one item").first, BINARY);
    polite.send(&close(1000)).await;
    assert_eq!(polite.closed().await, Some(1000));

    // A protocol violation ends the connection.
    let mut wrong = Peer::open(served.address, "/").await;
    wrong.say("go").await;
    assert_eq!(wrong.frame().await.expect("the one item").first, BINARY);
    wrong.send(&frame(0x83, b"")).await;
    assert_eq!(wrong.close_code().await, 1002);
    drop(wrong);

    // The end of the transport ends the connection.
    let mut gone = Peer::open(served.address, "/").await;
    gone.say("go").await;
    assert_eq!(gone.frame().await.expect("the one item").first, BINARY);
    drop(gone);

    census.empties().await;
    served.end().await;
}

#[tokio::test]
async fn stream_resumes_when_the_queue_empties_at_once() {
    let census = Census::new();
    let server = Server::new().route(Streaming { census: census.clone(), left: 20, size: 40_000 });
    let served = Served::start(server).await;
    let mut peer = Peer::open(served.address, "/").await;
    peer.say("go").await;
    for item in 0..20 {
        let frame = peer.frame().await.unwrap_or_else(|| panic!("item {item} is missing"));
        assert_eq!((frame.first, frame.payload.len()), (BINARY, 40_000));
    }
    drop(peer);
    census.empties().await;
    served.end().await;
}

/// A route that echoes messages. All timeouts are off.
async fn serve() -> (Served, Census) {
    echo(|server| server.idle_timeout(None).close_timeout(None).backpressure_limit(64 << 10)).await
}

#[tokio::test]
async fn messages_resume_when_the_queue_empties_at_once() {
    let (served, census) = serve().await;
    let mut peer = Peer::open(served.address, "/").await;
    let message = frame(BINARY, &vec![7; 20_000]);
    for _ in 0..20 {
        // Three messages are sent at once. The second raises the queue above half of its limit.
        peer.send(&message.repeat(3)).await;
        for item in 0..3 {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("echo {item} is missing"));
            assert_eq!((frame.first, frame.payload.len()), (BINARY, 20_000));
        }
    }
    drop(peer);
    census.empties().await;
    served.end().await;
}

/// A pause and a resume take effect at any moment of the connection's task.
#[tokio::test]
async fn pause_and_resume_at_any_moment_take_effect() {
    let (served, census) = serve().await;
    let mut peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let socket = served.handle.channel::<Echo>().expect("the route is served").sockets().remove(0);
    for round in 0..4000 {
        peer.say("hello").await;
        for _ in 0..round % 50 {
            std::hint::spin_loop();
        }
        socket.pause();
        socket.resume();
        assert_eq!(peer.text().await, "hello", "round {round}");
    }
    drop((peer, socket));
    census.empties().await;
    served.end().await;
}

/// `terminate` takes effect at any moment of the connection's task.
#[tokio::test]
async fn terminate_at_any_moment_takes_effect() {
    let (served, census) = serve().await;
    for round in 0..400 {
        let mut peer = Peer::open(served.address, "/").await;
        census.reaches(round + 1).await;
        let socket = served.handle.channel::<Echo>().expect("the route is served").sockets().pop();
        peer.say("hello").await;
        for _ in 0..round * 7 % 1000 {
            std::hint::spin_loop();
        }
        socket.expect("the socket is open until it is terminated").terminate();
        // The connection ends without a close frame. The echo may or may not have been sent.
        assert_eq!(peer.closed().await, None, "round {round}");
        census.empties().await;
    }
    served.end().await;
}

/// A route whose handler never returns, with a task that waits for the end of the socket.
struct Waiting {
    waiting: watch::Sender<usize>,
    ended: watch::Sender<usize>,
}

#[ws_route("/", idle_timeout = off, close_timeout = off)]
impl Waiting {
    async fn message(&self, ws: &Socket<Self>, message: Message) {
        drop(message);
        // Only the socket can wake this task.
        let (ws, waiting, ended) = (ws.clone(), self.waiting.clone(), self.ended.clone());
        tokio::spawn(async move {
            let begun = async {
                waiting.send_modify(|count| *count += 1);
                pending::<()>().await;
            };
            tokio::select! {
                biased;
                () = ws.closed() => ended.send_modify(|count| *count += 1),
                () = begun => {}
            }
        });
        pending::<()>().await;
    }
}

#[tokio::test]
async fn closed_resolves_for_every_kind_of_end() {
    let (waiting, ended) = (watch::Sender::new(0), watch::Sender::new(0));
    let route = Waiting { waiting: waiting.clone(), ended: ended.clone() };
    let server = Server::new().route(route).shutdown_timeout(Duration::from_millis(200));
    let served = Served::start(server).await;
    let (mut begun, mut over) = (waiting.subscribe(), ended.subscribe());
    let mut known = std::collections::HashSet::new();
    for (round, how) in ["fin", "reset", "close frame", "closed", "terminated"].into_iter().enumerate() {
        let mut peer = Peer::open(served.address, "/").await;
        peer.say("wait").await;
        soon(begun.wait_for(|count| *count > round)).await.expect("it is held here");
        let sockets = served.handle.channel::<Waiting>().expect("the route is served").sockets();
        let socket = sockets.into_iter().find(|socket| known.insert(socket.id())).expect("it was opened");
        match how {
            "fin" => peer.finish().await,
            "reset" => peer.reset(),
            "close frame" => peer.send(&close(1000)).await,
            "closed" => socket.close(ws_runtime::Close::NORMAL),
            _ => socket.terminate(),
        }
        soon(over.wait_for(|count| *count > round)).await.unwrap_or_else(|_| panic!("{how}"));
    }
    served.end().await;
}

/// A route that blocks its handler until the test releases it.
struct Held {
    census: Census,
    go: watch::Sender<bool>,
    ended: watch::Sender<Option<Closed>>,
}

#[ws_route("/", idle_timeout = off, close_timeout = off, max_payload_length = "1KiB", backpressure_limit = off)]
impl Held {
    fn open(&self) {
        self.census.opened();
    }

    async fn message(&self, ws: &Socket<Self>, message: Message) {
        match message.as_text() {
            Some("wait") => drop(self.go.subscribe().wait_for(|go| *go).await),
            Some("pause") => ws.pause(),
            Some("much") => drop(ws.send_raw(vec![0; 64 << 20])),
            _ => {}
        }
    }

    fn close(&self, closed: Closed) {
        self.ended.send_replace(Some(closed));
        self.census.closed();
    }
}

/// An idle connection uses no CPU time, whatever event it waits for.
#[tokio::test]
async fn idle_tasks_do_not_poll() {
    for state in [
        "open",
        "half closed",
        "half closed in a handler",
        "full",
        "paused",
        "not read",
        "closing",
        "failed",
        "reset",
    ] {
        let (census, go) = (Census::new(), watch::Sender::new(false));
        let route = Held { census: census.clone(), go: go.clone(), ended: watch::Sender::new(None) };
        let served = Served::start(Server::new().route(route)).await;
        let mut peer = Peer::open(served.address, "/").await;
        let mut kept = None;
        match state {
            "half closed" => peer.finish().await,
            "half closed in a handler" => {
                peer.say("wait").await;
                peer.finish().await;
            }
            "full" => {
                peer.say("wait").await;
                peer.send(&frame(TEXT, &[b'a'; 1000]).repeat(100)).await;
            }
            "paused" => {
                peer.say("pause").await;
                peer.send(&frame(TEXT, &[b'a'; 1000]).repeat(100)).await;
            }
            "not read" => {
                peer.say("much").await;
                peer.say("more").await;
            }
            "closing" => {
                census.reaches(1).await;
                let sockets = served.handle.channel::<Held>().expect("the route is served").sockets();
                sockets[0].close(ws_runtime::Close::NORMAL);
                assert_eq!(peer.frame().await.expect("a close frame").first, CLOSE);
            }
            "failed" => {
                peer.send(&frame(0x83, b"")).await;
                assert_eq!(peer.close_code().await, 1002);
            }
            "reset" => {
                peer.say("wait").await;
                peer.send(&frame(PING, b"")).await;
                assert_eq!(peer.frame().await.expect("the answer to the ping").first, PONG);
                peer.reset();
                peer = Peer::connect(served.address).await;
            }
            _ => {}
        }
        kept.get_or_insert(peer);
        // All pending work is done, so the connection only waits. The busy time is measured for a part of that wait.
        let window = Duration::from_millis(250);
        sleep(window).await;
        let before = served.busy();
        sleep(window).await;
        let busy = served.busy().saturating_sub(before);
        assert!(busy < window / 2, "{state}: busy for {busy:?} of {window:?}");
        drop(kept);
        go.send_replace(true);
        for socket in served.handle.channel::<Held>().expect("the route is served").sockets() {
            socket.resume();
        }
        census.empties().await;
        served.end().await;
    }
}

/// A handler, or several tasks, may wait for the end repeatedly and drop the future.
#[tokio::test]
async fn dropped_closed_future_leaves_no_waker() {
    struct Nobody;

    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }

    let (served, census) = serve().await;
    let peer = Peer::open(served.address, "/").await;
    census.reaches(1).await;
    let socket = served.handle.channel::<Echo>().expect("the route is served").sockets().remove(0);
    let nobody = Arc::new(Nobody);
    {
        let waker = Waker::from(Arc::clone(&nobody));
        let mut waits = Box::pin(socket.closed());
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert_eq!(Arc::strong_count(&nobody), 1, "the socket keeps the waker of who waits no longer");
    drop(peer);
    census.empties().await;
    served.end().await;
}
