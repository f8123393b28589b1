//! Routes in a crate of the 2021 edition that renames `ws-runtime` in its dependencies.

use std::pin::Pin;

use futures_core::Stream;
use sockets::{ws_contract, ws_route, Closed, Handshake, Reject, Socket};

/// A shared contract.
#[derive(Debug)]
#[ws_contract("/chat/{room}/{seat: u32}", body = String, response = String, crate = ::sockets)]
pub struct ChatApi;

/// A route that serves `Api`.
#[derive(Debug)]
pub struct Chat;

#[ws_route(ChatApi, idle_timeout = "2m", crate = ::sockets)]
impl Chat {
    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<u32, Reject> {
        Ok(handshake.params().seat)
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.params().room.clone()
    }

    async fn message(&self, ws: &Socket<Self>, text: String) -> Option<String> {
        ws.data().checked_add(1).map(|next| format!("{next}: {text}"))
    }

    fn close(&self, _ws: &Socket<Self>, _closed: Closed) {}
}

/// A route that replies with a stream. In the 2021 edition the return type must name the borrow.
#[derive(Debug)]
pub struct Feed;

#[ws_route("/feed", response = String, crate = sockets)]
impl Feed {
    fn open<'a>(&'a self, _ws: &'a Socket<Self>) -> Pin<Box<dyn Stream<Item = String> + Send + 'a>> {
        Box::pin(Ended)
    }
}

struct Ended;

impl Stream for Ended {
    type Item = String;

    fn poll_next(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<String>> {
        std::task::Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use sockets::{Contract, Params};

    use super::{Chat, ChatApi, Feed};

    #[test]
    fn routes_compile_in_edition_2021() {
        assert_eq!(ChatApi::PATH, "/chat/{room}/{seat}");
        assert_eq!(Feed::PATH, "/feed");
        let params = Params::<ChatApi> { room: "lobby".to_owned(), seat: 3 };
        let Params::<ChatApi> { room, seat } = params.clone();
        assert_eq!((room, seat), (params.room, params.seat));
        let _ = sockets::Server::new().route(Chat).route(Feed);
    }
}
