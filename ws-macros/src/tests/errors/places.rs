//! Misplaced attributes, keys and types.

use super::mistakes::mistakes;

mistakes! { misplaced_keys_are_reported:
    "#[ws_route(ChatApi, query = Join)] impl Chat { fn open(&self) {} }"
        => "query", "`query` belongs to the contract\nhelp: move it to the `#[ws_contract]` of `ChatApi`";
    "#[ws_route(ChatApi, body = Say)] impl Chat { fn message(&self) {} }"
        => "body", "`body` belongs to the contract";
    r#"#[ws_contract("/", idle_timeout = 3)] struct Api;"#
        => "idle_timeout", "`idle_timeout` is an option of the server and cannot be part of a contract";
    "#[ws_contract] struct Api;"
        => "", "expected a path as the first argument";
    "#[ws_contract(Other)] struct Api;"
        => "Other", "expected a path, found a type";
}

mistakes! { wrong_items_are_reported:
    r#"#[ws_route("/")] impl Trait for Chat { fn open(&self) {} }"#
        => "Trait", "expected an inherent impl block, found the impl of a trait";
    r#"#[ws_route("/")] pub struct Chat;"#
        => "struct", "expected an impl block, found a struct";
    r#"#[ws_route("/")] enum Chat { A }"#
        => "enum", "expected an impl block, found an `enum`";
    r#"#[ws_route("/")] pub async fn chat() {}"#
        => "fn", "expected an impl block, found a function\nhelp: write the handler as a method of a type: `struct Chat;` and `#[ws_route(\"/chat\")] impl Chat { fn mes";
    r#"#[ws_route("/")] mod chat {}"#
        => "mod", "expected an impl block, found a module";
    r#"#[ws_route("/")] trait Chat {}"#
        => "trait", "expected an impl block, found a `trait`";
    r#"#[ws_route("/")] impl {}"#
        => "impl", "expected an impl block, found an impl block that cannot be parsed";
    r#"#[ws_contract("/")] impl Chat {}"#
        => "impl", "expected a struct, found an impl block";
    r#"#[ws_contract("/")] enum Chat {}"#
        => "enum", "expected a struct, found an `enum`";
    r#"#[ws_route("/")] #[ws_route("/b")] impl Chat { fn open(&self) {} }"#
        => "ws_route", "duplicate `#[ws_route]`: a type can be one route only";
    r#"#[ws_route("/")] #[ws_runtime::ws_route("/b")] impl Chat { fn open(&self) {} }"#
        => "ws_runtime", "duplicate `#[ws_route]`: a type can be one route only";
}

mistakes! { borrowing_types_are_reported:
    r#"#[ws_route("/")] impl<'a> Chat<'a> { fn open(&self) {} }"#
        => "'", "a route cannot borrow, because the server outlives `'a`";
    r#"#[ws_route("/")] impl Chat<'_> { fn open(&self) {} }"#
        => "'", "a route cannot borrow, because the server outlives `'_`";
    r#"#[ws_route("/")] impl Chat<&str> { fn open(&self) {} }"#
        => "&", "a route cannot borrow, because the server outlives `&`";
    r#"#[ws_contract("/")] struct Api<'a>(&'a u8);"#
        => "'", "a route cannot borrow, because the server outlives `'a`";
    r#"#[ws_route("/", query = Cow<'_, str>)] impl Chat { fn open(&self) {} }"#
        => "'", "a type of the contract cannot borrow";
    r#"#[ws_route("/", query = (u8, [&str; 2]))] impl Chat { fn open(&self) {} }"#
        => "&", "a type of the contract cannot borrow";
}

