//! Pipelined HTTP requests, which a client sends without waiting for responses.

use std::task::{Context, Poll};

use tokio::io::AsyncWriteExt;
use ws_runtime::Server;

use crate::{support::Http, turns::Turns};

/// Requests that are not upgrades also take turns with other tasks, although hyper wakes its own task between them.
#[tokio::test(start_paused = true)]
async fn pipelined_requests_take_turns() {
    #[derive(Clone)]
    struct Page(Turns);

    impl tower_service::Service<http::Request<ws_runtime::server::Body>> for Page {
        type Response = http::Response<String>;
        type Error = std::convert::Infallible;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<ws_runtime::server::Body>) -> Self::Future {
            self.0.note();
            std::future::ready(Ok(http::Response::default()))
        }
    }

    let turns = Turns::default();
    let http = Http::serve(Server::new().fallback(Page(turns.clone())));
    let mut clients = Vec::new();
    for _ in 0..4 {
        let mut client = http.dial().await;
        client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500).as_slice()).await.unwrap();
        clients.push(client);
    }
    let most = turns.most_of(4 * 500).await;
    assert!(most <= 4 * 64, "{most} between two looks at the network");
}
