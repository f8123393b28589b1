//! Mistakes in handlers.

use super::mistakes::mistakes;

mistakes! { handler_mistakes_are_reported:
    r#"#[ws_route("/")] impl Chat { fn helper(&self) {} }"#
        => "impl", "expected at least one handler in this impl block";
    r#"#[ws_route("/")] impl Chat { handlers!(); }"#
        => "impl", "expected at least one handler in this impl block";
    r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn on_message(&self) {} }"#
        => "on_message", "unknown handler `on_message`\nhelp: the handler is called `message`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn handle_close(&self) {} }"#
        => "handle_close", "unknown handler `handle_close`\nhelp: the handler is called `close`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn mesage(&self) {} }"#
        => "mesage", "unknown handler `mesage`\nhelp: the handler is called `message`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self, ws: &Socket<Self>) {} }"#
        => "&", "expected `&Handshake<Self>`, found `&Socket<Self>`\nhelp: write `async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Data, Reject>`";
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Arc<ws_runtime::Socket<Self>>) {} }"#
        => "&", "expected `&Socket<Self>`, found `&Arc<ws_runtime::Socket<Self>>`\nhelp: write `fn open(&self, ws: &Socket<Self>)`";
    r#"#[ws_route("/")] impl Chat { fn transform(&self, handshake: &Handshake<Self>) {} }"#
        => "&", "expected `&mut RawRequest`, found `&Handshake<Self>`\nhelp: write `fn transform(&self, request: &mut RawRequest)`";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_a(&self, handshake: &Handshake<Self>) {} }"#
        => "&", "expected `&Socket<Self>`, found `&Handshake<Self>`\nhelp: write `async fn message_a(&self, ws: &Socket<Self>, field: Field)`";
    r#"#[ws_route("/", body = wire::Say)] impl Chat { fn message(&self, say: &wire::Say) {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn close(&self, closed: (&ws_runtime::Closed)) {} }"#
        => "(&ws_runtime::Closed)", "`close` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn ping(&self, payload: &mut Bytes) {} }"#
        => "&", "`ping` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn message(&self, message: &Message) {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_text(&self, text: &Vec<u8>) {} }"#
        => "&", "`message_text` takes its argument by value, found a reference";
    r#"#[ws_route("/", body = Box<Say>)] impl Chat { fn message_text(&self) {} }"#
        => "Box", "expected an enum, because its variants have handlers, found `Box<Say>`";
    r#"#[ws_route("/", body = Vec<Say>)] impl Chat { fn message_text(&self) {} }"#
        => "Vec", "expected an enum, because its variants have handlers, found `Vec<Say>`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn onopen(&self) {} }"#
        => "onopen", "unknown handler `onopen`\nhelp: the handler is called `open`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn transform_message(&self, message: &Message) -> Message {} }"#
        => "&", "`transform_message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn error(&self, error: &Error) {} }"#
        => "&", "`error` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn message(&self, body: &[u8; 2]) {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn message(&self, body: &(u8, u8)) {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> &'static str {} }"#
        => "&", "`before_handle` must return `()` or a `Result`, found `&'static str`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> [u8; 4] {} }"#
        => "[u8; 4]", "`before_handle` must return `()` or a `Result`, found `[u8; 4]`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> http::StatusCode {} }"#
        => "http", "`before_handle` must return `()` or a `Result`, found `http::StatusCode`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Reject {} }"#
        => "Reject", "`before_handle` must return `()` or a `Result`, found `Reject`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> std::option::Option<User> {} }"#
        => "std", "`before_handle` must return `()` or a `Result`, found `std::option::Option<User>`\nhelp: return `Ok(data)` to accept the client or `Err` to reject it:";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> (bool) {} }"#
        => "(bool)", "`before_handle` must return `()` or a `Result`, found `(bool)`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> (User, Vec<u8>) {} }"#
        => "(User, Vec<u8>)", "`before_handle` must return `()` or a `Result`, found `(User, Vec<u8>)`";
    r#"#[ws_route("/")] impl Chat { pub fn on_connect(&self) {} }"#
        => "on_connect", "unknown handler `on_connect`\nhelp: the handler is called `open`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { pub fn onData(&self) {} }"#
        => "onData", "unknown handler `onData`\nhelp: the handler is called `message`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn handle_disconnect(&self) {} }"#
        => "handle_disconnect", "unknown handler `handle_disconnect`\nhelp: the handler is called `close`; move helper methods to an impl block without the attribute";
    r#"#[ws_route("/")] impl Chat { fn open(&mut self) {} }"#
        => "&", "expected `&self`, found `&mut self`";
    r#"#[ws_route("/")] impl Chat { fn open(self) {} }"#
        => "self", "expected `&self`, found `self`";
    r#"#[ws_route("/")] impl Chat { fn open(self: Arc<Self>) {} }"#
        => "self", "expected `&self`, found a receiver of another type";
    r#"#[ws_route("/")] impl Chat { fn open(ws: &Socket<Self>) {} }"#
        => "open", "the handler `open` must take `&self`";
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: Socket<Self>) {} }"#
        => "Socket", "`open` takes references only";
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<Self>, join: Join) {} }"#
        => "Join", "`open` takes only `&Socket<Self>`";
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<Self>, join: &Join) {} }"#
        => "&", "`open` takes no more arguments";
    r#"#[ws_route("/")] impl Chat { fn message(&self, ws: Socket<Self>, say: Say) {} }"#
        => "Socket", "expected `&Socket<Self>`, found `Socket<Self>`";
    r#"#[ws_route("/")] impl Chat { fn message(&self, ws: &Socket<Self>, say: &Say) {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn message(&self, say: Say, ws: &Socket<Self>) {} }"#
        => "&", "the connection must be the first argument";
    r#"#[ws_route("/")] impl Chat { fn message(&self, ws: &Socket<Self>, a: A, b: B) {} }"#
        => "B", "`message` takes no more arguments";
    r#"#[ws_route("/")] impl Chat { fn message(&self, ws: &Socket<Self>, a: A, b: &B) {} }"#
        => "&", "`message` takes no more arguments";
    r#"#[ws_route("/")] impl Chat { fn close(&self, ws: &Socket<Self>, code: u16, reason: &str) {} }"#
        => "&", "`close` takes no more arguments";
    r#"#[ws_route("/")] impl Chat { fn message(&self, text: &str) -> String {} }"#
        => "&", "`message` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn ping(&self, payload: (&[u8])) {} }"#
        => "(&[u8])", "`ping` takes its argument by value, found a reference";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_text(&self, text: &str) {} }"#
        => "&", "`message_text` takes its argument by value, found a reference";
    r#"#[ws_route("/")] impl Chat { fn upgrade(&self, hs: &Handshake<Self>, data: User) -> HeaderMap {} }"#
        => "User", "`upgrade` takes references only";
    r#"#[ws_route("/")] impl Chat { fn message(&self, say: impl Display) {} }"#
        => "impl", "a handler cannot take an argument of type `impl …`";
    r#"#[ws_route("/")] impl Chat { fn message(&self, #[cfg(unix)] say: Say) {} }"#
        => "#", "an argument of a handler cannot be conditional";
    r#"#[ws_route("/")] impl Chat { fn message(&self, #[cfg_attr(unix, cfg(a))] say: Say) {} }"#
        => "#", "an argument of a handler cannot be conditional";
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: (&mut Socket<Self>)) {} }"#
        => "(&mut Socket<Self>)", "expected `&Socket<Self>`, found `(&mut Socket<Self>)`";
    r#"#[ws_route("/")] impl Chat { fn message<T>(&self, say: T) {} }"#
        => "T", "a handler cannot be generic";
    r#"#[ws_route("/")] impl Chat { unsafe fn open(&self) {} }"#
        => "unsafe", "a handler cannot be `unsafe`";
    r#"#[ws_route("/")] impl Chat { const fn open(&self) {} }"#
        => "const", "a handler cannot be `const`";
    r#"#[ws_route("/")] impl Chat { extern "C" fn open(&self) {} }"#
        => "extern", "a handler cannot be `extern`";
    r#"#[ws_route("/")] impl Chat { fn close(&self) -> Result<(), E> {} }"#
        => "Result", "`close` cannot return a value";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Result<impl Sized, Reject> {} }"#
        => "impl", "the data of a connection must have a named type, found `impl …`";
    r#"#[ws_route("/")] impl Chat { fn transform_message(&self, message: Message) {} }"#
        => "transform_message", "`transform_message` must return the `Message` to decode";
}

