//! Mistakes in paths.

use super::mistakes::mistakes;

mistakes! { path_mistakes_are_reported:
    r#"#[ws_route("chat")] impl Chat { fn open(&self) {} }"#
        => r#""chat""#, "a path must start with `/`, found `chat`";
    r#"#[ws_route("")] impl Chat { fn open(&self) {} }"#
        => r#""""#, "a path must start with `/`, found nothing";
    r#"#[ws_route("ws://a/b")] impl Chat { fn open(&self) {} }"#
        => r#""ws://a/b""#, "a path must start with `/`, found `ws://a/b`\nhelp: remove the scheme and host: write `\"/b\"`";
    r#"#[ws_route("/a//b")] impl Chat { fn open(&self) {} }"#
        => r#""/a//b""#, "empty path segment";
    r#"#[ws_route("/{a}/{a}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a}/{a}""#, "duplicate capture `a`";
    r#"#[ws_route("/{a")] impl Chat { fn open(&self) {} }"#
        => r#""/{a""#, "missing `}` in `{a`\nhelp: write `{a}`";
    r#"#[ws_route("/a}")] impl Chat { fn open(&self) {} }"#
        => r#""/a}""#, "missing `{` in `a}`\nhelp: write `{a}`";
    r#"#[ws_route("/a b}")] impl Chat { fn open(&self) {} }"#
        => r#""/a b}""#, "missing `{` in `a b}`\nhelp: write `{name}`";
    r#"#[ws_route("/x-{a}")] impl Chat { fn open(&self) {} }"#
        => r#""/x-{a}""#, "a capture must be a whole path segment, found `x-{a}`";
    r#"#[ws_route("/{*a}/b")] impl Chat { fn open(&self) {} }"#
        => r#""/{*a}/b""#, "`{*a}` must be the last segment, because it matches the rest of the path";
    r#"#[ws_route("/:room")] impl Chat { fn open(&self) {} }"#
        => r#""/:room""#, "captures are written `{room}`, not `:room`";
    r#"#[ws_route("/{r#type}")] impl Chat { fn open(&self) {} }"#
        => r#""/{r#type}""#, "expected a valid field name for the capture, found `r#type`\nhelp: write `{type}`";
    r#"#[ws_route("/:room?")] impl Chat { fn open(&self) {} }"#
        => r#""/:room?""#, "a capture cannot be optional, found `:room?`\nhelp: write a list of two paths, with and without `room`, or read `room` from the query";
    r#"#[ws_route("/{room?}")] impl Chat { fn open(&self) {} }"#
        => r#""/{room?}""#, "a capture cannot be optional, found `{room?}`\nhelp: write a list of two paths, with and without `room`, or read `room` from the query";
    r#"#[ws_route("/<room>")] impl Chat { fn open(&self) {} }"#
        => r#""/<room>""#, "captures are written `{room}`, not `<room>`";
    r#"#[ws_route("/*")] impl Chat { fn open(&self) {} }"#
        => r#""/*""#, "captures of the rest of the path are written `{*rest}`, not `*`";
    r#"#[ws_route("/{}")] impl Chat { fn open(&self) {} }"#
        => r#""/{}""#, "missing name of a capture";
    r#"#[ws_route("/{room-id}")] impl Chat { fn open(&self) {} }"#
        => r#""/{room-id}""#, "expected a valid field name for the capture, found `room-id`\nhelp: write `{room_id}`";
    r#"#[ws_route("/{self}")] impl Chat { fn open(&self) {} }"#
        => r#""/{self}""#, "a capture cannot be named `self`";
    r#"#[ws_route("/{a:}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a:}""#, "expected a type after `a:`, found nothing";
    r#"#[ws_route("/{a: 3x}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: 3x}""#, "expected a type after `a:`, found `3x`";
    r#"#[ws_route("/a?b=1")] impl Chat { fn open(&self) {} }"#
        => r#""/a?b=1""#, "a path cannot contain a query string";
    r#"#[ws_route("/a#b")] impl Chat { fn open(&self) {} }"#
        => r#""/a#b""#, "a path cannot contain a fragment, because clients do not send it";
    r#"#[ws_route("/a b")] impl Chat { fn open(&self) {} }"#
        => r#""/a b""#, "expected a percent-encoded path, found a space\nhelp: write `a%20b`";
    r#"#[ws_route("/\u{e9}")] impl Chat { fn open(&self) {} }"#
        => r#""/\u{e9}""#, "expected a percent-encoded path, found `é`\nhelp: write `%C3%A9`";
    r#"#[ws_route("/a\tb")] impl Chat { fn open(&self) {} }"#
        => r#""/a\tb""#, "expected a percent-encoded path, found `\\t`\nhelp: write `a%09b`";
    r#"#[ws_route("/<a>b")] impl Chat { fn open(&self) {} }"#
        => r#""/<a>b""#, "expected a percent-encoded path, found `<`\nhelp: write `%3Ca%3Eb`";
    r#"#[ws_route("/<id..>")] impl Chat { fn open(&self) {} }"#
        => r#""/<id..>""#, "captures of the rest of the path are written `{*id}`, not `<id..>`";
    r#"#[ws_route("/<int:id>")] impl Chat { fn open(&self) {} }"#
        => r#""/<int:id>""#, "captures are written `{id}`, not `<int:id>`";
    r#"#[ws_route("/<path:p>")] impl Chat { fn open(&self) {} }"#
        => r#""/<path:p>""#, "captures of the rest of the path are written `{*p}`, not `<path:p>`";
    r#"#[ws_route("/:id(\\d+)")] impl Chat { fn open(&self) {} }"#
        => r#""/:id(\\d+)""#, "captures are written `{id}`, not `:id(\\d+)`";
    r#"#[ws_route("/{tail:.*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{tail:.*}""#, "captures of the rest of the path are written `{*tail}`, not `{tail:.*}`";
    r#"#[ws_route("/{...rest}")] impl Chat { fn open(&self) {} }"#
        => r#""/{...rest}""#, "captures of the rest of the path are written `{*rest}`, not `{...rest}`";
    r#"#[ws_route("/{rest*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{rest*}""#, "captures of the rest of the path are written `{*rest}`, not `{rest*}`";
    r#"#[ws_route("/**")] impl Chat { fn open(&self) {} }"#
        => r#""/**""#, "captures of the rest of the path are written `{*rest}`, not `**`";
    r#"#[ws_route("/{*}")] impl Chat { fn open(&self) {} }"#
        => r#""/{*}""#, "missing name of a capture\nhelp: write `{*rest}`";
    r#"#[ws_route("/{:id}")] impl Chat { fn open(&self) {} }"#
        => r#""/{:id}""#, "missing name of a capture\nhelp: write `{id}`";
    r#"#[ws_route("./chat")] impl Chat { fn open(&self) {} }"#
        => r#""./chat""#, "a path must start with `/`, found `./chat`\nhelp: write `\"/chat\"`";
    r#"#[ws_route("/a%zz%20b")] impl Chat { fn open(&self) {} }"#
        => r#""/a%zz%20b""#, "expected a percent-encoded path, found `%`\nhelp: write `a%25zz%20b`";
    r#"#[ws_route("/a%4")] impl Chat { fn open(&self) {} }"#
        => r#""/a%4""#, "expected a percent-encoded path, found `%`\nhelp: write `a%254`";
    r#"#[ws_route("/100%")] impl Chat { fn open(&self) {} }"#
        => r#""/100%""#, "expected a percent-encoded path, found `%`\nhelp: write `100%25`";
    r#"#[ws_route("/a/%2E%2e")] impl Chat { fn open(&self) {} }"#
        => r#""/a/%2E%2e""#, "`%2E%2e` can never match, because clients resolve it before they send the path";
    r#"#[ws_route("/a\\b")] impl Chat { fn open(&self) {} }"#
        => r#""/a\\b""#, "a path cannot contain a backslash, because browsers send `/` instead, found `a\\b`\nhelp: write `a/b`";
    r#"#[ws_route("/[room]")] impl Chat { fn open(&self) {} }"#
        => r#""/[room]""#, "captures are written `{room}`, not `[room]`";
    r#"#[ws_route("/[...path]")] impl Chat { fn open(&self) {} }"#
        => r#""/[...path]""#, "captures of the rest of the path are written `{*path}`, not `[...path]`";
    r#"#[ws_route("/[[room]]")] impl Chat { fn open(&self) {} }"#
        => r#""/[[room]]""#, "a capture cannot be optional, found `[[room]]`";
    r#"#[ws_route("/:?")] impl Chat { fn open(&self) {} }"#
        => r#""/:?""#, "a capture cannot be optional, found `:?`\nhelp: write a list of two paths, with and without `name`, or read `name` from the query";
    r#"#[ws_route("/a/../b")] impl Chat { fn open(&self) {} }"#
        => r#""/a/../b""#, "`..` can never match, because clients resolve it before they send the path\nhelp: write the resolved path";
    r#"#[ws_route("/.")] impl Chat { fn open(&self) {} }"#
        => r#""/.""#, "`.` can never match, because clients resolve it before they send the path";
    r#"#[ws_route("/{_}")] impl Chat { fn open(&self) {} }"#
        => r#""/{_}""#, "a capture cannot be named `_`";
    r#"#[ws_route("/{a: &str}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: &str}""#, "a type of the contract cannot borrow";
    r#"#[ws_route("/{a: impl Send}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: impl Send}""#, "a path segment cannot be parsed as `impl Send`, the type of `a`";
    r#"#[ws_route("/{a: Option<impl Send>}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: Option<impl Send>}""#, "a path segment cannot be parsed as `Option<impl Send>`, the type of `a`";
    r#"#[ws_route("/{a: _}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: _}""#, "a path segment cannot be parsed as `_`, the type of `a`";
    r#"#[ws_route("/:")] impl Chat { fn open(&self) {} }"#
        => r#""/:""#, "captures are written `{name}`, not `:`";
    r#"#[ws_route("/[0]")] impl Chat { fn open(&self) {} }"#
        => r#""/[0]""#, "captures are written `{name}`, not `[0]`";
    r#"#[ws_route("/[[...a]]")] impl Chat { fn open(&self) {} }"#
        => r#""/[[...a]]""#, "a capture cannot be optional, found `[[...a]]`\nhelp: write a list of two paths, with and without `a`, or read `a` from the query";
    r#"#[ws_route("/{a: dyn Send}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: dyn Send}""#, "a path segment cannot be parsed as `dyn Send`, the type of `a`";
    r#"#[ws_route("/{a: Self}")] impl Chat { fn open(&self) {} }"#
        => r#""/{a: Self}""#, "the type of `{a}` cannot use the parameter `Self` of the impl block";
    r#"#[ws_route("/{a: Row<N>}")] impl<const N: usize> Chat<N> { fn open(&self) {} }"#
        => r#""/{a: Row<N>}""#, "the type of `{a}` cannot use the parameter `N` of the impl block";
    r#"#[ws_route("/{a: T}")] impl<T> Chat<T> { fn open(&self) {} }"#
        => r#""/{a: T}""#, "the type of `{a}` cannot use the parameter `T` of the impl block";
}

