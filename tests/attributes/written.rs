//! Generated code follows the conditions, generics and macros of the block.

#![expect(
    clippy::non_minimal_cfg,
    clippy::unnecessary_wraps,
    reason = "what is written here is what is tried"
)]

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{Params, Reject, Server, Shared, Socket, testing::Site, ws_contract, ws_route};

/// A handler is called if its `cfg` is true, and does not exist if it is false.
#[tokio::test(start_paused = true)]
async fn handler_exists_only_under_its_conditions() {
    struct Chat;
    #[ws_route("/chat", body = String, response = String)]
    impl Chat {
        #[cfg(any())]
        fn before_handle(&self) -> Result<Missing, Reject> {}

        #[cfg(all())]
        fn before_handle(&self) -> Result<u8, Reject> {
            Ok(7)
        }

        #[cfg(any())]
        fn open(&self) -> String {
            "never".to_owned()
        }

        #[cfg_attr(all(), cfg(not(any())))]
        fn message(&self, ws: &Socket<Self>, text: String) -> String {
            format!("{text} {}", ws.data())
        }
    }

    struct Deaf;
    #[ws_route("/deaf", body = String, response = Vec<u8>, ping_interval = off)]
    impl Deaf {
        fn open(&self) {}

        #[cfg(any())]
        fn message(&self) {}
    }

    let site = Site::start(Server::new().route(Chat).route(Deaf));
    let mut client = site.connect::<Chat>("/chat").await.unwrap();
    client.send("seven").await;
    assert_eq!(client.receive().await, "seven 7");
    // The route `Deaf` has no `message` handler, so it closes with 1007 when a message arrives.
    let mut client = site.connect::<Deaf>("/deaf").await.unwrap();
    client.send("anyone").await;
    assert_eq!(client.receive_close().await.0, Some(1007));
}

#[tokio::test(start_paused = true)]
async fn captures_keep_their_types_and_names() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Floor(u8);

    #[ws_contract("/hotel/{floor: Floor}/{type}/{*rest}", response = String)]
    struct Hotel;

    struct Guest;
    #[ws_route(Hotel)]
    impl Guest {
        fn open(&self, ws: &Socket<Self>) -> String {
            let Params::<Hotel> { floor, r#type, rest } = ws.params();
            format!("{} {} {rest}", floor.0 + 1, r#type)
        }
    }

    let site = Site::start(Server::new().route(Guest));
    let mut client = site.connect::<Guest>("/hotel/3/suite%20a/left/door").await.unwrap();
    assert_eq!(client.receive().await, "4 suite a left/door");
    let refused = site.connect::<Guest>("/hotel/300/suite/left").await.unwrap_err();
    assert_eq!(refused.status(), 422);
}

/// The type parameter has no bounds. Each concrete type is a separate route.
#[tokio::test(start_paused = true)]
async fn generic_route_serves_each_type_argument() {
    struct Echo<T>(PhantomData<T>);
    #[ws_route("/echo", body = T, response = T)]
    impl<T> Echo<T> {
        fn message(&self, value: T) -> T {
            value
        }
    }

    let site = Site::start(Server::new().route(Echo::<u32>(PhantomData)));
    let mut client = site.connect::<Echo<u32>>("/echo").await.unwrap();
    client.send(&4).await;
    assert_eq!(client.receive().await, 4);
    client.send_text("\"four\"").await;
    assert_eq!(client.receive_error().await["errors"][0]["keyword"], "type");

    let site = Site::start(Server::new().route(Echo::<String>(PhantomData)));
    let mut client = site.connect::<Echo<String>>("/echo").await.unwrap();
    client.send("\"four\"").await;
    assert_eq!(client.receive().await, "\"four\"");
}

#[tokio::test(start_paused = true)]
async fn block_written_by_a_macro_is_a_route() {
    macro_rules! counters {
        ($($name:ident at $path:literal is $kind:ty, $limit:literal;)*) => {
            $(
                struct $name;
                #[ws_route($path, body = $kind, response = $kind, max_payload_length = $limit)]
                impl $name {
                    fn message(&self, value: $kind) -> $kind {
                        value + 1
                    }
                }
            )*
        };
    }
    counters! {
        Small at "/small" is u8, 1;
        Large at "/large" is u64, "1kB";
    }

    let site = Site::start(Server::new().route(Small).route(Large));
    let mut small = site.connect::<Small>("/small").await.unwrap();
    small.send(&8).await;
    assert_eq!(small.receive().await, 9);
    small.send(&10).await;
    assert_eq!(small.receive_close().await.0, Some(1009));
    let mut large = site.connect::<Large>("/large").await.unwrap();
    large.send(&1_000_000).await;
    assert_eq!(large.receive().await, 1_000_001);
}

/// A method in a plain impl block is never a handler, even if its name resembles one.
#[tokio::test(start_paused = true)]
async fn methods_in_other_blocks_are_not_handlers() {
    struct Chat;
    #[ws_route("/chat", body = String, response = String)]
    impl Chat {
        fn message(&self, text: String) -> String {
            self.on_message(text)
        }
    }
    impl Chat {
        fn on_message(&self, text: String) -> String {
            let _ = self;
            text + "!"
        }
    }

    let site = Site::start(Server::new().route(Chat));
    let mut client = site.connect::<Chat>("/chat").await.unwrap();
    client.send("hello").await;
    assert_eq!(client.receive().await, "hello!");
}

/// The attribute adds the bound `Self: Shared`. The bound is public, so a block may also state it itself.
#[tokio::test(start_paused = true)]
async fn block_may_repeat_the_generated_bounds() {
    struct Room<T>(T);
    #[ws_route("/room", response = String)]
    impl<T> Room<T>
    where
        Room<T>: Shared,
        T: AsRef<str>,
    {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{} {}", self.0.as_ref(), ws.subscriptions().len())
        }
    }

    let site = Site::start(Server::new().route(Room("lobby")));
    let mut client = site.connect::<Room<&str>>("/room").await.unwrap();
    assert_eq!(client.receive().await, "lobby 0");
}