mistakes! { misnamed_handlers_are_reported:
    r#"#[ws_route("/", body = Say)] impl Chat { fn open(&self) {} fn messages(&self, say: Say) {} }"#
        => "messages", "unknown handler `messages`\nhelp: the handler is called `message`";
    r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn massage(&self, ws: &Socket<Self>, message: Message) {} }"#
        => "massage", "unknown handler `massage`\nhelp: the handler is called `message`";
    "#[ws_route(ChatApi)] impl Chat { fn open(&self) {} fn messages(&self, ws: &Socket<Self>, say: Say) {} }"
        => "messages", "unknown handler `messages`\nhelp: the handler is called `message`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn closed(&self, closed: Closed) {} }"#
        => "closed", "unknown handler `closed`\nhelp: the handler is called `close`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} async fn ring(&self, ws: &Socket<Self>, payload: ws_runtime::Bytes) {} }"#
        => "ring", "unknown handler `ring`\nhelp: the handler is called `ping`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn train(&self, ws: &Socket<Self>) {} }"#
        => "train", "unknown handler `train`\nhelp: the handler is called `drain`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn parse(&self, request: &mut RawRequest) -> Result<(), Reject> {} }"#
        => "parse", "unknown handler `parse`\nhelp: the handler is called `transform`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn transfrom(&self) {} }"#
        => "transfrom", "unknown handler `transfrom`\nhelp: the handler is called `transform`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn handle_protocols(&self, handshake: &Handshake<Self>) -> Option<&'static str> { None } }"#
        => "handle_protocols", "unknown handler `handle_protocols`\nhelp: the handler is called `protocol`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn on_parse(&self, request: &mut RawRequest) {} }"#
        => "on_parse", "unknown handler `on_parse`\nhelp: the handler is called `transform`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn tranform_message(&self, ws: &Socket<Self>, message: Message) -> Result<Option<Message>, String> {} }"#
        => "tranform_message", "unknown handler `tranform_message`\nhelp: the handler is called `transform_message`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn opne(&self) {} }"#
        => "opne", "unknown handler `opne`\nhelp: the handler is called `open`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn before_handel(&self, handshake: &Handshake<Self>) {} }"#
        => "before_handel", "unknown handler `before_handel`\nhelp: the handler is called `before_handle`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn upgraded(&self, handshake: &Handshake<Self>, user: &User) -> HeaderMap {} }"#
        => "upgraded", "unknown handler `upgraded`\nhelp: the handler is called `upgrade`";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn on_error(&self, ws: &Socket<Self>, text: String) {} }"#
        => "on_error", "unknown handler `on_error`\nhelp: the handler is called `error`";
}

