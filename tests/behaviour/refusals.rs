//! Responses to rejected handshakes: they contain enough to correct the request, and no more.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tower_service::Service;
use ws_runtime::{Body, Handshake, Pairs, Part, Reject, Server, testing::Site, ws_route};

use crate::support::{Http, frame, handshake, rest};

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Role {
    User,
    SecretAdmin,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    role: Role,
    #[serde(default)]
    #[schemars(regex(pattern = "^s3cret-[0-9]+$"))]
    code: Option<String>,
    #[serde(default)]
    #[schemars(range(max = 4711))]
    level: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Header {
    #[serde(rename = "x-token")]
    #[schemars(length(min = 32))]
    token: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Cookie {
    theme: Option<Role>,
}

/// Declares the same route with and without the key.
macro_rules! guarded {
    ($name:ident, $path:literal $(, $key:ident $(= $value:ident)?)?) => {
        struct $name;
        #[ws_route($path, query = Query, header = Header, cookie = Cookie, response = String $(, $key $(= $value)?)?)]
        impl $name {
            fn before_handle(&self) -> Result<(), Reject> {
                Err(Reject::status(401))
            }

            fn open(&self) {}
        }
    };
}

guarded!(Unset, "/unset/{seat: u8}");
guarded!(On, "/on/{seat: u8}", refusal_details);
guarded!(Off, "/off/{seat: u8}", refusal_details = off);

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Requests with a mistake in the last segment, the query, a header and the cookies.
const WRONG: [([&str; 4], &str, &str, &str); 9] = [
    (["7", "role=x", TOKEN, ""], "query", "/role", "enum"),
    (["7", "role=user&code=x", TOKEN, ""], "query", "/code", "pattern"),
    (["7", "role=user&level=5000", TOKEN, ""], "query", "/level", "maximum"),
    (["7", "role=user&level=x", TOKEN, ""], "query", "/level", "type"),
    (["7", "", TOKEN, ""], "query", "", "required"),
    (["7", "role=user&more=1", TOKEN, ""], "query", "", "additionalProperties"),
    (["300", "role=user", TOKEN, ""], "params", "/seat", "maximum"),
    (["7", "role=user", "short", ""], "header", "/x-token", "minLength"),
    (["7", "role=user", TOKEN, "theme=x"], "cookie", "/theme", "enum"),
];

macro_rules! problem {
    ($site:expr, $route:ty, $path:literal, $request:expr) => {{
        let [seat, query, token, cookie] = $request;
        let connect = $site.connect::<$route>(&format!("{}/{seat}?{query}", $path));
        let refused = connect.header("x-token", token).header("cookie", cookie).await.expect_err(query);
        assert_eq!(refused.status(), 422, "{query}");
        refused.problem().expect("it is JSON")
    }};
}

#[tokio::test(start_paused = true)]
async fn refusals_hide_values_and_patterns() {
    for server in [Server::new(), Server::new().refusal_details(true)] {
        let site = Site::start(server.route(Off));
        for (request, on, path, keyword) in WRONG {
            let problem = problem!(site, Off, "/off", request);
            let expected = json!({
                "type": "validation", "on": on, "status": 422, "detail": format!("invalid {on}"),
                "errors": [{"path": path, "keyword": keyword}],
            });
            assert_eq!(problem, expected, "{request:?}");
        }
    }
    let site = Site::start(Server::new().route(Unset));
    for (request, ..) in WRONG {
        let problem = problem!(site, Unset, "/unset", request).to_string();
        for secret in ["secret-admin", "user", "s3cret-", "4711", "255", "32", "message"] {
            assert!(!problem.contains(secret), "{secret}: {problem}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_details_show_values_and_patterns() {
    let says = |problem: &Value| problem["errors"][0]["message"].as_str().map(str::to_owned);
    let site = Site::start(Server::new().route(On));
    for (request, message) in [
        (WRONG[0].0, "expected one of `user`, `secret-admin`"),
        (WRONG[1].0, "must match `^s3cret-[0-9]+$`"),
        (WRONG[2].0, "must be at most 4711"),
        (WRONG[4].0, "`role` is required"),
    ] {
        assert_eq!(says(&problem!(site, On, "/on", request)).as_deref(), Some(message), "{request:?}");
    }
    // The setting of a route overrides that of the server.
    let site = Site::start(Server::new().route(Unset).route(Off).refusal_details(true));
    assert!(says(&problem!(site, Unset, "/unset", WRONG[0].0)).is_some());
    assert!(says(&problem!(site, Off, "/off", WRONG[0].0)).is_none());
}

/// If a handler decodes a part itself and returns the error, the response hides the same details.
#[tokio::test(start_paused = true)]
async fn refusals_of_handlers_hide_values() {
    struct Reading;
    #[ws_route("/reading", response = String)]
    impl Reading {
        fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Query, Reject> {
            let plan = Query::plan().map_err(|_| Reject::status(500))?;
            let pairs = Pairs::query(handshake.uri().query().unwrap_or_default());
            Ok(Query::read(&plan, &pairs)?)
        }

        fn open(&self) {}
    }

    let site = Site::start(Server::new().route(Reading).refusal_details(true));
    site.connect::<Reading>("/reading?role=user").await.expect("the role is valid");
    let refused = site.connect::<Reading>("/reading?role=x").await.expect_err("the role is invalid");
    assert_eq!(refused.status(), 422);
    let problem = refused.problem().expect("it is JSON");
    assert_eq!(problem["errors"], json!([{"path": "/role", "keyword": "enum"}]), "{problem}");
}

struct Echo;

#[ws_route("/echo/{room}", body = String, response = String)]
impl Echo {
    fn message(&self, text: String) -> String {
        text
    }
}

/// A fallback that answers with the given status and its own text.
#[derive(Clone)]
struct Answers(u16);

impl Service<http::Request<Body>> for Answers {
    type Response = http::Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        let response = http::Response::builder().status(self.0).body("the fallback".to_owned());
        ready(Ok(response.expect("the statuses of these tests are statuses")))
    }
}

/// Returns the request for an upgrade with some lines replaced. An empty replacement removes the line.
fn spoilt(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(handshake("/echo/a"), |head, (from, to)| {
        assert!(head.contains(from), "{from}");
        match *to {
            "" => head.replacen(&format!("{from}\r\n"), "", 1),
            to => head.replacen(from, to, 1),
        }
    })
}

/// Returns the status and the body of the response to a request.
async fn ask(http: &Http, head: &str) -> (u16, String) {
    let mut stream = http.dial().await;
    let head = head.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1);
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.write_all(&frame(0x88, [0x03, 0xe8])).await.expect("the server reads");
    let answer = rest(stream).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("the response has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    if status == 426 {
        assert!(head.contains("\r\nUpgrade: websocket"), "{head}");
        assert!(head.contains("\r\nConnection: upgrade, close"), "{head}");
        assert!(head.contains("application/problem+json"), "{head}");
    }
    (status, body.to_owned())
}

const VERSION: &str = "Sec-WebSocket-Version: 13";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const UPGRADE: &str = "Upgrade: websocket";
const CONNECTION: &str = "Connection: Upgrade";

#[tokio::test(start_paused = true)]
async fn upgrades_over_http_1_0_get_426_at_once() {
    for server in [Server::new(), Server::new().fallback(Answers(404)), Server::new().fallback(Answers(200))]
    {
        let http = Http::serve(server.route(Echo));
        for changes in [
            &[("HTTP/1.1", "HTTP/1.0")][..],
            // nginx forwards these fields of an upgrade if it is not configured for WebSocket.
            &[("HTTP/1.1", "HTTP/1.0"), (UPGRADE, ""), (CONNECTION, "Connection: close")],
            &[("HTTP/1.1", "HTTP/1.0"), (UPGRADE, ""), (CONNECTION, ""), (KEY, "")],
            &[("HTTP/1.1", "HTTP/1.0"), (VERSION, ""), (KEY, "")],
            &[("HTTP/1.1", "HTTP/1.0"), ("GET", "POST")],
            &[("HTTP/1.1", "HTTP/1.0"), ("/echo/a", "/%65cho/./a")],
        ] {
            let (status, body) = ask(&http, &spoilt(changes)).await;
            assert_eq!(status, 426, "{changes:?}: {body}");
            assert!(body.contains("over HTTP/1.0") && body.contains("proxy_http_version 1.1"), "{body}");
        }
        http.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn broken_upgrades_get_426_unless_the_fallback_answers() {
    let kinds: [(&[(&str, &str)], &str); 10] = [
        (&[(CONNECTION, "")], "`Connection` does not list `Upgrade`"),
        (&[(CONNECTION, "Connection: keep-alive")], "`Connection` does not list `Upgrade`"),
        (&[(CONNECTION, "Connection: upgraded")], "`Connection` does not list `Upgrade`"),
        (&[(UPGRADE, "")], "`Upgrade` does not list `websocket`"),
        (&[(UPGRADE, "Upgrade: h2c")], "`Upgrade` does not list `websocket`"),
        (&[(UPGRADE, ""), (CONNECTION, "")], "`Upgrade` does not list `websocket`"),
        (&[(UPGRADE, ""), (CONNECTION, ""), (KEY, "")], "`Upgrade` does not list `websocket`"),
        (&[(UPGRADE, ""), (CONNECTION, ""), (VERSION, "")], "`Upgrade` does not list `websocket`"),
        (&[("GET", "POST")], "opened with GET"),
        (&[("GET", "PUT"), (UPGRADE, ""), (CONNECTION, "")], "opened with GET"),
    ];
    for (page, gets) in [(404, 426), (405, 426), (200, 200), (302, 302), (401, 401), (500, 500)] {
        let http = Http::serve(Server::new().route(Echo).fallback(Answers(page)));
        for (changes, cause) in kinds {
            let (status, body) = ask(&http, &spoilt(changes)).await;
            assert_eq!(status, gets, "{changes:?}: {body}");
            let said = if gets == 426 { cause } else { "the fallback" };
            assert!(body.contains(said), "{changes:?}: {body}");
        }
        http.shut_down().await;
    }
}

/// The route answers a request for an upgrade even if the request has mistakes.
#[tokio::test(start_paused = true)]
async fn incomplete_upgrades_get_the_response_of_the_route() {
    for server in [Server::new(), Server::new().fallback(Answers(404)), Server::new().fallback(Answers(200))]
    {
        let http = Http::serve(server.route(Echo));
        for (changes, gets, cause) in [
            (&[][..], 101, ""),
            (&[(VERSION, "")], 426, "version 13"),
            (&[(VERSION, "Sec-WebSocket-Version: 8")], 426, "version 13"),
            (&[(VERSION, "Sec-WebSocket-Version: 14")], 426, "version 13"),
            (&[(KEY, "")], 400, "`Sec-WebSocket-Key`"),
            (&[(KEY, "Sec-WebSocket-Key: short")], 400, "`Sec-WebSocket-Key`"),
            (&[(KEY, ""), (VERSION, "")], 426, "version 13"),
        ] {
            let (status, body) = ask(&http, &spoilt(changes)).await;
            assert_eq!(status, gets, "{changes:?}: {body}");
            assert!(body.contains(cause), "{changes:?}: {body}");
        }
        http.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn fallback_answers_pages_and_unknown_paths() {
    let http = Http::serve(Server::new().route(Echo).fallback(Answers(404)));
    let page = &[(UPGRADE, ""), (CONNECTION, ""), (KEY, ""), (VERSION, "")];
    for changes in [
        page.to_vec(),
        [&page[..], &[("HTTP/1.1", "HTTP/1.0")]].concat(),
        [&page[..], &[("GET", "POST")]].concat(),
        [&page[1..], &[(UPGRADE, "Upgrade: h2c")]].concat(),
        vec![("/echo/a", "/elsewhere")],
        vec![("/echo/a", "/elsewhere"), ("HTTP/1.1", "HTTP/1.0")],
        vec![("/echo/a", "/elsewhere"), (CONNECTION, "")],
    ] {
        let (status, body) = ask(&http, &spoilt(&changes)).await;
        assert_eq!((status, body.as_str()), (404, "the fallback"), "{changes:?}");
    }
    http.shut_down().await;
}
