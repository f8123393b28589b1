//! `transform_message` passes a message on, drops it, refuses it, or closes the connection.

use std::{fmt, time::Duration};

use ws_runtime::{Close, Error, Message, Server, Socket, testing::Event, testing::Site, ws_route};

use crate::support::{Journal, Note};

/// Why a message is refused.
#[derive(Debug, PartialEq)]
struct Sealed;

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the message is sealed")
    }
}

impl std::error::Error for Sealed {}

/// Does with a message what its text says.
struct Filter(Journal);

#[ws_route("/filter", body = Note, response = Note, max_invalid = 2)]
impl Filter {
    async fn transform_message(&self, message: Message) -> Result<Option<Message>, ws_runtime::BoxError> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        match message.as_text().unwrap_or_default() {
            "drop" => Ok(None),
            "refuse" => Err(Sealed.into()),
            "close" => Err(Close::new(4002, "filtered").into()),
            "panic" => panic!("s3cret"),
            text => Ok(Some(Message::text(text.trim_start_matches('x')))),
        }
    }

    fn message(&self, note: Note) -> Note {
        note
    }

    fn error(&self, error: Error) {
        self.0.note(match error {
            Error::Failed(error) if error.is::<Sealed>() => "sealed".to_owned(),
            Error::Invalid(_) => "invalid".to_owned(),
            other => format!("{other:?}"),
        });
    }
}

#[tokio::test(start_paused = true)]
async fn transformed_message_is_passed_dropped_or_refused() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Filter(journal.clone())));
    let mut client = site.connect::<Filter>("/filter").await.unwrap();
    for text in ["drop", "drop", "drop", "x{\"message\":\"one\"}", "drop", "refuse", "{\"message\":\"two\"}"]
    {
        client.send_text(text).await;
    }
    assert_eq!(client.receive().await, Note::new("one"));
    assert_eq!(client.receive_error().await["detail"], "internal error");
    assert_eq!(client.receive().await, Note::new("two"));
    assert_eq!(journal.take(), ["sealed"]);

    // What it passes on is still validated, and only that counts as invalid.
    for text in ["nonsense", "drop", "refuse", "nonsense"] {
        client.send_text(text).await;
    }
    for expected in ["message", "", "message"] {
        let frame = client.receive_error().await;
        assert_eq!(frame["on"].as_str().unwrap_or_default(), expected);
    }
    assert_eq!(journal.take(), ["invalid", "sealed", "invalid"]);
    client.send_text("close").await;
    client.send_text("{\"message\":\"late\"}").await;
    assert_eq!(client.receive_close().await, (Some(4002), "filtered".into()));
    assert_eq!(journal.take(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn panic_while_transforming_closes_one_socket() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Filter(journal.clone())));
    let mut other = site.connect::<Filter>("/filter").await.unwrap();
    let mut client = site.connect::<Filter>("/filter").await.unwrap();
    client.send_text("panic").await;
    assert_eq!(client.receive_close().await.0, Some(1011));
    other.send_text("{\"message\":\"here\"}").await;
    assert_eq!(other.receive().await, Note::new("here"));
}

macro_rules! transforming {
    ($name:ident, $returns:ty, $($case:pat => $value:expr),+) => {
        struct $name;
        #[ws_route("/transforming", body = Message, response = String)]
        impl $name {
            fn transform_message(&self, _ws: &Socket<Self>, message: Message) -> $returns {
                match message.as_bytes() {
                    $($case => $value),+
                }
            }

            fn message(&self, message: Message) -> String {
                format!("got {}", message.len())
            }
        }
    };
}

#[tokio::test(start_paused = true)]
async fn every_form_of_transform_message_is_carried_out() {
    transforming!(Optional, Option<Message>, b"drop" => None, _ => Some(Message::text("12")));
    transforming!(Refusing, Result<Message, &'static str>, b"drop" => Err("no"), _ => Ok(Message::text("123")));
    transforming!(Closing, Result<Message, Close>, b"drop" => Err(Close::new(4003, "no")), _ => Ok(Message::text("1")));

    async fn events<R: ws_runtime::Route>(route: R) -> Vec<Event> {
        let site = Site::start(Server::new().route(route));
        let mut client = site.connect::<R>("/transforming").await.unwrap();
        for message in ["pass", "drop", "pass"] {
            client.send_text(message).await;
        }
        client.send_binary(b"drop").await;
        site.settled().await;
        client.close(Close::NORMAL).await;
        let mut events = Vec::new();
        loop {
            match client.next().await {
                Event::End => return events,
                event => events.push(event),
            }
        }
    }
    let text = |text: &str| Event::Message(Message::text(text));
    let close = |code, reason: &str| Event::Close(Some(code), reason.into());
    assert_eq!(events(Optional).await, [text("got 2"), text("got 2"), close(1000, "")]);
    // A response that accepts any text is told by a close code that a handler failed.
    assert_eq!(events(Refusing).await, [text("got 3"), close(1011, "internal error")]);
    assert_eq!(events(Closing).await, [text("got 1"), close(4003, "no")]);
}
