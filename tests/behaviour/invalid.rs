//! Responses to invalid messages, and the limit on consecutive ones.

use std::time::Duration;

use ws_runtime::{
    Contract, Endpoint, Message, OnInvalid, Server, Socket,
    testing::{Event, Site},
    ws_route,
};

use crate::{
    limits::{connect, is_closed},
    support::Note,
};

/// Declares a route for notes with the given options.
macro_rules! notes {
    ($name:ident, $path:literal $(, $key:ident = $value:tt)* $(,)?) => {
        struct $name;

        #[ws_route($path, body = Note, response = Note $(, $key = $value)*)]
        impl $name {
            fn message(&self, note: Note) -> Note {
                note
            }
        }
    };
}

notes!(Notes, "/notes");

#[tokio::test(start_paused = true)]
async fn max_invalid_closes_after_consecutive_invalid_messages() {
    async fn limited<E: Endpoint<Contract: Contract<Body = Note, Response = Note>>>(
        site: &Site,
        most: usize,
    ) {
        let mut client = connect::<E>(site).await;
        for _ in 0..3 {
            for _ in 0..most {
                client.send_text("{}").await;
                assert_eq!(client.receive_error().await["type"], "validation");
            }
            // A valid message resets the count.
            client.send(&Note::new("valid")).await;
            assert_eq!(client.receive().await, Note::new("valid"));
        }
        for _ in 0..most {
            client.send_text("{}").await;
            client.receive_error().await;
        }
        client.send_text("{}").await;
        is_closed(client, 1008).await;
    }
    notes!(Two, "/two", max_invalid = 2);
    struct Transformed;
    #[ws_route("/transformed", body = Note, response = Note, max_invalid = 3)]
    impl Transformed {
        fn transform_message(&self, message: Message) -> Message {
            message
        }

        fn message(&self, note: Note) -> Note {
            note
        }
    }

    let site = Site::start(Server::new().route(Two).route(Notes).route(Transformed).max_invalid(4));
    limited::<Two>(&site, 2).await;
    limited::<Transformed>(&site, 3).await;
    limited::<Notes>(&site, 4).await;
    let site = Site::start(Server::new().route(Notes));
    let mut client = connect::<Notes>(&site).await;
    for _ in 0..1000 {
        client.send_text("{}").await;
        client.receive_error().await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_invalid_replies_ignores_or_closes() {
    async fn answers<E: Endpoint>(site: &Site, answer: OnInvalid) {
        for binary in [false, true] {
            let mut client = connect::<E>(site).await;
            if binary {
                client.send_binary("{}").await;
            } else {
                client.send_text("{}").await;
            }
            match answer {
                OnInvalid::Reply => assert_eq!(client.receive_error().await["type"], "validation"),
                OnInvalid::Ignore => client.receive_nothing(Duration::from_secs(1)).await,
                OnInvalid::Close => is_closed(client, if binary { 1003 } else { 1007 }).await,
            }
        }
    }
    notes!(Reply, "/reply", on_invalid = reply);
    notes!(Ignore, "/ignore", on_invalid = ignore);
    notes!(Closing, "/closing", on_invalid = close);

    for at_the_server in [None, Some(OnInvalid::Reply), Some(OnInvalid::Ignore), Some(OnInvalid::Close)] {
        let server = Server::new().route(Reply).route(Ignore).route(Closing).route(Notes);
        let site = Site::start(match at_the_server {
            Some(answer) => server.on_invalid(answer),
            None => server,
        });
        answers::<Reply>(&site, OnInvalid::Reply).await;
        answers::<Ignore>(&site, OnInvalid::Ignore).await;
        answers::<Closing>(&site, OnInvalid::Close).await;
        answers::<Notes>(&site, at_the_server.unwrap_or(OnInvalid::Reply)).await;
    }
}

/// Payloads of control frames are not validated.
#[tokio::test(start_paused = true)]
async fn payloads_of_pings_are_not_validated() {
    struct Beating;
    #[ws_route("/beating", body = Note, response = Note, max_invalid = 1)]
    impl Beating {
        fn message(&self, ws: &Socket<Self>, note: Note) -> Note {
            let _ = ws.ping("not a note");
            let _ = ws.pong("neither");
            note
        }

        fn ping(&self) {}
    }

    let site = Site::start(Server::new().route(Beating));
    let mut client = connect::<Beating>(&site).await;
    for _ in 0..3 {
        client.ping("not a note").await;
        assert_eq!(client.next().await, Event::Pong("not a note".into()));
        client.pong([0xff]).await;
    }
    client.send(&Note::new("Hello!")).await;
    assert_eq!(client.next().await, Event::Ping("not a note".into()));
    assert_eq!(client.next().await, Event::Pong("neither".into()));
    assert_eq!(client.receive().await, Note::new("Hello!"));
}
