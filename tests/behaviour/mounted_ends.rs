//! The end of a mounted service: its last clone, its shutdown, its runtime.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, runtime::Builder, time::sleep};
use ws_runtime::{Server, ws_route};

use crate::{
    mounted::{Room, call, mount, open, status},
    support::{Journal, closed, echo, exchange, frame, handshake, head, host, shake},
};

echo!(Echo, "/echo", String);

const GOING: &str = "1001 \"going away\" by Local, clean";

#[tokio::test(start_paused = true)]
async fn last_clone_dropped_closes_the_sockets() {
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    let (other, handle) = (service.clone(), service.handle());
    let channel = handle.channel::<Room>().unwrap();
    let mut stream = host(service.clone());
    shake(&mut stream, "/rooms/a").await;
    drop(service);
    assert_eq!(exchange(&mut stream, "still").await, "still");
    let sockets = channel.sockets();
    assert_eq!(sockets.len(), 1);
    // The host keeps a clone for as long as its connection lasts, and this one was upgraded.
    drop(other);
    assert_eq!(closed(&mut stream).await, 1001);
    let ended = handle.ended().await;
    assert_eq!((ended.clean, ended.forced), (1, 0));
    assert_eq!(journal.take(), ["nobody from nowhere to a", GOING]);
}

#[test]
fn last_clone_dropped_outside_a_runtime_closes_the_sockets() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    let handle = service.handle();
    let streams = runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..3 {
            streams.push(open(&service, "/rooms/a").await);
        }
        streams
    });
    std::thread::spawn(move || drop(service)).join().unwrap();
    runtime.block_on(async {
        for mut stream in streams {
            assert_eq!(closed(&mut stream).await, 1001);
        }
        assert_eq!(handle.ended().await.clean, 3);
    });
    assert_eq!(journal.take()[3..], [GOING; 3]);
}

#[test]
fn service_dropped_before_any_request_has_ended() {
    let service = mount(Server::new().route(Echo));
    let handle = service.handle();
    drop(service);
    let runtime = Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(handle.ended()), runtime.block_on(handle.ended()));
}

#[tokio::test(start_paused = true)]
async fn dropped_service_refuses_handshakes_in_progress() {
    struct Slow;
    #[ws_route("/slow", response = String)]
    impl Slow {
        async fn before_handle(&self) {
            sleep(Duration::from_secs(3)).await;
        }
    }

    // A handshake keeps the service; its socket does not.
    let service = mount(Server::new().route(Slow));
    let handle = service.handle();
    let mut stream = host(service);
    stream.write_all(handshake("/slow").as_bytes()).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let head = head(&mut stream).await;
    assert_eq!(status(&head), "101");
    assert_eq!(closed(&mut stream).await, 1001);
    assert_eq!(handle.ended().await.clean, 1);
}

#[tokio::test(start_paused = true)]
async fn shutdown_of_a_mounted_service_closes_and_reports() {
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    let mut one = open(&service, "/rooms/a").await;
    let mut other = open(&service, "/rooms/b").await;
    let handle = service.handle();
    handle.shutdown();
    let (ended, one, other) = tokio::join!(handle.ended(), closed(&mut one), closed(&mut other));
    assert_eq!((ended.clean, ended.forced, one, other), (2, 0, 1001, 1001));
    let mut late = host(service.clone());
    assert_eq!(status(&shake(&mut late, "/rooms/a").await), "503");
    // Other requests are answered as before.
    assert_eq!(call(&service, "/other").await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn shutdown_before_the_first_request_ends_at_once() {
    let service = mount(Server::new().route(Echo));
    service.handle().shutdown();
    assert_eq!(service.handle().ended().await.clean, 0);
    let mut late = host(service);
    assert_eq!(status(&shake(&mut late, "/echo").await), "503");
}

#[tokio::test(start_paused = true)]
async fn shutdown_timeout_aborts_mounted_handlers() {
    struct Stuck;
    #[ws_route("/stuck", body = String, response = String)]
    impl Stuck {
        async fn message(&self, _text: String) {
            std::future::pending::<()>().await;
        }
    }

    let service = mount(Server::new().route(Stuck).shutdown_timeout(Duration::from_secs(5)));
    let mut stream = open(&service, "/stuck").await;
    stream.write_all(&frame(0x81, "x")).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    service.handle().shutdown();
    let began = tokio::time::Instant::now();
    assert_eq!(service.handle().ended().await.forced, 1);
    assert_eq!(began.elapsed().as_secs(), 5);
}

/// Tests of an application often share it, and each has a runtime of its own.
#[test]
fn service_outlives_the_runtime_of_its_first_request() {
    let journal = Journal::default();
    let service = mount(Server::new().route(Room(journal.clone())));
    for _ in 0..3 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut one, mut other) = (open(&service, "/rooms/a").await, open(&service, "/rooms/a").await);
            assert_eq!(exchange(&mut one, "hello").await, "hello");
            assert_eq!(crate::support::receive(&mut other).await, (1, b"hello".to_vec()), "it was published");
        });
    }
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = service.handle();
    handle.shutdown();
    runtime.block_on(handle.ended());
}

/// A socket without a task that would close it: the first runtime had that, and it is gone.
#[test]
fn dropped_service_closes_sockets_of_another_runtime() {
    let service = mount(Server::new().route(Room(Journal::default())));
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    first.block_on(async { drop(open(&service, "/rooms/a").await) });
    let second = Builder::new_current_thread().enable_all().build().unwrap();
    let mut stream = second.block_on(open(&service, "/rooms/a"));
    drop(first);
    drop(service);
    assert_eq!(second.block_on(closed(&mut stream)), 1001);
}
