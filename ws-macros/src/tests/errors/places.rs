//! What stands in the wrong place.

use super::mistakes::mistakes;

mistakes! { places:
    "#[ws_route(ChatApi, query = Join)] impl Chat { fn open(&self) {} }"
        => "query", "`query` belongs to the contract\nhelp: write it in the `#[ws_contract]` of `ChatApi`";
    "#[ws_route(ChatApi, body = Say)] impl Chat { fn message(&self) {} }"
        => "body", "`body` belongs to the contract";
    r#"#[ws_contract("/", idle_timeout = 3)] struct Api;"#
        => "idle_timeout", "`idle_timeout` is the server's";
    "#[ws_contract] struct Api;"
        => "", "a contract begins with its path";
    "#[ws_contract(Other)] struct Api;"
        => "Other", "expected a path, found a type";
}

mistakes! { items:
    r#"#[ws_route("/")] impl Trait for Chat { fn open(&self) {} }"#
        => "Trait", "expected an inherent impl block, found the impl of a trait";
    r#"#[ws_route("/")] pub struct Chat;"#
        => "struct", "expected an impl block, found a struct";
    r#"#[ws_route("/")] enum Chat { A }"#
        => "enum", "expected an impl block, found an `enum`";
    r#"#[ws_route("/")] pub async fn chat() {}"#
        => "fn", "expected an impl block, found a function\nhelp: a route is a type";
    r#"#[ws_route("/")] mod chat {}"#
        => "mod", "expected an impl block, found a module";
    r#"#[ws_route("/")] trait Chat {}"#
        => "trait", "expected an impl block, found a `trait`";
    r#"#[ws_route("/")] impl {}"#
        => "impl", "expected an impl block, found an impl block that cannot be read";
    r#"#[ws_contract("/")] impl Chat {}"#
        => "impl", "expected a struct, found an impl block";
    r#"#[ws_contract("/")] enum Chat {}"#
        => "enum", "expected a struct, found an `enum`";
    r#"#[ws_route("/")] #[ws_route("/b")] impl Chat { fn open(&self) {} }"#
        => "ws_route", "a type has one route, and this is its second";
    r#"#[ws_route("/")] #[ws_runtime::ws_route("/b")] impl Chat { fn open(&self) {} }"#
        => "ws_runtime", "a type has one route, and this is its second";
}

mistakes! { what_borrows:
    r#"#[ws_route("/")] impl<'a> Chat<'a> { fn open(&self) {} }"#
        => "'", "a route cannot borrow: `'a` ends before the server does";
    r#"#[ws_route("/")] impl Chat<'_> { fn open(&self) {} }"#
        => "'", "a route cannot borrow: `'_` ends before the server does";
    r#"#[ws_route("/")] impl Chat<&str> { fn open(&self) {} }"#
        => "&", "a route cannot borrow: `&` ends before the server does";
    r#"#[ws_contract("/")] struct Api<'a>(&'a u8);"#
        => "'", "a route cannot borrow: `'a` ends before the server does";
    r#"#[ws_route("/", query = Cow<'_, str>)] impl Chat { fn open(&self) {} }"#
        => "'", "a type of the contract cannot borrow";
    r#"#[ws_route("/", query = (u8, [&str; 2]))] impl Chat { fn open(&self) {} }"#
        => "&", "a type of the contract cannot borrow";
}
