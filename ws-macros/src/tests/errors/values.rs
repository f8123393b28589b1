//! Mistakes in the values of keys.

use super::mistakes::{check, mistakes};

mistakes! { value_mistakes_are_reported:
    r#"#[ws_route("/", idle_timeout = IDLE)] impl Chat { fn open(&self) {} }"#
        => "IDLE", "`idle_timeout` expects a number of seconds, a time such as `\"500ms\"`, `off`, or a `Duration` constant such as `const limits::TIME`\nhelp: write `idl";
    r#"#[ws_route("/", idle_timeout = -1)] impl Chat { fn open(&self) {} }"#
        => "-1", "expected a non-negative number, found `-1`";
    r#"#[ws_route("/", idle_timeout = 0)] impl Chat { fn open(&self) {} }"#
        => "0", "expected more than 0, found `0`\nhelp: write `off` for no limit";
    r#"#[ws_route("/", ping_interval = "0ms")] impl Chat { fn open(&self) {} }"#
        => "\"0ms\"", "expected more than 0, found `0ms`\nhelp: write `off` for no limit";
    r#"#[ws_route("/", max_payload_length = "0GiB")] impl Chat { fn open(&self) {} }"#
        => "\"0GiB\"", "expected more than 0, found `0GiB`\nhelp: write `off` for no limit";
    r#"#[ws_route("/", max_topic_length = 0x00)] impl Chat { fn open(&self) {} }"#
        => "0x00", "expected more than 0, found `0x00`\nhelp: write `off` for no limit";
    r#"#[ws_route("/", max_subscriptions = 0_0)] impl Chat { fn open(&self) {} }"#
        => "0_0", "expected more than 0, found `0_0`\nhelp: write `off` for no limit";
    r#"#[ws_route("/", idle_timeout = 1.5)] impl Chat { fn open(&self) {} }"#
        => "1.5", "`idle_timeout` expects a number of seconds";
    r#"#[ws_route("/", idle_timeout = 60 * 2)] impl Chat { fn open(&self) {} }"#
        => "60", "`idle_timeout` expects a number of seconds";
    r#"#[ws_route("/", idle_timeout = Duration::from_secs(5), publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "Duration", "`idle_timeout` expects a number of seconds, a time such as `\"500ms\"`, `off`, or a `Duration` constant such as `const limits::TIME`\nhelp: write `idl";
    r#"#[ws_route("/", max_payload_length = 64 * 1024)] impl Chat { fn open(&self) {} }"#
        => "64", "`max_payload_length` expects a number of bytes, a size such as `\"64KiB\"`, `off`, or a `usize` constant such as `const limits::SIZE`\nhelp: write `ma";
    r#"#[ws_route("/", rate_limit = limits::rate::<u8>(3) + 1)] impl Chat { fn open(&self) {} }"#
        => "limits", "`rate_limit` expects a number, `off`, or a `u32` constant such as `const limits::COUNT`\nhelp: write `rate_limit = const limits::rate::<u8>(3) + 1` to";
    r#"#[ws_route("/", max_payload_length = 1 << 20, publish_to_self)] impl Chat { fn open(&self) {} }"#
        => "1", "`max_payload_length` expects a number of bytes";
    r#"#[ws_route("/", response = ())] impl Chat { fn open(&self) {} }"#
        => "()", "`response` cannot be `()`\nhelp: remove the key if the server sends no messages";
    r#"#[ws_route("/", idle_timeout = 60s)] impl Chat { fn open(&self) {} }"#
        => "60s", "expected a number, found `60s`\nhelp: write a value with a unit as a string, as in `\"30s\"`";
    r#"#[ws_route("/", idle_timeout = "60")] impl Chat { fn open(&self) {} }"#
        => "\"60\"", "`60` is not a valid time";
    r#"#[ws_route("/", idle_timeout = "")] impl Chat { fn open(&self) {} }"#
        => "\"\"", "an empty string is not a valid time";
    r#"#[ws_route("/", idle_timeout = "5us")] impl Chat { fn open(&self) {} }"#
        => "\"5us\"", "`5us` is not a valid time";
    r#"#[ws_route("/", idle_timeout = "9999h")] impl Chat { fn open(&self) {} }"#
        => "\"9999h\"", "expected at most one year";
    r#"#[ws_route("/", max_payload_length = "64kb")] impl Chat { fn open(&self) {} }"#
        => "\"64kb\"", "`64kb` is not a valid size";
    r#"#[ws_route("/", max_payload_length = "4GiB")] impl Chat { fn open(&self) {} }"#
        => "\"4GiB\"", "expected at most 4294967295";
    r#"#[ws_route("/", max_payload_length = 99999999999999999999999)] impl Chat { fn open(&self) {} }"#
        => "99999999999999999999999", "`99999999999999999999999` is too large";
    r#"#[ws_route("/", rate_limit = "20")] impl Chat { fn open(&self) {} }"#
        => "\"20\"", "expected a number, found a string";
    r#"#[ws_route("/", rate_limit = 20u8)] impl Chat { fn open(&self) {} }"#
        => "20u8", "expected a number, found `20u8`";
    r#"#[ws_route("/", latest_by_key = symbol)] impl Chat { fn open(&self) {} }"#
        => "symbol", "`latest_by_key` expects a JSON pointer";
    r#"#[ws_route("/", latest_by_key = 3)] impl Chat { fn open(&self) {} }"#
        => "3", "`latest_by_key` expects a JSON pointer, as in `latest_by_key = \"/symbol\"`, or `off`";
    r#"#[ws_route("/", latest_by_key = "symbol")] impl Chat { fn open(&self) {} }"#
        => "\"symbol\"", "`symbol` is not a JSON pointer\nhelp: start it with `/`, as in `\"/symbol\"`";
    r#"#[ws_route("/", latest_by_key = "")] impl Chat { fn open(&self) {} }"#
        => "\"\"", "an empty string is not a JSON pointer";
    r#"#[ws_route("/", latest_by_key = "/a~b")] impl Chat { fn open(&self) {} }"#
        => "\"/a~b\"", "`/a~b` is not a JSON pointer\nhelp: write `~0` for `~`, and `~1` for `/` in a name";
    r#"#[ws_route("/", on_invalid = drop)] impl Chat { fn open(&self) {} }"#
        => "drop", "`on_invalid` expects `reply`, `ignore` or `close`, found `drop`";
    r#"#[ws_route("/", on_invalid = "close")] impl Chat { fn open(&self) {} }"#
        => "\"close\"", "`on_invalid` expects `reply`, `ignore` or `close`";
    r#"#[ws_route("/", protocols = [])] impl Chat { fn open(&self) {} }"#
        => "[]", "expected at least one subprotocol";
    r#"#[ws_route("/", protocols = ["a", "a"])] impl Chat { fn open(&self) {} }"#
        => "\"a\"", "duplicate subprotocol `a`";
    r#"#[ws_route("/", protocols = ["a b"])] impl Chat { fn open(&self) {} }"#
        => "\"a b\"", "`a b` is not a valid subprotocol name";
    r#"#[ws_route("/", protocols = [""])] impl Chat { fn open(&self) {} }"#
        => "\"\"", "an empty string is not a valid subprotocol name";
    r#"#[ws_route("/", tags = ["a", "a"])] impl Chat { fn open(&self) {} }"#
        => "\"a\"", "duplicate tag `a`";
    r#"#[ws_route("/", origins = ["example.com"])] impl Chat { fn open(&self) {} }"#
        => "\"example.com\"", "`example.com` is not an origin";
    r#"#[ws_route("/", origins = ["https://example.com/"])] impl Chat { fn open(&self) {} }"#
        => "\"https://example.com/\"", "`https://example.com/` is not an origin";
    r#"#[ws_route("/", origins = ["https://a", "https://a"])] impl Chat { fn open(&self) {} }"#
        => "\"https://a\"", "duplicate origin `https://a`";
    r#"#[ws_route("/", origins = [])] impl Chat { fn open(&self) {} }"#
        => "[]", "expected at least one origin";
    r#"#[ws_route("/", origins = all)] impl Chat { fn open(&self) {} }"#
        => "all", "`origins` expects a list";
    r#"#[ws_route("/", per_message_deflate = 6)] impl Chat { fn open(&self) {} }"#
        => "6", "`per_message_deflate` expects `on`, `off`, no value, or keys in parentheses, as in `per_message_deflate(level = 6)`";
    r#"#[ws_route("/", per_message_deflate = yes)] impl Chat { fn open(&self) {} }"#
        => "yes", "`per_message_deflate` expects `on`, `off`, no value, or keys in parentheses, as in `per_message_deflate(level = 6)`";
    r#"#[ws_route("/", per_message_deflate(levle = 6))] impl Chat { fn open(&self) {} }"#
        => "levle", "unknown key `levle` in `per_message_deflate`\nhelp: did you mean `level`?";
    r#"#[ws_route("/", per_message_deflate(idle_timeout = 6))] impl Chat { fn open(&self) {} }"#
        => "idle_timeout", "unknown key `idle_timeout` in `per_message_deflate`\nhelp: the keys are `threshold`, `level`, `server_max_window_bits`, `client_max_window_bits`, `ser";
    r#"#[ws_route("/", per_message_deflate(level = 10))] impl Chat { fn open(&self) {} }"#
        => "10", "expected a number from 1 to 9, found `10`";
    r#"#[ws_route("/", per_message_deflate(level = off))] impl Chat { fn open(&self) {} }"#
        => "level", "expected a number from 1 to 9, found `off`";
    r#"#[ws_route("/", per_message_deflate(level = fast))] impl Chat { fn open(&self) {} }"#
        => "fast", "`level` expects a number from 1 to 9";
    r#"#[ws_route("/", per_message_deflate(server_max_window_bits = 8))] impl Chat { fn open(&self) {} }"#
        => "8", "expected a number from 9 to 15, found `8`";
    r#"#[ws_route("/", per_message_deflate(client_max_window_bits = 16))] impl Chat { fn open(&self) {} }"#
        => "16", "expected a number from 9 to 15, found `16`";
    r#"#[ws_route("/", per_message_deflate(threshold = "1kb"))] impl Chat { fn open(&self) {} }"#
        => "\"1kb\"", "`1kb` is not a valid size";
    r#"#[ws_route("/", per_message_deflate(server_no_context_takeover = yes))] impl Chat { fn open(&self) {} }"#
        => "yes", "`server_no_context_takeover` expects `on`, `off` or no value";
    r#"#[ws_route("/", per_message_deflate(level = 1, level = 2))] impl Chat { fn open(&self) {} }"#
        => "level", "duplicate key `level`";
    r#"#[ws_route("/", per_message_deflate("1KiB"))] impl Chat { fn open(&self) {} }"#
        => "\"1KiB\"", "expected a key, as in `threshold = \"1KiB\"`";
    r#"#[ws_route("/", per_message_deflate(level = 1 threshold = 2))] impl Chat { fn open(&self) {} }"#
        => "threshold", "expected `,` between the keys";
    r#"#[ws_route("/", crate = "ws")] impl Chat { fn open(&self) {} }"#
        => "\"ws\"", "`crate` expects a path";
}

#[test]
fn invalid_subprotocols_and_origins_are_reported() {
    let row = |key: &str, value: &str, message: &str| {
        let source = format!("#[ws_route(\"/\", {key} = [{value:?}])] impl Chat {{ fn open(&self) {{}} }}");
        (source, format!("{value:?}"), message.to_owned())
    };
    let names = "()<>@,;:\\\"/[]?={} \t".chars().map(|separator| {
        let name = format!("a{separator}b");
        row("protocols", &name, &format!("`{name}` is not a valid subprotocol name"))
    });
    let origins = [
        "://a",
        "3a://b",
        "a b://c",
        "https://",
        "https://a/b",
        "https://a?b",
        "https://a#b",
        "https://a@b",
        "https://*.a",
        "https://*.",
        "https://a.*.example.com",
        "app://*.example.com",
        "null",
    ];
    let origins = origins.map(|origin| row("origins", origin, &format!("`{origin}` is not an origin")));
    let rows: Vec<_> = names.chain(origins).collect();
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|(source, place, message)| (&**source, &**place, &**message)).collect();
    check(&rows);
}
