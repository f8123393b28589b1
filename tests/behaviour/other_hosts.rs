//! Routes in a host that does not run on hyper.

use std::time::Duration;

use http::{Request, request::Parts};
use tokio::{
    io::{AsyncWriteExt, duplex},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use ws_runtime::{
    Closed, Server, Socket,
    server::{Upgrade, WsService},
    ws_route,
};

use crate::support::{Journal, closed, exchange, frame, receive};

struct Room(Journal);

#[ws_route("/rooms/{name}", body = String, response = String)]
impl Room {
    async fn open(&self, ws: &Socket<Self>) {
        self.0.note("open");
        if ws.params().name == "slow" {
            sleep(Duration::from_secs(1)).await;
            self.0.note("opened");
        }
    }

    fn message(&self, text: String) -> String {
        text
    }

    async fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
        sleep(Duration::from_secs(1)).await;
        self.0.note("closed");
    }
}

fn parts(target: &str) -> Parts {
    let request = Request::get(target)
        .header("host", "localhost")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    request.body(()).unwrap().into_parts().0
}

fn mount(journal: &Journal) -> WsService {
    Server::new().route(Room(journal.clone())).into_service().unwrap()
}

async fn accepted(service: &WsService, target: &str) -> Upgrade {
    let (response, upgrade) = service.upgrade(parts(target)).await;
    assert_eq!(response.status(), 101);
    assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(response.body().is_empty());
    upgrade.expect("it follows a 101")
}

const LOST: &str = "no code \"\" by Transport, not clean";

#[tokio::test(start_paused = true)]
async fn upgrade_runs_over_any_stream() {
    let journal = Journal::default();
    let service = mount(&journal);
    let upgrade = accepted(&service, "/rooms/tea").await;
    assert_eq!(journal.take(), ["open"], "it runs before the 101 is sent");
    let (mut client, stream) = duplex(1024);
    // Half of a frame was read with the request.
    let whole = frame(0x81, "early");
    let running = tokio::spawn(upgrade.run(stream, &whole[..4]));
    client.write_all(&whole[4..]).await.unwrap();
    assert_eq!(receive(&mut client).await, (1, b"early".to_vec()));
    assert_eq!(exchange(&mut client, "hello").await, "hello");
    client.write_all(&frame(0x88, [0x03, 0xe8])).await.unwrap();
    assert_eq!(receive(&mut client).await.0, 8);
    drop(client);
    running.await.unwrap();
    assert_eq!(journal.take(), ["1000 \"\" by Remote, clean", "closed"], "it waits for `close`");
}

#[tokio::test(start_paused = true)]
async fn slow_open_does_not_delay_the_response() {
    let journal = Journal::default();
    let service = mount(&journal);
    let upgrade = accepted(&service, "/rooms/slow").await;
    assert_eq!(journal.take(), ["open"]);
    let (mut client, stream) = duplex(1024);
    let mut running = tokio::spawn(upgrade.run(stream, ""));
    assert_eq!(exchange(&mut client, "hello").await, "hello");
    assert_eq!(journal.take(), ["opened"]);
    drop(client);
    (&mut running).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn refused_handshake_has_no_upgrade() {
    let service = mount(&Journal::default());
    let without = |name: &str| {
        let mut parts = parts("/rooms/a");
        parts.headers.remove(name);
        parts
    };
    for (parts, status) in [
        (parts("/other"), 404),
        (without("host"), 400),
        (without("upgrade"), 426),
        (without("sec-websocket-key"), 400),
    ] {
        let (response, upgrade) = service.upgrade(parts).await;
        assert_eq!(response.status(), status);
        assert!(upgrade.is_none() && !response.body().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_upgrade_ends_the_socket() {
    let journal = Journal::default();
    let service = mount(&journal);
    drop(accepted(&service, "/rooms/a").await);
    sleep(Duration::from_secs(2)).await;
    let ended = journal.take();
    assert_eq!((ended.len(), &*ended[0], &*ended[2]), (3, "open", "closed"), "{ended:?}");
    assert!(ended[1].contains("not clean"), "{ended:?}");
    // The future of a run that is never polled does the same.
    let (mut client, stream) = duplex(1024);
    drop(accepted(&service, "/rooms/a").await.run(stream, ""));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(journal.take().len(), 3);
    assert_eq!(tokio::io::AsyncReadExt::read(&mut client, &mut [0]).await.unwrap(), 0);
    assert_eq!(service.handle().channel::<Room>().unwrap().sockets().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn dropped_run_closes_the_socket() {
    let journal = Journal::default();
    let service = mount(&journal);
    let (mut client, stream) = duplex(1024);
    let running = tokio::spawn(accepted(&service, "/rooms/a").await.run(stream, ""));
    assert_eq!(exchange(&mut client, "hello").await, "hello");
    running.abort();
    assert_eq!(closed(&mut client).await, 1001);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(journal.take(), ["open", "1001 \"going away\" by Local, clean", "closed"]);
}

#[tokio::test(start_paused = true)]
async fn lost_peer_ends_the_run() {
    let journal = Journal::default();
    let service = mount(&journal);
    let (client, stream) = duplex(1024);
    let upgrade = accepted(&service, "/rooms/a").await;
    drop(client);
    upgrade.run(stream, []).await;
    assert_eq!(journal.take(), ["open", LOST, "closed"]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_runs_and_waiting_upgrades() {
    let journal = Journal::default();
    let service = mount(&journal);
    let (mut client, stream) = duplex(1024);
    let running = tokio::spawn(accepted(&service, "/rooms/a").await.run(stream, ""));
    // This host never sends its 101; the deadline of the shutdown ends that.
    let forgotten = accepted(&service, "/rooms/b").await;
    let handle = service.handle();
    handle.shutdown();
    let (code, ended) = tokio::join!(closed(&mut client), handle.ended());
    assert_eq!((code, ended.clean, ended.forced), (1001, 1, 1));
    running.await.unwrap();
    drop(forgotten);
}

#[tokio::test]
async fn tcp_is_served_without_a_wrapper() {
    let service = mount(&Journal::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let running = tokio::spawn(accepted(&service, "/rooms/a").await.run(stream, vec![]));
    assert_eq!(exchange(&mut client, "hello").await, "hello");
    drop(service);
    assert_eq!(closed(&mut client).await, 1001);
    running.await.unwrap();
}
