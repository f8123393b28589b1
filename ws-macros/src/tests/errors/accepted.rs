//! Valid sources that resemble sources with mistakes.

use super::mistakes::errors;

#[test]
fn valid_routes_report_nothing() {
    for source in [
        r#"#[ws_route("/", require_protocol = false)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", protocols = ["a!#$%&'*+-.^_`|~b"], require_protocol = on)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", close_on_backpressure_limit = on, publish_to_self = off, refusal_details = off, deprecated = true)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", per_message_deflate(server_no_context_takeover = false, client_no_context_takeover = on))] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", origins = ["https://a.example", "http://localhost:5173", "moz-extension://b", "a+b.c://d", "https://*.b.example", "file://", "app://./x"])] impl Chat { fn open(&self) {} }"#,
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
        r#"#[ws_route("/a.b/..c/x[0]/$id/a%20b/%2e%2ea")] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> () {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Admission {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> anyhow::Result<Option<User>> {} }"#,
        r#"#[ws_route("/{gen}/{r_type: u8}/{*rest}")] impl Chat { fn open(self: &Self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self, #[cfg_attr(a, allow(unused))] ws: &Socket<Self>) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn on_text(&self) {} fn handle_data(&self) {} }"#,
        r#"#[ws_route("/", query = Q<fn(&str) -> &str>)] impl Chat<Box<dyn Fn(&str) -> bool>, for<'a> fn(&'a u8, [&'a u8; 1]) -> &'a u8> { fn open(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Box<Pass> {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> &'static Pass {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> <A as B>::Option {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { fn message(&self) {} fn close(&self, ws: &Say) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn clone(&self) -> Self {} fn pause(&self) {} fn ring(&self, times: u8) {} fn closed(&self) -> bool {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn pause(&self, ws: &Socket<Self>) {} fn transfer(&self, ws: &Socket<Self>, to: Room) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn pin(&self, ws: &Socket<Self>) {} fn train(&self) {} fn parse(&self, text: &str) -> Option<Say> {} fn parser(&self) -> Parser {} fn protocols(&self) -> Vec<String> {} fn train_all(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn song(&self, ws: &Socket<Self>, name: &str) {} fn brain(&self, ws: &Socket<Self>, n: u8) {} fn errors(&self) -> Vec<String> {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn messages(&self) -> usize {} fn passage(&self, text: String) {} fn massage(&self, ws: &Socket<Self>, text: &str) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn error_(&self, error: io::Error) {} fn errors(&self, ws: &Socket<Self>, error: io::Error) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn handle_error(&self, error: io::Error) {} fn handle_close(&self, code: u16) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn closed(&self, closed: Closed) {} fn handle_close(&self) {} fn close(&self) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn closed(&self, closed: Closed) -> bool {} fn ring(&self, ws: &Socket<Self>, payload: Bytes) -> usize {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn opens(ws: &Socket<Self>) {} fn ring<T>(&self, ws: &Socket<Self>, payload: Bytes) {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { fn message_text(&self) {} fn handle_text(&self, text: String) {} fn messages(&self, say: Say) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn transform_messages(&self, messages: Vec<Message>) -> Vec<Message> {} fn upgrades(&self) -> u8 {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { fn message_bid(&self, ws: &Socket<Self>, amount: u64, _lot: Lot) {} #[ws_fields] fn message_join(&self, r#type: u8) {} }"#,
        r#"#[ws_route("/", body = Say)] impl Chat { #[ws_runtime::ws_fields] async fn message_bid(&self, mut amount: u64, __lot: Lot) {} }"#,
        r#"#[ws_route("/", idle_timeout = const limits::IDLE, max_payload_length = const { 1 << 20 }, rate_limit = const Self::RATE)] impl Chat { fn open(&self) {} }"#,
        r#"#[ws_route("/", per_message_deflate(level = const LEVEL, threshold = const <A<u8, u8> as B>::C))] impl Chat { fn open(&self) {} }"#,
        "#[ws_route(API, idle_timeout = 3)] impl Chat { fn open(&self) {} }",
        "#[ws_route(chat::LiveAPI)] impl Chat { fn open(&self) {} }",
        r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &other::Socket) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<crate::Me>) {} }"#,
        r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Result<Arc<User>, Reject> {} }"#,
    ] {
        let found = errors(source);
        assert!(found.is_empty(), "{source}\n{found:#?}");
    }
}