mistakes! { variant_mistakes_are_reported:
    r#"#[ws_route("/", body = Say)] impl Chat { fn message(&self) {} fn message_join(&self) {} }"#
        => "message_join", "`message_join` would never be called, because `message` takes every message";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} fn message_join(&self) {} }"#
        => "message_join", "`message_join` would never be called, because `message` takes every message";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_join(&self) {} fn message__join(&self) {} }"#
        => "message__join", "`Join` is already handled by `message_join`\nhelp: remove one of the handlers";
    r#"#[ws_route("/")] impl Chat { fn message_join(&self) {} }"#
        => "message_join", "`message_join` handles a variant of `body`, but `body` is not set";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_(&self) {} }"#
        => "message_", "expected the name of a variant after `message_`";
    r#"#[ws_route("/", body = [Say; 2])] impl Chat { fn message_join(&self) {} }"#
        => "[Say; 2]", "expected an enum, because its variants have handlers";
    r#"#[ws_route("/", body = <A as B>::Say)] impl Chat { fn message_join(&self) {} }"#
        => "<", "expected an enum, because its variants have handlers";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_bid(&self, ws: Socket<Self>, amount: u64) {} }"#
        => "Socket", "expected `&Socket<Self>`, found `Socket<Self>`\nhelp: write `async fn message_bid(&self, ws: &Socket<Self>, field: Field)`";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_bid(&self, amount: u64, lot: &Lot) {} }"#
        => "&", "the connection must be the first argument";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_bid(&self, ws: &Socket<Self>, amount: u64, lot: &Lot) {} }"#
        => "&", "`message_bid` takes its argument by value, found a reference";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_move(&self, (x, y): (u8, u8), fast: bool) {} }"#
        => "(x, y)", "expected the name of a field of the variant, found `(x, y)`";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message_move(&self, x: u8, _: bool) {} }"#
        => "_", "expected the name of a field of the variant, found `_`";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_fields] fn message_move(&self, Point { x }: Point) {} }"#
        => "Point", "expected the name of a field of the variant, found `Point{ x }`";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_fields] fn message_who(&self, ws: &Socket<Self>) {} }"#
        => "ws_fields", "`#[ws_fields]` needs an argument for each field, and `message_who` has none\nhelp: remove `#[ws_fields]`";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_fields(amount)] fn message_bid(&self, amount: u64) {} }"#
        => "ws_fields", "`#[ws_fields]` takes no arguments";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_runtime::ws_fields] fn message(&self, say: Say) {} }"#
        => "ws_runtime", "`#[ws_fields]` is only for handlers of variants, and `message` is not one";
    r#"#[ws_route("/", body = Say)] impl Chat { fn message(&self) {} #[ws_fields] fn helper(&self) {} }"#
        => "ws_fields", "`#[ws_fields]` is only for handlers of variants, and `helper` is not one";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_fields] #[inline] #[ws_fields] fn message_bid(&self, amount: u64) {} }"#
        => "ws_fields", "duplicate `#[ws_fields]`\nhelp: remove one of them";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_variant(A)] #[ws_runtime::ws_variant(A)] fn message_bid(&self) {} }"#
        => "ws_runtime", "duplicate `#[ws_variant]`\nhelp: remove one of them";
    r#"#[ws_route("/", body = Say)] impl Chat { #[cfg_attr(unix, inline, ws_runtime::ws_fields)] fn message_bid(&self, amount: u64) {} }"#
        => "#", "`#[ws_fields]` cannot be conditional\nhelp: put `#[cfg(…)]` on two handlers";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_variant(a::B)] fn message_bid(&self) {} }"#
        => "ws_variant", "expected the name of a variant\nhelp: write `#[ws_variant(HTTPPing)]`";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_variant = "B"] fn message_bid(&self) {} }"#
        => "ws_variant", "expected the name of a variant";
    r#"#[ws_route("/", body = Say)] impl Chat { #[ws_variant(B)] fn message_bid(&self) {} #[ws_variant(B)] fn message_c(&self) {} }"#
        => "message_c", "`B` is already handled by `message_bid`\nhelp: remove one of the handlers";
    r#"#[ws_route("/")] impl Chat { fn message(&self) {} #[cfg_attr(unix, ws_variant(B))] fn helper(&self) {} }"#
        => "cfg_attr", "`#[ws_variant]` is only for handlers of variants, and `helper` is not one";
}