mistakes! { mistakes_in_lists_of_paths_are_reported:
    r"#[ws_route([])] impl Chat { fn open(&self) {} }"
        => "[]", "expected at least one path\nhelp: write `\"/chat\"`, or a list";
    r#"#[ws_route([PATH, "/b"])] impl Chat { fn open(&self) {} }"#
        => "PATH", "expected a list of paths as string literals";
    r#"#[ws_route(["/a" "/b"])] impl Chat { fn open(&self) {} }"#
        => r#""/b""#, "expected a list of paths as string literals";
    r#"#[ws_contract(["/a", "/a"])] struct ChatApi;"#
        => r#""/a""#, "duplicate path `/a`\nhelp: remove one of them";
    r#"#[ws_route(["/a/{b}", "/a/{c}"])] impl Chat { fn open(&self) {} }"#
        => r#""/a/{c}""#, "`/a/{c}` matches the same requests as `/a/{b}`\nhelp: remove one of the paths";
    r#"#[ws_route(["/{*a}", "/{*b}"])] impl Chat { fn open(&self) {} }"#
        => r#""/{*b}""#, "`/{*b}` matches the same requests as `/{*a}`";
    r#"#[ws_route(["/{a: u32}", "/x/{a: u8}"])] impl Chat { fn open(&self) {} }"#
        => r#""/x/{a: u8}""#, "the capture `a` has two types: `u32` in an earlier path, and `u8` here\nhelp: write `{a: u32}` in each path";
    r#"#[ws_route(["/{a}", "/x/{a: u8}"])] impl Chat { fn open(&self) {} }"#
        => r#""/x/{a: u8}""#, "the capture `a` has two types: `String` in an earlier path, and `u8` here\nhelp: write `{a}` in each path";
    r#"#[ws_route(["/{a: u32}", "/x/{*a}"])] impl Chat { fn open(&self) {} }"#
        => r#""/x/{*a}""#, "the capture `a` has two types: `u32` in an earlier path, and `String` here";
    r#"#[ws_route(["/a", "b"])] impl Chat { fn open(&self) {} }"#
        => r#""b""#, "a path must start with `/`, found `b`";
    r#"#[ws_route("/a", ["/b", "/c"])] impl Chat { fn open(&self) {} }"#
        => r#"["/b", "/c"]"#, "expected a key, found a second path\nhelp: write several paths as a list, `[\"/a\", \"/b\", \"/c\"]`, or remove one";
    r#"#[ws_route(body = Say, ["/b"])] impl Chat { fn message(&self) {} }"#
        => r#"["/b"]"#, "the path must be the first argument";
    r#"#[ws_route(["/a", "/b"], params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "`params` is set, but the path has no captures";
    r#"#[ws_route(["/a", "/b/{c: T}"])] impl<T> Chat<T> { fn open(&self) {} }"#
        => r#""/b/{c: T}""#, "the type of `{c}` cannot use the parameter `T` of the impl block";
    r#"#[ws_route(["/a/{b: u8}", "/b"], params = Seat)] impl Chat { fn open(&self) {} }"#
        => "params", "the types of the captures are declared twice: by `params`, and by `{b: …}` in the path";
}
