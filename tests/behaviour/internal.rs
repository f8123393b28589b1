//! Application errors in handshake handlers.

use std::{fmt, io, net::AddrParseError};

use ws_runtime::{
    BoxError, Close, HeaderMap, Invalid, RawRequest, Reject, Server, Socket, testing::Site, ws_route,
};

/// An error type of the application.
#[derive(Debug)]
struct Missing;

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secret:\nno such user")
    }
}

impl std::error::Error for Missing {}

fn read(path: &str) -> io::Result<u32> {
    Err(io::Error::other(format!("secret: {path}")))
}

fn text_error(text: &str) -> Result<u32, &str> {
    Err(text)
}

fn parsed(text: &str) -> Result<std::net::IpAddr, AddrParseError> {
    text.parse()
}

/// A route whose handshake handlers fail as the query says.
struct Boxed;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Way {
    by: String,
}

#[ws_route("/boxed", query = Way, response = String)]
impl Boxed {
    fn transform(&self, request: &mut RawRequest) -> Result<(), BoxError> {
        if request.query().iter().any(|(_, value)| value == "parse") {
            return Err("early".into());
        }
        Ok(())
    }

    async fn before_handle(&self, handshake: &ws_runtime::Handshake<Self>) -> Result<u32, BoxError> {
        match &*handshake.query().by {
            "io" => Ok(read("motd.txt")?),
            "own" => Err(Missing)?,
            "text" => Err("secret")?,
            "number" => Ok("x7".parse()?),
            "address" => Ok(u32::from(parsed("nowhere")?.is_ipv4())),
            "close" => Err(Close::new(4001, "the token has expired"))?,
            "invalid" => Err(Invalid::new("is not a way"))?,
            _ => Ok(7),
        }
    }

    fn upgrade(&self, handshake: &ws_runtime::Handshake<Self>) -> Result<HeaderMap, BoxError> {
        if handshake.query().by == "upgrade" {
            Err(Missing)?;
        }
        Ok(HeaderMap::new())
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().to_string()
    }
}

struct Mapped;

#[ws_route("/mapped", query = Way)]
impl Mapped {
    async fn before_handle(&self, handshake: &ws_runtime::Handshake<Self>) -> Result<(), Reject> {
        match &*handshake.query().by {
            "io" => read("motd.txt").map_err(Reject::internal)?,
            "text" => text_error("secret").map_err(Reject::internal)?,
            "status" => Err(http::StatusCode::IM_A_TEAPOT)?,
            _ => 0,
        };
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn application_errors_in_the_handshake_get_500() {
    let site = Site::start(Server::new().route(Boxed).route(Mapped));
    for (target, status) in [
        ("/boxed?by=io", 500),
        ("/boxed?by=own", 500),
        ("/boxed?by=text", 500),
        ("/boxed?by=number", 500),
        ("/boxed?by=address", 500),
        ("/boxed?by=parse", 500),
        ("/boxed?by=upgrade", 500),
        ("/boxed?by=invalid", 422),
        ("/mapped?by=io", 500),
        ("/mapped?by=text", 500),
        ("/mapped?by=status", 418),
    ] {
        let refused = if target.starts_with("/boxed") {
            site.connect::<Boxed>(target).await.map(drop)
        } else {
            site.connect::<Mapped>(target).await.map(drop)
        };
        let response = refused.expect_err("it is refused");
        assert_eq!(response.status(), status, "{target}");
        let body = String::from_utf8_lossy(response.body());
        assert!(!body.contains("secret"), "{target}: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn close_as_a_boxed_error_closes() {
    let site = Site::start(Server::new().route(Boxed));
    let mut client = site.connect::<Boxed>("/boxed?by=close").await.expect("the handshake is accepted");
    assert_eq!(client.receive_close().await.0, Some(4001));
}

#[tokio::test(start_paused = true)]
async fn data_is_available_with_a_boxed_error_type() {
    let site = Site::start(Server::new().route(Boxed));
    let mut client = site.connect::<Boxed>("/boxed?by=luck").await.expect("nothing refuses it");
    assert_eq!(client.receive().await, "7");
}
