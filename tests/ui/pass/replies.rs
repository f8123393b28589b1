//! Every form of a reply is accepted.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use ws_runtime::{Close, Server, Socket, ws_route};

struct Feed<'a>(&'a str);

impl Stream for Feed<'_> {
    type Item = Option<String>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Option<String>>> {
        let item = std::mem::take(&mut self.0);
        Poll::Ready((!item.is_empty()).then(|| Some(item.to_owned())))
    }
}

macro_rules! replies {
    ($($name:ident: $reply:ty = $value:expr;)*) => {
        $({
            struct $name(String);

            #[ws_route("/", response = String)]
            impl $name {
                fn open<'a>(&'a self, ws: &'a Socket<Self>) -> $reply {
                    let _ = (ws, &self.0);
                    $value
                }
            }

            let _ = Server::new().route($name(String::new()));
        })*
    };
}

fn main() {
    replies! {
        Nothing: () = ();
        One: String = String::new();
        Text: &'static str = "";
        Maybe: Option<String> = None;
        Many: Vec<String> = Vec::new();
        Closed: Close = Close::new(4000, "");
        Tried: Result<String, std::io::Error> = Ok(String::new());
        Said: Result<Option<String>, String> = Ok(None);
        Refused: Result<(), Close> = Err(Close::new(4000, ""));
        Boxed: Pin<Box<dyn Stream<Item = Option<String>> + Send>> = Box::pin(Feed("a"));
        Streamed: impl Stream<Item = Option<String>> = Feed("a");
        Late: Result<Feed<'static>, Close> = Ok(Feed("a"));
    }
    let _ = Server::new().route(Borrowing(String::new()));
}

struct Borrowing(String);

#[ws_route("/borrowing", response = String)]
impl Borrowing {
    async fn open(&self, ws: &Socket<Self>) -> impl Stream<Item = Option<String>> {
        let _ = ws;
        Feed(&self.0)
    }
}
