//! What is near a mistake, and none.

use super::mistakes::errors;

#[test]
fn nothing_is_said_of_what_is_right() {
    for source in [
        r#"#[ws_route("/", require_protocol = false)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", protocols = ["a!#$%&'*+-.^_`|~b"], require_protocol = on)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", send_pings = on, publish_to_self = off, deprecated = true)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", per_message_deflate(server_no_context_takeover = false, client_no_context_takeover = on))] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", origins = ["https://a.example", "http://localhost:5173", "moz-extension://b", "a+b.c://d"])] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", idle_timeout = "8760h", max_payload_length = 4294967295)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", query = Join<'static>, header = (u8, &'static str))] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", query = Join)] impl Chat<'static> { fn open(&self) {} }"#,
        r#"#[ws_route("/{a: Selfish}")] impl<T> Chat<T> { fn open(&self) {} }"#,
        r#"#[ws_route("/", body = (Say))] impl Chat { fn message_join(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self, ws: (&Socket<Self>)) {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { #[cfg(a)] fn message(&self) {} #[cfg(not(a))] fn message_join(&self) {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { #[cfg(a)] fn message(&self) {} fn message_join(&self) {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { #[cfg(a)] fn message_join(&self) {} #[cfg(not(a))] fn message__join(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn opening(&self) {} fn on_air(&self) {} fn connect(&self) {} }"#,
        r#"#[ws_route("/a.b/..c/x[0]/$id")] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> () {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Admission {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> anyhow::Result<Option<User>> {} }"#,
        // Parameters that may borrow, where nobody asks.
        r#"#[ws_route("/")] impl<T> Chat<T> { fn open(&self) {} fn parse(&self, request: &mut RawRequest) {} }"#,
        r#"#[ws_route("/")] impl<T: Send> Chat<T> { #[cfg(a)] fn open(&self, ws: &Socket<Self>) {} fn close(&self) {} }"#,
        // Parameters that may not, as far as one can see.
        r#"#[ws_route("/")] impl<T: 'static> Chat<T> { fn open(&self, ws: &Socket<Self>) {} }"#,
        r#"#[ws_route("/")] impl<T: Send + Backend> Chat<T> { fn open(&self, ws: &Socket<Self>) {} }"#,
        r#"#[ws_route("/")] impl<T> Chat<T> where T: 'static { fn open(&self, ws: &Socket<Self>) {} }"#,
        r#"#[ws_route("/")] impl<T> Chat<T> where Chat<T>: 'static { fn open(&self, ws: &Socket<Self>) {} }"#,
        r#"#[ws_route("/", body = Say)] impl<T: fmt::Debug + 'static, const N: usize> Chat<T, N> { fn message_a(&self, ws: &Socket<Self>) {} }"#,
    ] {
        let found = errors(source);
        assert!(found.is_empty(), "{source}\n{found:#?}");
    }
}
