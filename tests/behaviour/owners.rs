//! The end of a server whose owner is gone, and closes that are spread.

use std::{pin::pin, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use ws_runtime::{Closed, Server, Socket, socket::Shutdown, ws_route};

use crate::support::{Http, Journal, closed, exchange, handshake, rest, shake};

struct Room(Journal);

#[ws_route("/room", body = String, response = String)]
impl Room {
    fn open(&self, ws: &Socket<Self>) {
        ws.subscribe("all").unwrap();
    }

    fn message(&self, text: String) -> String {
        text
    }

    fn close(&self, closed: Closed) {
        self.0.note_end(&closed);
    }
}

const GOING: &str = "1001 \"going away\" by Local, clean";

#[tokio::test(start_paused = true)]
async fn aborted_server_closes_its_sockets() {
    let journal = Journal::default();
    let http = Http::serve(Server::new().route(Room(journal.clone())));
    let handle = http.handle.clone();
    let (mut one, mut other) = (http.dial().await, http.dial().await);
    shake(&mut one, "/room").await;
    shake(&mut other, "/room").await;
    let idle = http.dial().await;
    http.abort().await;
    let (one, other, ended) = tokio::join!(closed(&mut one), closed(&mut other), handle.ended());
    assert_eq!((one, other, ended.clean, ended.forced), (1001, 1001, 2, 0));
    assert_eq!(journal.take(), [GOING, GOING]);
    assert_eq!(rest(idle).await, "", "a client that has not asked yet");
}

#[tokio::test]
async fn dropped_listen_future_closes_its_sockets() {
    let server = Server::new().route(Room(Journal::default()));
    let handle = server.handle();
    let mut client = {
        let mut serving = pin!(server.listen("127.0.0.1:0"));
        let client = async {
            let address = handle.listening().await.unwrap();
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(handshake("/room").as_bytes()).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(tokio::io::AsyncReadExt::read_u8(&mut client).await.unwrap());
            }
            client
        };
        tokio::select! {
            served = &mut serving => panic!("{served:?}"),
            client = client => client,
        }
    };
    assert_eq!(closed(&mut client).await, 1001);
    assert_eq!(handle.ended().await.clean, 1);
}

#[tokio::test(start_paused = true)]
async fn server_that_is_never_served_has_ended() {
    let server = || Server::new().route(Room(Journal::default()));
    let waits = |handle: ws_runtime::Handle| async move {
        timeout(Duration::from_secs(59), handle.ended()).await.is_err()
    };
    let kept = server();
    assert!(waits(kept.handle()).await, "it may still be served");
    let handle = kept.handle();
    drop(kept);
    assert!(!waits(handle).await);
    let unpolled = server();
    let handle = unpolled.handle();
    drop(unpolled.listen("127.0.0.1:0"));
    assert!(!waits(handle).await);
    let wrong = server().max_headers(0);
    let handle = wrong.handle();
    assert!(wrong.listen("127.0.0.1:0").await.is_err());
    assert!(!waits(handle).await);
    let nowhere = server();
    let handle = nowhere.handle();
    assert!(nowhere.listen("256.0.0.1:0").await.is_err());
    assert!(!waits(handle).await);
}

/// The seconds after which each client is closed, when the clients are served one after the other.
async fn closes(server: Server, count: usize, drops: bool) -> (Vec<f64>, Shutdown) {
    let http = Http::serve(server.route(Room(Journal::default())));
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = http.dial().await;
        shake(&mut client, "/room").await;
        clients.push(client);
    }
    let (handle, began) = (http.handle.clone(), Instant::now());
    if drops {
        http.abort().await;
    } else {
        handle.shutdown();
    }
    let closes = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            assert_eq!(closed(&mut client).await, 1001);
            (began.elapsed().as_secs_f64() * 10.0).round() / 10.0
        })
    });
    let mut after = Vec::new();
    for close in closes.collect::<Vec<_>>() {
        after.push(close.await.unwrap());
    }
    after.sort_by(f64::total_cmp);
    (after, handle.ended().await)
}

#[tokio::test(start_paused = true)]
async fn shutdown_spread_spreads_the_closes() {
    let spread = |seconds| Server::new().shutdown_spread(Duration::from_secs(seconds));
    for (server, expected) in [
        (Server::new(), &[0.0, 0.0, 0.0, 0.0][..]),
        (spread(8), &[0.0, 2.0, 4.0, 6.0]),
        (spread(8), &[0.0]),
        (spread(1), &[0.0, 0.2, 0.4, 0.6, 0.8]),
        (spread(40).shutdown_timeout(Duration::from_secs(41)), &[0.0, 20.0]),
    ] {
        let (after, ended) = closes(server, expected.len(), false).await;
        assert_eq!(after, expected);
        assert_eq!((ended.clean, ended.forced), (expected.len(), 0));
    }
    // Dropping a server is a shutdown too.
    let (after, _) = closes(spread(6), 3, true).await;
    assert_eq!(after, [0.0, 2.0, 4.0]);
}

#[tokio::test(start_paused = true)]
async fn sockets_are_served_until_their_turn() {
    let server = Server::new().route(Room(Journal::default())).shutdown_spread(Duration::from_secs(20));
    let http = Http::serve(server);
    let (mut first, mut gone, mut last) = (http.dial().await, http.dial().await, http.dial().await);
    for stream in [&mut first, &mut gone, &mut last] {
        shake(stream, "/room").await;
    }
    let (handle, began) = (http.handle.clone(), Instant::now());
    handle.shutdown();
    assert_eq!(closed(&mut first).await, 1001);
    drop(gone);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(exchange(&mut last, "still here").await, "still here");
    let room = handle.channel::<Room>().unwrap();
    assert_eq!(room.publish("all", "news").receivers(), 1);
    assert_eq!(crate::support::receive(&mut last).await.1, b"news");
    assert_eq!(closed(&mut last).await, 1001);
    assert_eq!(began.elapsed().as_secs(), 13, "two thirds of 20 s");
    let ended = handle.ended().await;
    assert_eq!((ended.clean, ended.forced), (2, 1));
}

/// Sockets that end by themselves are not waited for.
#[tokio::test(start_paused = true)]
async fn spread_ends_with_the_last_socket() {
    let server = Server::new().route(Room(Journal::default())).shutdown_spread(Duration::from_secs(20));
    let http = Http::serve(server);
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = http.dial().await;
        shake(&mut stream, "/room").await;
        streams.push(stream);
    }
    let (handle, began) = (http.handle.clone(), Instant::now());
    handle.shutdown();
    drop(streams);
    handle.ended().await;
    assert_eq!(began.elapsed().as_secs(), 0);
}
