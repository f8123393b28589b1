//! A stream as a reply must be `Send`.

use std::{
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_core::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Server, ws_route};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Heard {
    text: String,
}

struct Chat;

struct Local(Rc<()>);

impl Stream for Local {
    type Item = Heard;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Heard>> {
        drop(self.0.clone());
        Poll::Ready(None)
    }
}

#[ws_route("/chat", response = Heard)]
impl Chat {
    fn open(&self) -> impl Stream<Item = Heard> {
        Local(Rc::new(()))
    }
}

fn main() {
    let _ = Server::new().route(Chat);
}
