//! The handshake as seen by a route: typed parts, handlers, subprotocols and origins.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use ws_runtime::{
    Close, Handshake, RawRequest, Reject, Server, Socket, testing::Event, testing::Site, ws_route,
};

use crate::support::Journal;

/// A route that returns every part of its handshake as JSON.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Query {
    name: String,
    n: Option<i32>,
    #[serde(default)]
    id: Vec<String>,
    flag: Option<bool>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Header {
    #[serde(rename = "x-token")]
    token: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Cookie {
    session: u32,
}

struct Asked;

#[ws_route("/asked/{room}/{seat: u32}", query = Query, header = Header, cookie = Cookie, response = String)]
impl Asked {
    fn open(&self, ws: &Socket<Self>) -> String {
        let (params, query) = (ws.params(), ws.query());
        let parts = (&params.room, params.seat, query, ws.header(), ws.cookie());
        serde_json::to_string(&parts).expect("it is plain data")
    }
}

#[tokio::test(start_paused = true)]
async fn every_part_of_the_request_arrives_typed() {
    let site = Site::start(Server::new().route(Asked));
    for (target, said) in [
        (
            "/asked/tea/7?name=jane",
            r#"["tea",7,{"name":"jane","n":null,"id":[],"flag":null},{"x-token":"abc"},{"session":9}]"#,
        ),
        (
            "/asked/a%20b%2Fc/42?name=&n=-5&flag=true",
            r#"["a b/c",42,{"name":"","n":-5,"id":[],"flag":true},{"x-token":"abc"},{"session":9}]"#,
        ),
        (
            "/asked/%C3%BC/0?id=a&name=x+y%20z&id=b&more=ignored",
            r#"["ü",0,{"name":"x y z","n":null,"id":["a","b"],"flag":null},{"x-token":"abc"},{"session":9}]"#,
        ),
    ] {
        let connect = site.connect::<Asked>(target);
        let mut client =
            connect.header("x-token", "abc").header("cookie", "a=b; session=9").await.expect(target);
        assert_eq!(client.receive().await, said);
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_parts_are_refused_with_422() {
    let site = Site::start(Server::new().route(Asked));
    for (target, header, cookie, on) in [
        ("/asked/tea/7", "abc", "session=9", "query"),
        ("/asked/tea/7?n=5", "abc", "session=9", "query"),
        ("/asked/tea/7?name=a&n=abc", "abc", "session=9", "query"),
        ("/asked/tea/7?name=a&flag=maybe", "abc", "session=9", "query"),
        ("/asked/tea/x?name=a", "abc", "session=9", "params"),
        ("/asked/tea/-1?name=a", "abc", "session=9", "params"),
        ("/asked/tea/7?name=a", "", "session=9", "header"),
        ("/asked/tea/7?name=a", "abc", "session=s3cret", "cookie"),
        ("/asked/tea/7?name=a", "abc", "", "cookie"),
    ] {
        let mut connect = site.connect::<Asked>(target);
        if !header.is_empty() {
            connect = connect.header("x-token", header);
        }
        if !cookie.is_empty() {
            connect = connect.header("cookie", cookie);
        }
        let refused = connect.header("authorization", "s3cret").await.expect_err(target);
        assert_eq!(refused.status(), 422, "{target}");
        assert_eq!(refused.headers()["content-type"], "application/problem+json", "{target}");
        assert_eq!(refused.headers()["connection"], "close", "{target}");
        assert_eq!(refused.headers()["content-length"], refused.body().len().to_string(), "{target}");
        let problem = refused.problem().expect("it is JSON");
        assert_eq!(problem["type"], "validation", "{problem}");
        assert_eq!(problem["on"], on, "{problem}");
        assert_eq!(problem["status"], 422, "{problem}");
        assert!(problem["errors"][0]["path"].is_string(), "{problem}");
        assert!(!problem.to_string().contains("s3cret"), "it echoes what was sent: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_captures_get_400_and_unknown_paths_404() {
    let site = Site::start(Server::new().route(Asked));
    for (target, status) in [
        ("/asked/%FF/7?name=a", 400),
        ("/asked/%C3/7?name=a", 400),
        ("/asked/tea", 404),
        ("/asked/tea/7/", 404),
        ("/nowhere", 404),
    ] {
        let refused = site.connect::<Asked>(target).await.expect_err(target);
        assert_eq!(refused.status(), status, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn missing_query_is_read_as_an_empty_one() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Page {
        page: Option<u8>,
    }
    struct Pages;
    #[ws_route("/pages", query = Page, response = String)]
    impl Pages {
        fn open(&self, ws: &Socket<Self>) -> String {
            format!("{:?}", ws.query().page)
        }
    }

    let site = Site::start(Server::new().route(Pages));
    for (target, said) in [("/pages", "None"), ("/pages?", "None"), ("/pages?page=3", "Some(3)")] {
        let mut client = site.connect::<Pages>(target).await.unwrap();
        assert_eq!(client.receive().await, said, "{target}");
    }
}

/// A route that records the calls of its handshake handlers. The query says which of them rejects.
struct Guarded(Journal);

#[derive(Debug)]
struct User {
    name: String,
}

#[ws_route("/guarded", body = String, response = String)]
impl Guarded {
    async fn transform(&self, request: &mut RawRequest) -> Result<(), Reject> {
        self.0.note("transform");
        refuse("transform", request.uri().query())
    }

    async fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject> {
        self.0.note("protocol");
        refuse("protocol", handshake.uri().query())?;
        Ok(None)
    }

    async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> {
        self.0.note("before_handle");
        sleep(Duration::from_secs(1)).await;
        refuse("before_handle", handshake.uri().query())?;
        Ok(User { name: "ada".to_owned() })
    }

    async fn upgrade(&self, handshake: &Handshake<Self>, user: &User) -> Result<HeaderMap, Reject> {
        self.0.note(format!("upgrade {}", user.name));
        refuse("upgrade", handshake.uri().query())?;
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("a=1"));
        headers.append(SET_COOKIE, HeaderValue::from_static("b=2"));
        headers.insert("x-user", HeaderValue::from_static("ada"));
        Ok(headers)
    }

    fn open(&self, ws: &Socket<Self>) {
        self.0.note(format!("open {}", ws.data().name));
    }

    fn message(&self, ws: &Socket<Self>) -> String {
        ws.data().name.clone()
    }

    fn close(&self) {
        self.0.note("close");
    }
}

fn refuse(handler: &str, query: Option<&str>) -> Result<(), Reject> {
    match query.and_then(|query| query.split_once('=')) {
        Some((name, "status")) if name == handler => {
            Err(Reject::status(403).header("x-why", "because").body("forbidden"))
        }
        Some((name, "close")) if name == handler => Err(Reject::close(4003, "forbidden")),
        Some((name, "panic")) if name == handler => panic!("s3cret"),
        _ => Ok(()),
    }
}

#[tokio::test(start_paused = true)]
async fn handshake_handlers_run_once_and_in_order() {
    let journal = Journal::default();
    let site = Site::start(Server::new().route(Guarded(journal.clone())));
    let mut client = site.connect::<Guarded>("/guarded").await.unwrap();
    let cookies: Vec<_> = client.headers().get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(client.headers()["x-user"], "ada");
    assert_eq!(client.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for _ in 0..3 {
        client.send("").await;
        assert_eq!(client.receive().await, "ada");
    }
    let noted = ["transform", "protocol", "before_handle", "upgrade ada", "open ada"];
    assert_eq!(journal.take(), noted, "none of them runs for a message");
    client.close(Close::NORMAL).await;
    client.receive_close().await;
    site.settled().await;
    assert_eq!(journal.take(), ["close"]);
}

#[tokio::test(start_paused = true)]
async fn every_handshake_handler_may_refuse() {
    let order = ["transform", "protocol", "before_handle", "upgrade ada"];
    for (at, handler) in ["transform", "protocol", "before_handle", "upgrade"].into_iter().enumerate() {
        let journal = Journal::default();
        let site = Site::start(Server::new().route(Guarded(journal.clone())));

        let refused = site.connect::<Guarded>(&format!("/guarded?{handler}=status")).await.unwrap_err();
        assert_eq!(refused.status(), 403, "{handler}");
        assert_eq!(refused.body(), "forbidden", "{handler}");
        assert_eq!(refused.headers()["x-why"], "because", "{handler}");
        assert_eq!(journal.take(), order[..=at], "{handler}: nothing runs after it");

        let mut client = site.connect::<Guarded>(&format!("/guarded?{handler}=close")).await.unwrap();
        assert_eq!(client.next().await, Event::Close(Some(4003), "forbidden".into()), "{handler}");
        assert_eq!(client.next().await, Event::End, "{handler}");
        assert!(!client.headers().contains_key(SET_COOKIE), "{handler}");
        assert_eq!(journal.take(), order[..=at], "{handler}: neither `open` nor `close` runs");

        let refused = site.connect::<Guarded>(&format!("/guarded?{handler}=panic")).await.unwrap_err();
        assert_eq!(refused.status(), 500, "{handler}");
        assert!(!String::from_utf8_lossy(refused.body()).contains("s3cret"), "{handler}");
        assert_eq!(journal.take(), order[..=at], "{handler}");
        let channel = site.handle().channel::<Guarded>().unwrap();
        assert_eq!(channel.sockets().len(), 0, "{handler}");
    }
}

#[tokio::test(start_paused = true)]
async fn transform_changes_what_is_checked() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Version {
        version: u8,
    }
    struct Changed;
    #[ws_route("/changed/{name}", query = Version, header = Header, cookie = Cookie, response = String)]
    impl Changed {
        fn transform(&self, request: &mut RawRequest) {
            request.query_mut().retain(|(name, _)| name != "v");
            request.headers_mut().insert("x-token", HeaderValue::from_static("abc"));
            request.cookies_mut().push(("session".to_owned(), "9".to_owned()));
            request.extensions_mut().insert("from `transform`");
            request.query_mut().push(("version".to_owned(), "2".to_owned()));
            request.captures_mut()[0].1.make_ascii_lowercase();
        }

        fn before_handle(&self, handshake: &Handshake<Self>) -> Result<&'static str, Reject> {
            assert_eq!(handshake.params().name, "ada");
            assert_eq!(handshake.query().version, 2);
            assert_eq!(handshake.header().token, "abc");
            assert_eq!(handshake.cookie().session, 9);
            assert_eq!(handshake.remote_addr().unwrap().port(), 0);
            handshake.extensions().get().copied().ok_or(Reject::status(500))
        }

        fn open(&self, ws: &Socket<Self>) -> String {
            let said = format!("{} {} {}", ws.params().name, ws.query().version, ws.header().token);
            format!("{said} {} {}", ws.cookie().session, ws.data())
        }
    }

    let site = Site::start(Server::new().route(Changed));
    let mut client = site.connect::<Changed>("/changed/ADA?v=x").await.unwrap();
    assert_eq!(client.receive().await, "ada 2 abc 9 from `transform`");
}
