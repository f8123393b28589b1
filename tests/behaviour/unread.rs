//! Request fields that no type of the contract declares have no effect.

use std::collections::BTreeMap;

use http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ws_runtime::{RawRequest, Server, Socket, testing::Site, ws_route};

/// A route that uses no field of the request.
struct Plain;

#[ws_route("/plain", response = String)]
impl Plain {
    fn open(&self) -> &'static str {
        "hello"
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Query {
    name: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Cookie {
    session: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Header {
    #[serde(rename = "x-token")]
    token: Option<String>,
}

struct Reading;

#[ws_route("/reading", query = Query, cookie = Cookie, header = Header, response = String)]
impl Reading {
    fn open(&self, ws: &Socket<Self>) -> String {
        let Query { name, tags } = ws.query();
        format!("{name} {tags:?} {} {:?}", ws.cookie().session, ws.header().token)
    }
}

fn bytes(value: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(value).expect("the values are valid in a header")
}

#[tokio::test(start_paused = true)]
async fn routes_ignore_fields_that_they_do_not_read() {
    let site = Site::start(Server::new().route(Plain));
    for (query, cookie, header) in [
        ("?utm=%E9", &b""[..], &b""[..]),
        ("?p=100%", b"", b""),
        ("?%", b"", b""),
        ("?a=%zz&%ff=%C0%AE&&==&", b"", b""),
        ("?\u{fc}=\u{fc}", b"", b""),
        ("", b"theme=caf\xe9", b""),
        ("", b"\xff", b""),
        ("", b";;=; =;\xff=\xff; a", b""),
        ("", b"a=%", b"\xff\xfe"),
    ] {
        let connect = site.connect::<Plain>(&format!("/plain{query}"));
        let connect = connect.header("cookie", bytes(cookie)).header("cookie", bytes(b"b=\xe9"));
        let mut client = connect.header("x-token", bytes(header)).await.expect(query);
        assert_eq!(client.receive().await, "hello", "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn unreadable_pairs_are_absent_where_not_requested() {
    let site = Site::start(Server::new().route(Reading));
    for (query, cookie, said) in [
        ("name=a&utm=%E9", &b"theme=caf\xe9; session=s"[..], "a [] s None"),
        ("utm=%&name=100%", b"session=100%; \xff", "100% [] 100% None"),
        ("name=%zz&tags=%&tags=%41", b"session=%ff", r#"%zz ["%", "A"] %ff None"#),
        ("%ff=1&name=a%2541", b"caf\xe9=1; session=s", "a%41 [] s None"),
        ("name=a&nam=%ff", b"session=\xff; session=s", "a [] s None"),
        ("name=a&tag=%ff", b"session=s; session=\xff", "a [] s None"),
    ] {
        let connect = site.connect::<Reading>(&format!("/reading?{query}")).header("cookie", bytes(cookie));
        let mut client = connect.header("x-other", bytes(b"\xff")).await.expect(query);
        assert_eq!(client.receive().await, said, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn unreadable_pairs_are_invalid_where_requested() {
    let site = Site::start(Server::new().route(Reading));
    for (query, cookie, token, on, path) in [
        ("name=%ff", &b"session=s"[..], &b"t"[..], "query", "/name"),
        ("name=a&name=%ff", b"session=s", b"t", "query", "/name"),
        ("name=a&tags=b&tags=%E9", b"session=s", b"t", "query", "/tags"),
        ("name=%C0%AE%zz", b"session=s", b"t", "query", "/name"),
        ("name=a", b"session=\xff", b"t", "cookie", "/session"),
        ("name=a", b"other=1; session=caf\xe9; x", b"t", "cookie", "/session"),
        ("name=a", b"session=s", b"\xff", "header", "/x-token"),
    ] {
        let connect = site.connect::<Reading>(&format!("/reading?{query}")).header("cookie", bytes(cookie));
        let refused = connect.header("x-token", bytes(token)).await.expect_err(query);
        assert_eq!(refused.status(), 422, "{query}");
        let problem = refused.problem().expect("it is JSON");
        assert_eq!(problem["on"], on, "{query}: {problem}");
        assert_eq!(problem["errors"][0]["path"], path, "{query}: {problem}");
        assert_eq!(problem["errors"][0]["keyword"], "encoding", "{query}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn maps_leave_out_unreadable_pairs() {
    struct Mapped;
    #[ws_route("/mapped", query = BTreeMap<String, String>, cookie = BTreeMap<String, String>, response = String)]
    impl Mapped {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?} {:?}", ws.query(), ws.cookie())
        }
    }

    let site = Site::start(Server::new().route(Mapped));
    let connect = site.connect::<Mapped>("/mapped?a=1&utm=%E9&%ff=2&p=%");
    let mut client = connect
        .header("cookie", bytes(b"theme=caf\xe9; b=2; \xff=1"))
        .await
        .expect("a map accepts all pairs");
    assert_eq!(client.receive().await, r#"{"a": "1", "p": "%"} {"b": "2"}"#);
}

#[tokio::test(start_paused = true)]
async fn handlers_may_replace_unreadable_pairs() {
    struct Mending;
    #[ws_route("/mending", query = Query, cookie = Cookie, response = String)]
    impl Mending {
        fn transform(&self, request: &mut RawRequest) {
            assert_eq!((request.query(), request.cookies()), (&[][..], &[][..]));
            request.query_mut().push(("name".to_owned(), "mended".to_owned()));
            request.cookies_mut().push(("session".to_owned(), "new".to_owned()));
        }

        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{} {}", ws.query().name, ws.cookie().session)
        }
    }

    let site = Site::start(Server::new().route(Mending));
    let connect = site.connect::<Mending>("/mending?name=%ff").header("cookie", bytes(b"session=\xff"));
    assert_eq!(connect.await.expect("it is mended").receive().await, "mended new");
}
