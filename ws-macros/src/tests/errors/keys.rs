//! Mistakes in keys.

use super::mistakes::mistakes;

mistakes! { first_argument_mistakes_are_reported:
    "#[ws_route(body = Say)] impl Chat { fn message(&self) {} }"
        => "body", "expected a path or a contract as the first argument";
    r#"#[ws_route(body = Say, "/a")] impl Chat { fn message(&self) {} }"#
        => r#""/a""#, "the path must be the first argument";
    r#"#[ws_route("/a", "/b")] impl Chat { fn open(&self) {} }"#
        => r#""/b""#, "expected a key, found a second path";
    "#[ws_route(/chat/room, publish_to_self)] impl Chat { fn open(&self) {} }"
        => "/", "expected the path as a string literal";
    "#[ws_route(PATH, body = Say)] impl Chat { fn message(&self) {} }"
        => "PATH", "expected the path as a string literal, found the constant `PATH`\nhelp: write the path itself, as in `\"/chat\"`; other code can read it from `<Chat a";
    "#[ws_route(paths::CHAT, idle_timeout = 3)] impl Chat { fn open(&self) {} }"
        => "paths", "expected the path as a string literal, found the constant `paths::CHAT`";
    "#[ws_route(Self::A_B)] impl Chat { fn open(&self) {} }"
        => "Self", "expected the path as a string literal, found the constant `Self::A_B`";
    r#"#[ws_route(PATH + "/a")] impl Chat { fn open(&self) {} }"#
        => "PATH", "expected the path as a string literal";
    "#[ws_contract(CHAT_PATH)] struct Api;"
        => "CHAT_PATH", "expected the path as a string literal, found the constant `CHAT_PATH`";
    r#"#[ws_route(POST, "/a")] impl Chat { fn open(&self) {} }"#
        => "POST", "expected either a path or a contract, found both";
    "#[ws_route(params = Seat)] impl Chat { fn open(&self) {} }"
        => "params", "expected a path or a contract as the first argument";
}

mistakes! { key_mistakes_are_reported:
    "#[ws_route(contract = Api, publish_to_self)] impl Chat { fn open(&self) {} }"
        => "contract", "unknown key `contract`\nhelp: write the contract as the first argument, without a key: `#[ws_route(ChatApi)]`";
    "#[ws_route(Api::new(), publish_to_self)] impl Chat { fn open(&self) {} }"
        => "Api", "expected the type of a contract, found the value `Api::new…`";
    "#[ws_route(api.clone())] impl Chat { fn open(&self) {} }"
        => "api", "expected the type of a contract, found the value `api…`";
    "#[ws_contract(contract = Api)] struct Other;"
        => "contract", "unknown key `contract`\nhelp: write the contract as the first argument, without a key: `#[ws_route(ChatApi)]`";
    r#"#[ws_route(url = "/a", publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "url", "unknown key `url`\nhelp: write the path as the first argument, without a key";
    r#"#[ws_route(get "/a")] impl Chat { fn open(&self) {} }"#
        => "get", "unknown key `get`";
    "#[ws_route(Api { a: 1 })] impl Chat { fn open(&self) {} }"
        => "Api", "expected the type of a contract, found the value `Api…`";
    "#[ws_route(Api(), idle_timeout = 3)] impl Chat { fn open(&self) {} }"
        => "Api", "expected the type of a contract, found the value `Api…`";
    "#[ws_route(&Api)] impl Chat { fn open(&self) {} }"
        => "&", "expected the path as a string literal, as in `\"/chat\"`";
    r#"#[ws_route(path = "/a", publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "path", "unknown key `path`\nhelp: write the path as the first argument, without a key";
    r#"#[ws_route("/", send_pings = off)] impl Chat { fn open(&self) {} }"#
        => "send_pings", "unknown key `send_pings`\nhelp: silent clients are pinged by default: write `ping_interval = 25` to change the seconds, or `ping_interval = off`";
    r#"#[ws_route("/", heartbeat = 30)] impl Chat { fn open(&self) {} }"#
        => "heartbeat", "unknown key `heartbeat`\nhelp: the key is called `ping_interval`";
    r#"#[ws_route("/", bdoy = Say)] impl Chat { fn open(&self) {} }"#
        => "bdoy", "unknown key `bdoy`\nhelp: did you mean `body`?";
    r#"#[ws_route("/", zzz = Say<A, B>, publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "zzz", "unknown key `zzz`\nhelp: the keys for types are `body`, `response`, `query`, `params`, `header` and `cookie`";
    r#"#[ws_route("/", data = User)] impl Chat { fn open(&self) {} }"#
        => "data", "unknown key `data`\nhelp: return the data of a connection from `before_handle`, as `Ok(data)`";
    r#"#[ws_route("/", query = A, query = B)] impl Chat { fn open(&self) {} }"#
        => "query", "duplicate key `query`";
    r#"#[ws_route("/", query)] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type, as in `query = Join`";
    r#"#[ws_route("/", query = )] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type";
    r#"#[ws_route("/", query = 3)] impl Chat { fn open(&self) {} }"#
        => "3", "`query` expects a type";
    r#"#[ws_route("/", query(Join))] impl Chat { fn open(&self) {} }"#
        => "query", "`query` expects a type";
    r#"#[ws_route("/", publish_to_self = yes)] impl Chat { fn open(&self) {} }"#
        => "yes", "`publish_to_self` expects `on`, `off` or no value";
    r#"#[ws_route("/" idle_timeout = 3)] impl Chat { fn open(&self) {} }"#
        => "idle_timeout", "expected `,` between the arguments";
    r#"#[ws_route("/", = 3, publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "=", "expected a key, as in `body = Say`";
    r#"#[ws_route("/", params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "`params` is set, but the path has no captures";
    r#"#[ws_route("/{a: u8}", params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "the types of the captures are declared twice: by `params`, and by `{a: …}` in the path";
    r#"#[ws_route("/", require_protocol)] impl Chat { fn open(&self) {} }"#
        => "require_protocol", "`require_protocol` needs `protocols`";
    r#"#[ws_route("/", body = Say)] impl Chat { fn open(&self) {} }"#
        => "body", "`body` is set, but no handler takes messages";
}

