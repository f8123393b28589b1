//! What a refused handshake tells a client: enough to mend the request, and no more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ws_runtime::{Handshake, Pairs, Part, Reject, Server, testing::Site, ws_route};

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

/// One route, with and without the key.
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

/// What is wrong with a request: the end of its path, its query, its token and its cookies.
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
async fn refusals_name_no_values_and_no_patterns() {
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
async fn refusal_details() {
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
    // The route's word goes before the server's.
    let site = Site::start(Server::new().route(Unset).route(Off).refusal_details(true));
    assert!(says(&problem!(site, Unset, "/unset", WRONG[0].0)).is_some());
    assert!(says(&problem!(site, Off, "/off", WRONG[0].0)).is_none());
}

/// A handler that reads a part itself and passes the refusal on tells no more either.
#[tokio::test(start_paused = true)]
async fn refusals_of_handlers_name_no_values() {
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
    site.connect::<Reading>("/reading?role=user").await.expect("there is such a role");
    let refused = site.connect::<Reading>("/reading?role=x").await.expect_err("there is no such role");
    assert_eq!(refused.status(), 422);
    let problem = refused.problem().expect("it is JSON");
    assert_eq!(problem["errors"], json!([{"path": "/role", "keyword": "enum"}]), "{problem}");
}
