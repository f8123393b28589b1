//! Shutdown: every socket is closed, running handlers finish, and the deadline is met.

use std::{
    future::{IntoFuture, pending, ready},
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    sync::oneshot,
    time::{Instant, sleep},
};
use ws_runtime::{
    Close, Closed, Server, Socket,
    testing::{Event, Site},
    ws_route,
};

use crate::support::{Http, Journal, handshake, head, rest};

/// A route that waits as many seconds as the message says.
struct Busy(Journal);

#[ws_route("/busy", body = u64, response = String)]
impl Busy {
    async fn before_handle(&self) {
        sleep(Duration::from_secs(1)).await;
    }

    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    async fn message(&self, seconds: u64) -> String {
        sleep(Duration::from_secs(seconds)).await;
        self.0.note(format!("{seconds} s"));
        "done".to_owned()
    }

    async fn close(&self, ws: &Socket<Self>, closed: Closed) {
        self.0.note_end(&closed);
        let _ = ws.publish("all", "left");
        sleep(Duration::from_secs(1)).await;
        self.0.note("closed");
    }
}

/// Returns the elapsed seconds, rounded, because waiting until all tasks are idle advances the clock by a millisecond.
fn seconds(since: Instant) -> u128 {
    (since.elapsed().as_millis() + 500) / 1000
}

const GOING: &str = "1001 \"going away\" by Local, clean";

#[tokio::test(start_paused = true)]
async fn shutdown_closes_every_socket_and_handlers_finish() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Busy(journal.clone())));
    let mut idle = site.connect::<Busy>("/busy").await.unwrap();
    let mut busy = site.connect::<Busy>("/busy").await.unwrap();
    busy.send(&20).await;
    site.settled().await;
    let began = Instant::now();
    let clients = async {
        for client in [&mut idle, &mut busy] {
            assert_eq!(client.next().await, Event::Close(Some(1001), "going away".into()));
            assert!(began.elapsed() < Duration::from_secs(1), "the handler is notified at once");
            assert_eq!(client.next().await, Event::End);
        }
    };
    tokio::join!(clients, site.shut_down());
    assert_eq!(seconds(began), 21, "a handler of 20 s, then `close`");
    assert_eq!(journal.take(), [GOING, "closed", "20 s", GOING, "closed"]);
}

#[tokio::test(start_paused = true)]
async fn deadline_aborts_handlers_but_close_still_runs() {
    for seconds in [30_u64, 5] {
        let journal = Journal::default();
        let server = Server::new().route(Busy(journal.clone()));
        let server =
            if seconds == 30 { server } else { server.shutdown_timeout(Duration::from_secs(seconds)) };
        let site = Site::start(server);
        let mut busy = site.connect::<Busy>("/busy").await.unwrap();
        busy.send(&1000).await;
        site.settled().await;
        let began = Instant::now();
        let client = async {
            assert_eq!(busy.next().await, Event::Close(Some(1001), "going away".into()));
            while busy.next().await != Event::End {}
        };
        tokio::join!(client, site.shut_down());
        assert_eq!(self::seconds(began), u128::from(seconds));
        // `close` runs up to its first `.await`.
        assert_eq!(journal.take(), [GOING]);
    }
}

#[tokio::test(start_paused = true)]
async fn unresponsive_peer_is_dropped_at_the_close_timeout() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Busy(journal.clone())));
    let mut mute = site.connect::<Busy>("/busy").answering(false).await.unwrap();
    site.settled().await;
    let began = Instant::now();
    site.shut_down().await;
    assert_eq!(seconds(began), 10 + 1);
    assert_eq!(mute.next().await, Event::Close(Some(1001), "going away".into()));
    assert_eq!(journal.take(), ["1001 \"going away\" by Local, not clean", "closed"]);
}

#[tokio::test(start_paused = true)]
async fn connection_during_shutdown_is_refused_or_closed() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Busy(journal.clone())));
    // The handshake of this connection begins before the shutdown.
    let (late, ()) = tokio::join!(site.connect::<Busy>("/busy").into_future(), async {
        sleep(Duration::from_millis(500)).await;
        site.handle().shutdown();
    });
    let mut late = late.unwrap();
    assert_eq!(late.next().await, Event::Close(Some(1001), "going away".into()));
    let refused = site.connect::<Busy>("/busy").await.unwrap_err();
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.problem().unwrap()["detail"], "the server is shutting down");
    tokio::join!(site.shut_down(), async { while late.next().await != Event::End {} });
    assert_eq!(journal.take(), [GOING, "closed"]);
}

