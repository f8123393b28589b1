//! What is wrong with paths.

use super::mistakes::mistakes;

mistakes! { paths:
    r#"#[ws_route("chat")] impl Chat { fn open(&self) {} }"#
        => r#""chat""#, "a path begins with `/`, found `chat`";
    r#"#[ws_route("")] impl Chat { fn open(&self) {} }"#
        => r#""""#, "a path begins with `/`, found nothing";
    r#"#[ws_route("ws://a/b")] impl Chat { fn open(&self) {} }"#
        => r#""ws://a/b""#, "a path begins with `/`, found `ws://a/b`\nhelp: the server has the address, a route the path alone: `\"/b\"`";
    r#"#[ws_route("/a//b")] impl Chat { fn open(&self) {} }"#
        => r#""/a//b""#, "a segment of the path is empty";
    r#"#[ws_route("/{a}/{a}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a}/{a}""#, "two captures are named `a`";
    r#"#[ws_route("/{a")] impl Chat { fn open(&self) {} }"#
        => r#""/{a""#, "a capture is not closed in `{a`\nhelp: write `{a}`";
    r#"#[ws_route("/a}")] impl Chat { fn open(&self) {} }"#
        => r#""/a}""#, "a capture is not opened in `a}`\nhelp: write `{a}`";
    r#"#[ws_route("/a b}")] impl Chat { fn open(&self) {} }"#
        => r#""/a b}""#, "a capture is not opened in `a b}`\nhelp: write `{name}`";
    r#"#[ws_route("/x-{a}")] impl Chat { fn open(&self) {} }"#
        => r#""/x-{a}""#, "a capture is a whole segment, found `x-{a}`";
    r#"#[ws_route("/{*a}/b")] impl Chat { fn open(&self) {} }"#
        => r#""/{*a}/b""#, "`{*a}` is the rest of the path";
    r#"#[ws_route("/:room")] impl Chat { fn open(&self) {} }"#
        => r#""/:room""#, "captures are written `{room}`, not `:room`";
    r#"#[ws_route("/{r#type}")] impl Chat { fn open(&self) {} }"#
        => r#""/{r#type}""#, "a capture is named like a field, found `r#type`\nhelp: write `{type}`";
    r#"#[ws_route("/:room?")] impl Chat { fn open(&self) {} }"#
        => r#""/:room?""#, "a capture cannot be optional, found `:room?`\nhelp: a path without `room` is a route of its own, or `room` is read from the query";
    r#"#[ws_route("/{room?}")] impl Chat { fn open(&self) {} }"#
        => r#""/{room?}""#, "a capture cannot be optional, found `{room?}`\nhelp: a path without `room` is a route of its own, or `room` is read from the query";
    r#"#[ws_route("/<room>")] impl Chat { fn open(&self) {} }"#
        => r#""/<room>""#, "captures are written `{room}`, not `<room>`";
    r#"#[ws_route("/*")] impl Chat { fn open(&self) {} }"#
        => r#""/*""#, "the rest of a path is captured with a `*` in braces, found `*`\nhelp: write `{*rest}`";
    r#"#[ws_route("/{}")] impl Chat { fn open(&self) {} }"#
        => r#""/{}""#, "a capture has no name";
    r#"#[ws_route("/{room-id}")] impl Chat { fn open(&self) {} }"#
        => r#""/{room-id}""#, "a capture is named like a field, found `room-id`\nhelp: write `{room_id}`";
    r#"#[ws_route("/{self}")] impl Chat { fn open(&self) {} }"#
        => r#""/{self}""#, "a capture cannot be named `self`";
    r#"#[ws_route("/{a:}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a:}""#, "expected a type after `a:`, found nothing";
    r#"#[ws_route("/{a: 3x}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: 3x}""#, "expected a type after `a:`, found `3x`";
    r#"#[ws_route("/a?b=1")] impl Chat { fn open(&self) {} }"#
        => r#""/a?b=1""#, "a path ends before `?`";
    r#"#[ws_route("/a#b")] impl Chat { fn open(&self) {} }"#
        => r#""/a#b""#, "a path ends before `#`";
    r#"#[ws_route("/a b")] impl Chat { fn open(&self) {} }"#
        => r#""/a b""#, "a path is sent percent-encoded, found a space\nhelp: write `a%20b`";
    r#"#[ws_route("/\u{e9}")] impl Chat { fn open(&self) {} }"#
        => r#""/\u{e9}""#, "a path is sent percent-encoded, found `é`\nhelp: write `%C3%A9`";
    r#"#[ws_route("/a\tb")] impl Chat { fn open(&self) {} }"#
        => r#""/a\tb""#, "a path is sent percent-encoded, found `\\t`\nhelp: write `a%09b`";
    r#"#[ws_route("/<a>b")] impl Chat { fn open(&self) {} }"#
        => r#""/<a>b""#, "a path is sent percent-encoded, found `<`\nhelp: write `%3Ca%3Eb`";
    r#"#[ws_route("/<id..>")] impl Chat { fn open(&self) {} }"#
        => r#""/<id..>""#, "the rest of a path is captured with a `*` in braces, found `<id..>`\nhelp: write `{*id}`";
    r#"#[ws_route("/<int:id>")] impl Chat { fn open(&self) {} }"#
        => r#""/<int:id>""#, "captures are written `{id}`, not `<int:id>`";
    r#"#[ws_route("/<path:p>")] impl Chat { fn open(&self) {} }"#
        => r#""/<path:p>""#, "the rest of a path is captured with a `*` in braces, found `<path:p>`\nhelp: write `{*p}`";
    r#"#[ws_route("/:id(\\d+)")] impl Chat { fn open(&self) {} }"#
        => r#""/:id(\\d+)""#, "captures are written `{id}`, not `:id(\\d+)`";
    r#"#[ws_route("/{tail:.*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{tail:.*}""#, "the rest of a path is captured with a `*` in braces, found `{tail:.*}`\nhelp: write `{*tail}`";
    r#"#[ws_route("/{...rest}")] impl Chat { fn open(&self) {} }"#
        => r#""/{...rest}""#, "the rest of a path is captured with a `*` in braces, found `{...rest}`\nhelp: write `{*rest}`";
    r#"#[ws_route("/{rest*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{rest*}""#, "the rest of a path is captured with a `*` in braces, found `{rest*}`\nhelp: write `{*rest}`";
    r#"#[ws_route("/**")] impl Chat { fn open(&self) {} }"#
        => r#""/**""#, "the rest of a path is captured with a `*` in braces, found `**`\nhelp: write `{*rest}`";
    r#"#[ws_route("/{*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{*}""#, "a capture has no name\nhelp: write `{*rest}`";
    r#"#[ws_route("/{:id}")] impl Chat { fn open(&self) {} }"#
        => r#""/{:id}""#, "a capture has no name\nhelp: write `{id}`";
    r#"#[ws_route("./chat")] impl Chat { fn open(&self) {} }"#
        => r#""./chat""#, "a path begins with `/`, found `./chat`\nhelp: write `\"/chat\"`";
    r#"#[ws_route("/a%zz%20b")] impl Chat { fn open(&self) {} }"#
        => r#""/a%zz%20b""#, "a path is sent percent-encoded, found `%`\nhelp: write `a%25zz%20b`";
    r#"#[ws_route("/a%4")] impl Chat { fn open(&self) {} }"#
        => r#""/a%4""#, "a path is sent percent-encoded, found `%`\nhelp: write `a%254`";
    r#"#[ws_route("/100%")] impl Chat { fn open(&self) {} }"#
        => r#""/100%""#, "a path is sent percent-encoded, found `%`\nhelp: write `100%25`";
    r#"#[ws_route("/a/%2E%2e")] impl Chat { fn open(&self) {} }"#
        => r#""/a/%2E%2e""#, "clients resolve `%2E%2e` before they send a path";
    r#"#[ws_route("/a\\b")] impl Chat { fn open(&self) {} }"#
        => r#""/a\\b""#, "browsers send `/` for a backslash, found `a\\b`\nhelp: write `a/b`";
    r#"#[ws_route("/[room]")] impl Chat { fn open(&self) {} }"#
        => r#""/[room]""#, "captures are written `{room}`, not `[room]`";
    r#"#[ws_route("/[...path]")] impl Chat { fn open(&self) {} }"#
        => r#""/[...path]""#, "the rest of a path is captured with a `*` in braces, found `[...path]`\nhelp: write `{*path}`";
    r#"#[ws_route("/[[room]]")] impl Chat { fn open(&self) {} }"#
        => r#""/[[room]]""#, "a capture cannot be optional, found `[[room]]`";
    r#"#[ws_route("/:?")] impl Chat { fn open(&self) {} }"#
        => r#""/:?""#, "a capture cannot be optional, found `:?`\nhelp: a path without `name` is a route of its own";
    r#"#[ws_route("/a/../b")] impl Chat { fn open(&self) {} }"#
        => r#""/a/../b""#, "clients resolve `..` before they send a path\nhelp: write the path that it leads to";
    r#"#[ws_route("/.")] impl Chat { fn open(&self) {} }"#
        => r#""/.""#, "clients resolve `.` before they send a path";
    r#"#[ws_route("/{_}")] impl Chat { fn open(&self) {} }"#
        => r#""/{_}""#, "a capture cannot be named `_`";
    r#"#[ws_route("/{a: &str}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: &str}""#, "a type of the contract cannot borrow";
    r#"#[ws_route("/{a: impl Send}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: impl Send}""#, "a segment cannot be read as `impl Send`, the type of `a`";
    r#"#[ws_route("/{a: Option<impl Send>}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: Option<impl Send>}""#, "a segment cannot be read as `Option<impl Send>`, the type of `a`";
    r#"#[ws_route("/{a: _}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: _}""#, "a segment cannot be read as `_`, the type of `a`";
    r#"#[ws_route("/:")] impl Chat { fn open(&self) {} }"#
        => r#""/:""#, "captures are written `{name}`, not `:`";
    r#"#[ws_route("/[0]")] impl Chat { fn open(&self) {} }"#
        => r#""/[0]""#, "captures are written `{name}`, not `[0]`";
    r#"#[ws_route("/[[...a]]")] impl Chat { fn open(&self) {} }"#
        => r#""/[[...a]]""#, "a capture cannot be optional, found `[[...a]]`\nhelp: a path without `a` is";
    r#"#[ws_route("/{a: dyn Send}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: dyn Send}""#, "a segment cannot be read as `dyn Send`, the type of `a`";
    r#"#[ws_route("/{a: Self}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: Self}""#, "the type of `{a}` cannot name `Self`";
    r#"#[ws_route("/{a: Row<N>}")] impl<const N: usize> Chat<N> { fn open(&self) {} }"#
        => r#""/{a: Row<N>}""#, "the type of `{a}` cannot name `N`";
    r#"#[ws_route("/{a: T}")] impl<T> Chat<T> { fn open(&self) {} }"#
        => r#""/{a: T}""#, "the type of `{a}` cannot name `T`";
}
