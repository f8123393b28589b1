//! Handshakes as real devices send them. The server ignores what the grammar permits it to ignore, and does not check
//! fields that a route does not use.

use http::HeaderValue;
use ws_runtime::{Deflate, Handshake, Reject, Server, Socket, testing::Site, ws_route};

/// A route without subprotocols and compression that replies with the offered subprotocols.
struct Plain;

#[ws_route("/plain", response = String)]
impl Plain {
    fn before_handle(&self, handshake: &Handshake<Self>) -> Result<String, Reject> {
        let offered = handshake.offered_protocols().join(" ");
        if offered.contains("refuse") { Err(Reject::status(403)) } else { Ok(offered) }
    }

    fn open(&self, ws: &Socket<Self>) -> String {
        ws.data().clone()
    }
}

struct Spoken;

#[ws_route("/spoken", response = String, protocols = ["v2", "v1"])]
impl Spoken {
    fn open(&self, ws: &Socket<Self>) -> String {
        ws.protocol().unwrap_or("none").to_owned()
    }
}

struct Required;

#[ws_route("/required", response = String, protocols = ["v1"], require_protocol)]
impl Required {
    fn open(&self) {}
}

struct Packed;

#[ws_route("/packed", response = String, per_message_deflate)]
impl Packed {
    fn open(&self) -> &'static str {
        "hello"
    }
}

const PROTOCOL: &str = "sec-websocket-protocol";
const EXTENSIONS: &str = "sec-websocket-extensions";

fn bytes(value: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(value).expect("the values are valid in a header")
}

#[tokio::test(start_paused = true)]
async fn empty_elements_of_subprotocol_lists_are_ignored() {
    let site = Site::start(Server::new().route(Spoken).route(Required));
    for (lines, spoken) in [
        (&[""][..], "none"),
        (&[","], "none"),
        (&[" , ,\t"], "none"),
        (&["v1,"], "v1"),
        (&[",v1"], "v1"),
        (&["v1,,v2"], "v2"),
        (&["", "v1"], "v1"),
        (&["other, ,v1 ,"], "v1"),
    ] {
        let mut connect = site.connect::<Spoken>("/spoken");
        for line in lines {
            connect = connect.header(PROTOCOL, *line);
        }
        let mut client = connect.await.unwrap_or_else(|refused| panic!("{lines:?}: {refused:?}"));
        assert_eq!(client.receive().await, spoken, "{lines:?}");
        let answer = client.headers().get(PROTOCOL).map(HeaderValue::as_bytes);
        assert_eq!(answer, Some(spoken.as_bytes()).filter(|_| spoken != "none"), "{lines:?}");
    }
    for malformed in ["v1 v2", "v1;q=1", "\"v1\"", "v1, v1"] {
        let refused = site.connect::<Spoken>("/spoken").header(PROTOCOL, malformed).await;
        assert_eq!(refused.expect_err(malformed).status(), 400, "{malformed}");
    }
    let refused = site.connect::<Required>("/required").header(PROTOCOL, "").await;
    assert_eq!(refused.expect_err("none was offered").status(), 400);
    site.connect::<Required>("/required").header(PROTOCOL, ",v1,").await.expect("one was offered");
}

#[tokio::test(start_paused = true)]
async fn routes_ignore_malformed_fields_they_do_not_use() {
    let site = Site::start(Server::new().route(Plain));
    for (protocols, extensions, offered) in [
        (&b""[..], &b""[..], ""),
        (b"v1 v2", b",;=\"\xff", ""),
        (b"chat, chat", b"a b", "chat"),
        (b"\xff, bearer.abc, ,\"x\"", b"permessage-deflate; x=\"", "bearer.abc"),
        (b"soap; q=1, wamp.2.json", b"bbf-usp-protocol; eid=doc::agent", "wamp.2.json"),
    ] {
        let connect = site.connect::<Plain>("/plain").header(PROTOCOL, bytes(protocols));
        let mut client = connect.header(EXTENSIONS, bytes(extensions)).await.expect("the client is accepted");
        assert_eq!(client.receive().await, offered, "{}", protocols.escape_ascii());
        assert!(!client.headers().contains_key(PROTOCOL) && !client.headers().contains_key(EXTENSIONS));
    }
    // The client offers more subprotocols than the library passes to a handler, which is 32.
    let many = (0..50).map(|n| format!("p{n}")).collect::<Vec<_>>().join(",");
    let mut client =
        site.connect::<Plain>("/plain").header(PROTOCOL, many).await.expect("the client is accepted");
    assert_eq!(client.receive().await.split(' ').count(), 32);
}

#[tokio::test(start_paused = true)]
async fn unknown_extensions_are_ignored() {
    const DEFLATE: &str = "permessage-deflate";
    let site = Site::start(Server::new().route(Packed));
    for (offer, is_compressed) in [
        (r#"bbf-usp-protocol; eid="doc::agent""#, false),
        (r#"bbf-usp-protocol; eid="os::012345-6, 7; \"8\"", permessage-deflate"#, true),
        (r#"permessage-deflate; client_max_window_bits="12", x; y="a b c""#, true),
        (r#"permessage-deflate; client_max_window_bits="1\2""#, true),
        (r#"permessage-deflate; client_max_window_bits="1 2""#, false),
        (r#"permessage-deflate; client_max_window_bits="", permessage-deflate"#, true),
        (r#"x; y="permessage-deflate, permessage-deflate""#, false),
        (",, x-webkit-deflate-frame,", false),
        ("", false),
    ] {
        let connect = site.connect::<Packed>("/packed").header(EXTENSIONS, offer);
        let client = connect.await.unwrap_or_else(|refused| panic!("{offer}: {refused:?}"));
        let answer = client.headers().get(EXTENSIONS).map(|answer| answer.to_str().expect("it is ours"));
        assert_eq!(answer.is_some_and(|answer| answer.starts_with(DEFLATE)), is_compressed, "{offer}");
    }
    for malformed in [r#"x; y="a"#, r#"x; y="a\"#, "x y", "x; y=a::b", r#"x; y="a"b"#] {
        let refused = site.connect::<Packed>("/packed").header(EXTENSIONS, malformed).await;
        assert_eq!(refused.expect_err(malformed).status(), 400, "{malformed}");
    }
    let deflate = Deflate::new();
    let mut client =
        site.connect::<Packed>("/packed").per_message_deflate(deflate).await.expect("the client is accepted");
    assert_eq!(client.receive().await, "hello");
}