mistakes! { keys_of_other_libraries_are_reported:
    r#"#[ws_route("/", compression, idle_timeout = 3)] impl Chat { fn open(&self) {} }"#
        => "compression", "unknown key `compression`\nhelp: the key is called `per_message_deflate`";
    r#"#[ws_route("/", subprotocols = ["a"])] impl Chat { fn open(&self) {} }"#
        => "subprotocols", "unknown key `subprotocols`\nhelp: the key is called `protocols`";
    r#"#[ws_route("/", maxMessageSize = "1MiB")] impl Chat { fn open(&self) {} }"#
        => "maxMessageSize", "unknown key `maxMessageSize`\nhelp: the key is called `max_payload_length`";
    r#"#[ws_route("/", cors = "*")] impl Chat { fn open(&self) {} }"#
        => "cors", "unknown key `cors`\nhelp: the key is called `origins`";
    r#"#[ws_route("/", auth(token), body = Say)] impl Chat { fn message(&self) {} }"#
        => "auth", "unknown key `auth`\nhelp: check the client in a handler: `async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Data, Reject>`";
    r#"#[ws_route("/", state = Arc<App>)] impl Chat { fn open(&self) {} }"#
        => "state", "unknown key `state`\nhelp: keep shared state in the route's struct, and return the data of a connection from `before_handle`";
    r#"#[ws_route("/", output = Heard)] impl Chat { fn open(&self) {} }"#
        => "output", "unknown key `output`\nhelp: the key is called `response`";
    r#"#[ws_route("/{id}", path_params = Seat)] impl Chat { fn open(&self) {} }"#
        => "path_params", "unknown key `path_params`\nhelp: the key is called `params`";
    r#"#[ws_contract("/", input = Say)] struct Api;"#
        => "input", "unknown key `input`\nhelp: the key is called `body`";
    r#"#[ws_route("/", colour = "red")] impl Chat { fn open(&self) {} }"#
        => "colour", "unknown key `colour`\nhelp: see the documentation of `ws_route` for all keys";
}

mistakes! { types_without_a_key_are_reported:
    r#"#[ws_route("/", Say)] impl Chat { fn message(&self, say: Say) {} }"#
        => "Say", "expected a key, found the type `Say`\nhelp: write `body = Say` for messages from clients, or `response = Say` for messages from the server";
    r#"#[ws_route("/", chat::Say, idle_timeout = 3)] impl Chat { fn open(&self) {} }"#
        => "chat", "expected a key, found the type `chat::Say`\nhelp: write `body = chat::Say`";
    r#"#[ws_route("/", Vec<u8>)] impl Chat { fn open(&self) {} }"#
        => "Vec", "expected a key, found the type `Vec<u8>`";
    r#"#[ws_route("/", Json<Say>)] impl Chat { fn open(&self) {} }"#
        => "Json", "expected a key, found the type `Json<Say>`\nhelp: write `body = Say`; messages are JSON by default";
    r#"#[ws_contract("/", Say)] struct Api;"#
        => "Say", "expected a key, found the type `Say`";
}