#[tokio::test(start_paused = true)]
async fn handler_may_shut_the_server_down() {
    struct Switch(ws_runtime::Handle);
    #[ws_route("/switch", body = String, response = String)]
    impl Switch {
        fn message(&self, text: String) -> String {
            self.0.shutdown();
            text
        }
    }

    let server = Server::new();
    let handle = server.handle();
    let site = Site::start(server.route(Switch(handle)));
    let mut client = site.connect::<Switch>("/switch").await.unwrap();
    client.send("off").await;
    assert_eq!(client.receive().await, "off");
    assert_eq!(client.receive_close().await.0, Some(1001));
    site.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_without_sockets_ends_at_once() {
    let site = Site::start(Server::new().route(Busy(Journal::default())));
    let client = site.connect::<Busy>("/busy").await.unwrap();
    drop(client);
    sleep(Duration::from_secs(5)).await;
    let began = Instant::now();
    site.shut_down().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn earlier_close_keeps_its_code_during_shutdown() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Busy(journal.clone())));
    let mut client = site.connect::<Busy>("/busy").await.unwrap();
    client.close(Close::new(4010, "mine")).await;
    site.settled().await;
    site.shut_down().await;
    assert_eq!(client.receive_close().await.0, Some(4010));
    assert_eq!(journal.take(), ["4010 \"mine\" by Remote, clean", "closed"]);
}

/// Every handle reports the result of a shutdown, whether it asks before or after the end.
#[tokio::test(start_paused = true)]
async fn shutdown_report_counts_aborted_sockets() {
    let site = Site::start(Server::new().route(Busy(Journal::default())));
    let handle = site.handle();
    let mut gone = site.connect::<Busy>("/busy").await.unwrap();
    gone.close(Close::NORMAL).await;
    assert_eq!(gone.receive_close().await.0, Some(1000));
    let mut clean = Vec::new();
    for _ in 0..3 {
        clean.push(site.connect::<Busy>("/busy").await.unwrap());
    }
    let mut busy = site.connect::<Busy>("/busy").await.unwrap();
    busy.send(&1000).await;
    clean.push(busy);
    let mute = site.connect::<Busy>("/busy").answering(false).await.unwrap();
    let other_mute = site.connect::<Busy>("/busy").answering(false).await.unwrap();
    site.settled().await;
    let answering = async {
        for client in &mut clean {
            while client.next().await != Event::End {}
        }
    };
    let ((), ended, ()) = tokio::join!(answering, handle.ended(), site.shut_down());
    assert_eq!((ended.clean, ended.forced), (3, 3));
    assert_eq!(handle.ended().await, ended);
    drop((mute, other_mute));
}

/// A handshake whose handler has not returned is rejected at the deadline, before its own timeout.
#[tokio::test(start_paused = true)]
async fn shutdown_deadline_ends_unfinished_handshakes() {
    struct Undecided;
    #[ws_route("/undecided", response = String)]
    impl Undecided {
        async fn before_handle(&self) {
            sleep(Duration::from_secs(8)).await;
        }

        fn open(&self) {}
    }

    let site = Site::start(Server::new().route(Undecided).shutdown_timeout(Duration::from_secs(2)));
    let began = Instant::now();
    let handle = site.handle();
    let (refused, ended) = tokio::join!(site.connect::<Undecided>("/undecided").into_future(), async {
        sleep(Duration::from_secs(1)).await;
        handle.shutdown();
        handle.ended().await
    });
    assert_eq!(refused.unwrap_err().status(), 503);
    assert_eq!((began.elapsed().as_secs(), ended.forced), (3, 0));
}

/// Returns true if the server ends within an hour without a call of `shutdown`.
async fn ends(server: Server) -> bool {
    let http = Http::serve(server);
    tokio::time::timeout(Duration::from_secs(3600), http.handle.ended()).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn shutdown_on_closes_sockets_when_its_future_resolves() {
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new().route(Busy(Journal::default())).shutdown_on(async {
        stopped.await.expect("it is sent");
    });
    let http = Http::serve(server);
    let mut stream = http.dial().await;
    stream.write_all(handshake("/busy").as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101"));
    stop.send(()).expect("it is waited for");
    assert!(rest(stream).await.contains("\u{3}\u{fffd}going away"), "a close frame of 1001");
    assert_eq!(http.handle.ended().await.forced, 1, "the client did not answer the close frame");
}

#[tokio::test(start_paused = true)]
async fn shutdown_on_takes_the_first_of_several_futures() {
    let server = || Server::new().route(Busy(Journal::default()));
    let minute = || sleep(Duration::from_secs(60));
    assert!(!ends(server()).await, "no shutdown was requested");
    assert!(!ends(server().shutdown_on(pending())).await);
    assert!(ends(server().shutdown_on(ready(()))).await, "also before the first connection");
    assert!(ends(server().shutdown_on(minute()).shutdown_on(pending())).await);
    assert!(ends(server().shutdown_on(pending()).shutdown_on(minute())).await);
    // A server with `shutdown_on` can also be shut down through its handle.
    let http = Http::serve(server().shutdown_on(pending()));
    http.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn shutdown_on_ends_the_server_when_its_future_panics() {
    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    let server = || Server::new().route(Busy(Journal::default()));
    assert!(ends(server().shutdown_on(async { panic!("at once") })).await);
    let held = async {
        let _held = PanicsWhenDropped;
        sleep(Duration::from_secs(60)).await;
        pending::<()>().await;
    };
    let http = Http::serve(server().shutdown_on(held).shutdown_on(sleep(Duration::from_secs(120))));
    assert_eq!(http.handle.ended().await.forced, 0);
    http.shut_down().await;
}
