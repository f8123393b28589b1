//! Names and members in the expansion.

use super::harness::expand;

const EVERYTHING: &str = r#"#[ws_route(
    ["/{room}/{seat: u32}", "/"], keep_request, body = Say, response = Heard, query = Join, protocols = ["v1"], idle_timeout = 60, on_invalid = close,
    origins = any, crate = ::facade::ws
)] impl<T: Clone> Chat<T> {
    fn transform(&self) {}
    fn protocol(&self) -> Option<&'static str> { None }
    fn before_handle(&self) {}
    fn upgrade(&self) -> HeaderMap { todo!() }
    fn open(&self) {}
    fn transform_message(&self, message: Message) -> Message { message }
    fn message_join(&self) {}
    fn drain(&self) {}
    fn ping(&self) {}
    fn pong(&self) {}
    fn error(&self) {}
    fn close(&self) {}
}"#;

#[test]
fn crate_path_replaces_the_default_everywhere() {
    let written = expand(EVERYTHING).to_string();
    assert!(written.contains(":: facade :: ws :: __private"), "{written}");
    assert!(!written.contains("ws_runtime"), "{written}");
    assert!(!written.contains("compile_error"), "{written}");
}

#[test]
fn block_is_emitted_first_and_unchanged() {
    let block = r#"#[doc = "x"] impl Chat { fn open(&self) { let x = ; 1 + } const A: u8 = 1; }"#;
    for arguments in ["\"/\"", "\"no slash\", wrong = 1"] {
        let written = expand(&format!("#[ws_route({arguments})] {block}")).to_string();
        let block: proc_macro2::TokenStream = block.parse().expect("tokens");
        let before = "# [allow (clippy :: missing_const_for_fn , clippy :: needless_pass_by_ref_mut , clippy :: needless_pass_by_value , clippy :: same_name_method , clippy :: single_call_fn , clippy :: trivially_copy_pass_by_ref , clippy :: unused_async , clippy :: unused_self)] ";
        assert!(written.starts_with(&format!("{before}{block}")), "{written}");
    }
}

#[test]
fn markers_are_removed_despite_errors() {
    for (arguments, handler) in
        [("body = Say", "message_bid"), ("bdoy = Say", "message_bid"), ("body = Say", "open")]
    {
        let source = format!(
            "#[ws_route(\"/\", {arguments})] impl Chat {{ #[ws_fields] #[inline] fn {handler}(&self, amount: u64) {{}} }}"
        );
        let written = expand(&source).to_string();
        assert!(!written.contains("# [ws_fields]"), "{written}");
        assert!(written.contains(&format!("# [inline] fn {handler}")), "{written}");
    }
}
