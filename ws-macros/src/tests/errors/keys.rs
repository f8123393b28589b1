//! What is wrong with keys.

use super::mistakes::mistakes;

mistakes! { the_first_argument:
    "#[ws_route(body = Say)] impl Chat { fn message(&self) {} }"
        => "body", "a route begins with its path";
    r#"#[ws_route(body = Say, "/a")] impl Chat { fn message(&self) {} }"#
        => r#""/a""#, "the path stands first";
    r#"#[ws_route("/a", "/b")] impl Chat { fn open(&self) {} }"#
        => r#""/b""#, "expected a key, found a second path";
    r#"#[ws_route(["/a", "/b"], send_pings)] impl Chat { fn open(&self) {} }"#
        => "[", "the path is a text that stands here";
    "#[ws_route(/chat/room, send_pings)] impl Chat { fn open(&self) {} }"
        => "/", "the path is a text that stands here";
    "#[ws_route(params = Seat)] impl Chat { fn open(&self) {} }"
        => "params", "a route begins with its path";
}

mistakes! { keys:
    "#[ws_route(contract = Api, send_pings)] impl Chat { fn open(&self) {} }"
        => "contract", "unknown key `contract`\nhelp: a route that serves a contract begins with its type: `#[ws_route(ChatApi)]`";
    "#[ws_route(Api::new(), send_pings)] impl Chat { fn open(&self) {} }"
        => "Api", "a route names the type of its contract, and `Api::new…` is a value";
    "#[ws_route(api.clone())] impl Chat { fn open(&self) {} }"
        => "api", "a route names the type of its contract, and `api…` is a value";
    "#[ws_contract(contract = Api)] struct Other;"
        => "contract", "unknown key `contract`\nhelp: a route that serves a contract begins with its type: `#[ws_route(ChatApi)]`";
    r#"#[ws_route(url = "/a", send_pings)] impl Chat { fn open(&self) {} }"#
        => "url", "unknown key `url`\nhelp: the path stands first, without a key";
    r#"#[ws_route(get "/a")] impl Chat { fn open(&self) {} }"#
        => "get", "unknown key `get`";
    "#[ws_route(Api { a: 1 })] impl Chat { fn open(&self) {} }"
        => "Api", "a route names the type of its contract, and `Api…` is a value";
    "#[ws_route(Api(), idle_timeout = 3)] impl Chat { fn open(&self) {} }"
        => "Api", "a route names the type of its contract, and `Api…` is a value";
    "#[ws_route(&Api)] impl Chat { fn open(&self) {} }"
        => "&", "expected a key, as in `body = Say`";
    r#"#[ws_route(path = "/a", send_pings)] impl Chat { fn open(&self) {} }"#
        => "path", "unknown key `path`\nhelp: the path stands first, without a key";
    r#"#[ws_route("/", bdoy = Say)] impl Chat { fn open(&self) {} }"#
        => "bdoy", "unknown key `bdoy`\nhelp: a key of nearly that name is `body`";
    r#"#[ws_route("/", zzz = Say<A, B>, send_pings)] impl Chat { fn open(&self) {} }"#
        => "zzz", "unknown key `zzz`\nhelp: the keys are `body`";
    r#"#[ws_route("/", data = User)] impl Chat { fn open(&self) {} }"#
        => "data", "unknown key `data`\nhelp: what `before_handle` returns";
    r#"#[ws_route("/", query = A, query = B)] impl Chat { fn open(&self) {} }"#
        => "query", "`query` is given twice";
    r#"#[ws_route("/", query)] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type, as in `query = Join`";
    r#"#[ws_route("/", query = )] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type";
    r#"#[ws_route("/", query = 3)] impl Chat { fn open(&self) {} }"#
        => "3", "`query` expects a type";
    r#"#[ws_route("/", query(Join))] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type";
    r#"#[ws_route("/", send_pings = yes)] impl Chat { fn open(&self) {} }"#
        => "yes", "`send_pings` expects `on` or `off`, or to stand alone";
    r#"#[ws_route("/" idle_timeout = 3)] impl Chat { fn open(&self) {} }"#
        => "idle_timeout", "expected `,` between the arguments";
    r#"#[ws_route("/", = 3, send_pings)] impl Chat { fn open(&self) {} }"#
        => "=", "expected a key, as in `body = Say`";
    r#"#[ws_route("/", params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "`params` is given, but the path has no captures";
    r#"#[ws_route("/{a: u8}", params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "`params` says the types of the captures, and so does `{a: …}`";
    r#"#[ws_route("/", require_protocol)] impl Chat { fn open(&self) {} }"#
        => "require_protocol", "`require_protocol` needs something to require";
    r#"#[ws_route("/", body = Say)] impl Chat { fn open(&self) {} }"#
        => "body", "`body` is given, but no handler takes messages";
}