mistakes! { unusable_route_types_are_reported:
    r#"#[ws_route("/")] impl dyn Game { fn open(&self) {} }"#
        => "dyn", "a route must be a type of your own, found `dyn Game`\nhelp: wrap it in a struct: `struct Chat(Box<dyn Game + Send + Sync>);` and `impl Chat`";
    r#"#[ws_route("/")] impl Option<Chat> { fn open(&self) {} }"#
        => "Option", "a route must be a type of your own, found `Option<Chat>`\nhelp: wrap it in a struct: `struct Room(Option<Chat>);` and `impl Room`";
    r#"#[ws_route("/")] impl<G: Game> G { fn open(&self) {} }"#
        => "G", "a route must be a type of your own, found `G`\nhelp: wrap it in a struct: `struct Chat<G>(G);` and `impl<G> Chat<G>`";
    r#"#[ws_route("/")] impl fn(u8) { fn open(&self) {} }"#
        => "fn", "a route must be a type of your own, found `fn(u8)`\nhelp: wrap it in a struct: `struct Chat(fn(u8));` and `impl Chat`";
    r#"#[ws_route("/")] impl Arc<Chat> { fn open(&self) {} }"#
        => "Arc", "a route must be a type of your own, found `Arc<Chat>`\nhelp: write `impl Chat`: all connections share one value anyway";
    r#"#[ws_route("/")] impl std::sync::Mutex<chat::Chat> { fn open(&self) {} }"#
        => "std", "a route must be a type of your own, found `std::sync::Mutex<chat::Chat>`\nhelp: wrap it in a struct: `struct Chat(std::sync::Mutex<chat::Chat>);` and ";
    r#"#[ws_route("/")] impl Box<dyn Game + Send> { fn open(&self) {} }"#
        => "Box", "a route must be a type of your own, found `Box<dyn Game + Send>`\nhelp: wrap it in a struct: `struct Chat(Box<dyn Game + Send>);` and `impl Chat`";
    r#"#[ws_route("/")] impl &'static Chat { fn open(&self) {} }"#
        => "&", "a route must be a type of your own, found `&'static Chat`\nhelp: write `impl Chat`: all connections share one value anyway";
    r#"#[ws_route("/")] impl (Chat, u8) { fn open(&self) {} }"#
        => "(Chat, u8)", "a route must be a type of your own, found `(Chat, u8)`\nhelp: wrap it in a struct: `struct Room((Chat, u8));` and `impl Room`";
    r#"#[ws_route("/")] impl HashMap<u8, u8> { fn open(&self) {} }"#
        => "HashMap", "a route must be a type of your own, found `HashMap<u8, u8>`\nhelp: wrap it in a struct: `struct Chat(HashMap<u8, u8>);` and `impl Chat`";
    r#"#[ws_route("/")] impl Arc { fn open(&self) {} }"#
        => "Arc", "a route must be a type of your own, found `Arc`\nhelp: wrap it in a struct: `struct Chat(Arc);` and `impl Chat`";
}

mistakes! { unusable_message_types_are_reported:
    r#"#[ws_route("/", response = str)] impl Chat { fn open(&self) {} }"#
        => "str", "a type of the contract must have a known size, found `str`\nhelp: write `String`";
    r#"#[ws_route("/", response = [Say])] impl Chat { fn open(&self) {} }"#
        => "[Say]", "a type of the contract must have a known size, found `[Say]`\nhelp: write `Vec<Say>`";
    r#"#[ws_contract("/", query = (core::primitive::str))] struct Api;"#
        => "(core::primitive::str)", "a type of the contract must have a known size, found `(core::primitive::str)`";
    r#"#[ws_route("/", body = Option<Rc<Say>>)] impl Chat { fn message(&self) {} }"#
        => "Option", "a type of the contract must be `Send`, found `Option<Rc<Say>>`\nhelp: remove the `Rc`";
    r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Result<Rc<User>, Reject> {} }"#
        => "Result", "the data of a connection must be `Send` and `Sync`, which `Rc` is not\nhelp: use `Arc`";
}

mistakes! { wrong_connections_are_reported:
    r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket) {} fn close(&self, ws: &Socket) {} fn helper(ws: &Socket) {} }"#
        => "Socket", "`Socket` needs the type of its route\nhelp: write `&Socket<Self>`";
    r#"#[ws_route("/")] impl Chat { async fn before_handle(&self, shake: &ws_runtime::Handshake) {} }"#
        => "Handshake", "`Handshake` needs the type of its route\nhelp: write `&Handshake<Self>`";
    r#"#[ws_route("/")] impl<T> Chat<T> { fn open(&self, ws: &Socket) {} fn drain(&self, ws: &Socket<Chat<T>>) {} }"#
        => "Socket", "`Socket` needs the type of its route";
}
