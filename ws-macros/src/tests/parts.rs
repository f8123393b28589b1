//! Expansion of single parts of a source.

use super::harness::expand;

/// Asserts that the expansion of a valid source contains this text.
fn check(table: &[(&str, &str)]) {
    for (source, part) in table {
        let written = expand(source).to_string();
        assert!(!written.contains("compile_error"), "{source}\n{written}");
        assert!(written.contains(part), "{part} is missing for {source}\n{written}");
    }
}

#[test]
fn captures_struct_avoids_names_in_use() {
    check(&[
        (r#"#[ws_route("/{a}")] impl Chat { fn open(&self) {} }"#, "struct Params {"),
        (r#"#[ws_route("/{a}", query = chat::Params)] impl Chat { fn open(&self) {} }"#, "struct Params {"),
        (r#"#[ws_route("/{a}", query = Vec<::Params>)] impl Chat { fn open(&self) {} }"#, "struct Params {"),
        (r#"#[ws_route("/{a}")] impl Chat { fn open(&self) -> ::Params {} }"#, "struct Params {"),
        (r#"#[ws_route("/{a}", query = Params)] impl Chat { fn open(&self) {} }"#, "struct PathParams {"),
        (r#"#[ws_route("/{a}")] impl Params { fn open(&self) {} }"#, "struct PathParams {"),
        (r#"#[ws_route("/{a}")] impl Chat<Vec<Params>> { fn open(&self) {} }"#, "struct PathParams {"),
        (r#"#[ws_route("/{a}")] impl<T: Into<Params>> Chat<T> { fn open(&self) {} }"#, "struct PathParams {"),
        (
            r#"#[ws_route("/{a}")] impl<T> Chat<T> where T: Into<Params> { fn open(&self) {} }"#,
            "struct PathParams {",
        ),
        (
            r#"#[ws_route("/{a}")] impl Chat { fn open(&self, ws: &Socket<Params>) {} }"#,
            "struct PathParams {",
        ),
        (r#"#[ws_route("/{a}")] impl Chat { fn message(&self, a: [Params; 2]) {} }"#, "struct PathParams {"),
        (r#"#[ws_route("/{a}")] impl Chat { fn open(&self) -> Params {} }"#, "struct PathParams {"),
        (
            r#"#[ws_route("/{a}", body = Say)] impl Chat { fn message_join(&self, join: Params) {} }"#,
            "struct PathParams {",
        ),
        (r#"#[ws_route("/{a: Params}")] impl Chat { fn open(&self) {} }"#, "struct PathParams <"),
        (r#"#[ws_contract("/{a}")] struct Params;"#, "struct PathParams {"),
        (r#"#[ws_contract("/{a}", body = Params)] struct Api;"#, "struct PathParams {"),
    ]);
}

#[test]
fn generic_types_get_the_bounds_of_their_role() {
    let demand = |role: &str| format!("T : __ws :: {role}");
    for (key, role) in [
        ("params", "Part"),
        ("query", "Part"),
        ("header", "Part"),
        ("cookie", "Part"),
        ("body", "Decode"),
        ("response", "Encode"),
    ] {
        let path = if key == "params" { "/{a}" } else { "/" };
        let source =
            format!(r#"#[ws_route("{path}", {key} = T)] impl<T> Chat<T> {{ fn message(&self) {{}} }}"#);
        check(&[(&source, &demand(role))]);
    }
}

#[test]
fn amounts_become_bytes_and_milliseconds() {
    let rows = [
        ("max_payload_length", "7", "Some (7)"),
        ("max_payload_length", "\"7B\"", "Some (7)"),
        ("max_payload_length", "\"7 kB\"", "Some (7000)"),
        ("max_payload_length", "\"7MB\"", "Some (7000000)"),
        ("max_payload_length", "\"3GB\"", "Some (3000000000)"),
        ("max_payload_length", "\"7KiB\"", "Some (7168)"),
        ("max_payload_length", "\"7MiB\"", "Some (7340032)"),
        ("max_payload_length", "\"3GiB\"", "Some (3221225472)"),
        ("max_payload_length", "4294967295", "Some (4294967295)"),
        ("max_payload_length", "off", "Some (__ws :: None)"),
        ("idle_timeout", "7", "from_millis (7000)"),
        ("idle_timeout", "\"7ms\"", "from_millis (7)"),
        ("idle_timeout", "\"7s\"", "from_millis (7000)"),
        ("idle_timeout", "\"7m\"", "from_millis (420000)"),
        ("idle_timeout", "\"7h\"", "from_millis (25200000)"),
        ("idle_timeout", "\"8760h\"", "from_millis (31536000000)"),
        ("idle_timeout", "off", "Some (__ws :: None)"),
        ("rate_limit", "1_000", "Some (1000)"),
        ("publish_to_self", "off", "Some (false)"),
        ("publish_to_self", "false", "Some (false)"),
        ("publish_to_self", "on", "Some (true)"),
        ("publish_to_self", "true", "Some (true)"),
    ];
    for (value, part) in [
        ("on", "Some (__ws :: Deflate :: new ())"),
        ("true", "Some (__ws :: Deflate :: new ())"),
        ("off", "None"),
        ("false", "None"),
    ] {
        let source =
            format!(r#"#[ws_route("/", per_message_deflate = {value})] impl Chat {{ fn open(&self) {{}} }}"#);
        check(&[(&source, &format!("per_message_deflate : __ws :: Some (__ws :: {part})"))]);
    }
    for (key, value, part) in rows {
        let source = format!(r#"#[ws_route("/", {key} = {value})] impl Chat {{ fn open(&self) {{}} }}"#);
        check(&[(&source, &format!("{key} : __ws :: Some")), (&source, part)]);
    }
}

#[test]
fn all_parts_of_a_condition_are_kept() {
    check(&[
        (
            r#"#[ws_route("/")] impl Chat { #[cfg_attr(a, doc = "x", cfg(b))] fn open(&self) {} }"#,
            "# [cfg (any (not (a) , b))]",
        ),
        (
            r#"#[ws_route("/")] impl Chat { #[cfg_attr(a, cfg(b), cfg(c))] fn open(&self) {} }"#,
            "# [cfg (any (not (a) , b))] # [cfg (any (not (a) , c))]",
        ),
    ]);
}

#[test]
fn unparsable_block_calls_no_handlers() {
    for block in [
        "fn message(&self, say: Say) -> { todo!() } fn close(&self) {}",
        "fn open(&self, ws: &Socket<Self>) fn close(&self) {}",
        "fn close(&self) {} let x = 1;",
        "fn close(&self) {}; fn open(&self) {}",
    ] {
        let source = format!(r#"#[ws_route("/", body = Say)] impl Chat {{ {block} }}"#);
        check(&[(&source, "__ws :: unread :: < Self > ()")]);
        let written = expand(&source).to_string();
        assert!(!written.contains("< Chat > ::"), "a handler is called for {source}\n{written}");
    }
}

#[test]
fn constants_are_emitted_unchanged() {
    check(&[
        (
            r#"#[ws_route("/", idle_timeout = const limits::IDLE)] impl Chat { fn open(&self) {} }"#,
            "idle_timeout : __ws :: Some (__ws :: Some (limits :: IDLE))",
        ),
        (
            r#"#[ws_route("/", max_payload_length = const 4 * KIB, rate_limit = 3)] impl Chat { fn open(&self) {} }"#,
            "max_payload_length : __ws :: Some (__ws :: Some (4 * KIB))",
        ),
        (
            r#"#[ws_route("/", max_invalid = const <A<u8, u8> as B>::C, rate_limit = 3)] impl Chat { fn open(&self) {} }"#,
            "max_invalid : __ws :: Some (__ws :: Some (< A < u8 , u8 > as B >:: C))",
        ),
        (
            r#"#[ws_route("/", per_message_deflate(level = const LEVEL))] impl Chat { fn open(&self) {} }"#,
            "level (LEVEL)",
        ),
    ]);
}

#[test]
fn connection_of_another_route_is_rewritten_to_self() {
    check(&[
        (
            r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<Me>) {} }"#,
            "impl Chat { fn open (& self , ws : & Socket < Self >) { } }",
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn close(&self, ws: &Socket<Vec<Vec<Me>>>, closed: Closed) {} }"#,
            "ws : & Socket < Self > , closed : Closed",
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn before_handle(&self, shake: &'_ ws_runtime::Handshake<Me>) {} }"#,
            "shake : &'_ ws_runtime :: Handshake < Self >",
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<Me>) {} }"#,
            "const _ : () = __ws :: own_route :: < Me , Chat > () ;",
        ),
        (r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &Socket<Chat>) {} }"#, "ws : & Socket < Chat >"),
        (
            r#"#[ws_route("/")] impl Chat { fn open(&self) {} fn greet(ws: &Socket<Other>) {} }"#,
            "ws : & Socket < Other >",
        ),
        (
            r#"#[ws_route("/")] impl<T> Chat<T> { fn open(&self, ws: &Socket<Me<T>>) {} }"#,
            "ws : & Socket < Me < T >>",
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn open(&self, ws: &other::Socket) {} }"#,
            "ws : & other :: Socket)",
        ),
    ]);
}

#[test]
fn unknown_type_suppresses_follow_up_errors() {
    const UNKNOWN: &str = "__Unknown";
    for (source, hidden, known) in [
        (
            r#"#[ws_route("/:a", query = Join)] impl Chat { fn open(&self) {} }"#,
            &["Params"] as &[&str],
            &["Query", "Header", "Cookie", "Body", "Response", "Data"] as &[&str],
        ),
        (r#"#[ws_route("/{a: &str}")] impl Chat { fn open(&self) {} }"#, &["Params"], &["Query", "Data"]),
        (
            r#"#[ws_route("/", qeury = Join, body = Say)] impl Chat { fn message(&self) {} }"#,
            &["Params", "Query", "Header", "Cookie", "Response"],
            &["Body", "Data"],
        ),
        (
            r#"#[ws_route("/", query = "Join", response = &str)] impl Chat { fn open(&self) {} }"#,
            &["Query", "Response"],
            &["Params", "Header", "Cookie", "Body", "Data"],
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn before_handel(&self) -> Result<User, Reject> {} }"#,
            &["Data"],
            &["Params", "Query", "Response"],
        ),
        (
            r#"#[ws_route("/")] impl Chat { fn before_handle(&self) -> Result<Rc<u8>, Reject> {} }"#,
            &["Data"],
            &["Query"],
        ),
        (r#"#[ws_contract("/a/:b", summary = 3)] struct Api;"#, &["Params"], &["Query", "Response"]),
        (
            r#"#[ws_route("/", idle_timeout = "soon")] impl Chat { fn open(&self) {} }"#,
            &[],
            &["Params", "Query", "Header", "Cookie", "Body", "Response", "Data"],
        ),
    ] {
        let written = expand(source).to_string();
        let is_hidden = |name: &&str| written.contains(&format!("type {name} = {UNKNOWN}"));
        assert!(hidden.iter().all(is_hidden), "{source}\n{written}");
        assert!(!known.iter().any(is_hidden), "{source}\n{written}");
        let declared = written.matches(&format!("type {UNKNOWN} = <")).count();
        assert_eq!(declared, usize::from(!hidden.is_empty()), "{source}\n{written}");
    }
}
