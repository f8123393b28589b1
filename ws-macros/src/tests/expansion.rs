//! Snapshots of the expansion, one for each form of input.

use super::harness::expand;

/// Expands a source and formats the result.
fn formatted(source: &str) -> String {
    let tokens = expand(source);
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error} in {tokens}"));
    prettyplease::unparse(&file)
}

macro_rules! shapes {
    ($($name:ident: $source:literal)*) => {
        $(#[test]
        fn $name() {
            let shown = formatted($source);
            assert!(!shown.contains("compile_error"), "{shown}");
            insta::assert_snapshot!(shown);
        })*
    };
}

shapes! {
    route_with_one_handler_expands: r#"
        #[ws_route("/")]
        impl Chat { fn open(&self) {} }
    "#

    route_with_every_contract_key_expands: r#"
        #[ws_route("/chat", body = Say, response = Heard, query = Join, header = Client, cookie = Session,
            protocols = ["v2", "v1"], require_protocol, summary = "a room", tags = ["chat", "beta"], deprecated)]
        impl Chat { async fn message(&self, ws: &Socket<Self>, say: Say) -> Option<Heard> { None } }
    "#

    route_with_every_option_expands: r#"
        #[ws_route("/", require_protocol, protocols = ["v1"], max_payload_length = "64KiB", max_fragments = 10, fragment_timeout = "500ms", idle_timeout = 60,
            ping_interval = off, backpressure_limit = 65536, close_on_backpressure_limit, latest_by_key = "/symbol", rate_limit = 20, max_invalid = 5,
            publish_to_self, max_subscriptions = 10, max_topic_length = "1KiB", refusal_details, on_invalid = close, close_timeout = "2m", per_message_deflate(threshold = "1KiB", level = 6, server_max_window_bits = 12,
                client_max_window_bits = 10, server_no_context_takeover = off, client_no_context_takeover), origins = ["https://example.com", "http://localhost:3000"])]
        impl Chat { fn open(&self) {} }
    "#

    compression_uses_defaults: r#"
        #[ws_route("/", per_message_deflate)]
        impl Chat { fn open(&self) {} }
    "#

    compression_is_off: r#"
        #[ws_route("/", per_message_deflate = off)]
        impl Chat { fn open(&self) {} }
    "#

    limits_are_off: r#"
        #[ws_route("/", idle_timeout = off, latest_by_key = off, rate_limit = off, max_payload_length = off, per_message_deflate(threshold = 0), ping_interval = "30s", origins = any)]
        impl Chat { fn open(&self) {} }
    "#

    captures_use_types_by_path: r#"
        #[ws_route("/chat/{room: ids::RoomId}/{seat: u32}")]
        impl Chat { fn open(&self) {} }
    "#

    captures_become_a_struct: r#"
        #[ws_route("/chat/{room}/{seat: u32}/{*rest}")]
        impl Chat { fn open(&self) {} }
    "#

    captures_struct_has_no_generics: r#"
        #[ws_route("/chat/{room}/{type}")]
        impl Chat { fn open(&self) {} }
    "#

    paths_share_one_captures_struct: r#"
        #[ws_route(["/", "/{room}", "/{room}/{seat: ids::Seat}", "/all/{*rest}"])]
        impl Chat { fn open(&self) {} }
    "#

    contract_with_several_paths_expands: r#"
        #[ws_contract(["/chat/{room}", "/rooms/{room}"])]
        struct ChatApi;
    "#

    request_is_kept: r#"
        #[ws_route("/chat", keep_request)]
        impl<T: Share> Chat<T> { fn open(&self) {} }
    "#

    params_key_replaces_the_captures_struct: r#"
        #[ws_route("/chat/{room}", params = Room)]
        impl Chat { fn open(&self) {} }
    "#

    captures_struct_avoids_a_name_in_use: r#"
        #[ws_route("/chat/{room}", query = Params)]
        impl Chat { fn open(&self, ws: &Socket<Self>) {} }
    "#

    route_with_every_handler_expands: r#"
        #[ws_route("/", body = Say, response = Heard)]
        impl Chat {
            async fn transform(&self, request: &mut RawRequest) -> Result<(), Reject> { Ok(()) }
            fn protocol(&self, handshake: &Handshake<Self>) -> Result<Option<&'static str>, Reject> { todo!() }
            async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> { todo!() }
            fn upgrade(&self, handshake: &Handshake<Self>, data: &User) -> HeaderMap { todo!() }
            fn open(&self, ws: &Socket<Self>) -> impl Stream<Item = Heard> { todo!() }
            fn transform_message(&self, ws: &Socket<Self>, message: Message) -> Message { message }
            async fn message(&self, ws: &Socket<Self>, Say { text }: Say) -> Result<Heard, Error> { todo!() }
            fn drain(&self, ws: &Socket<Self>) {}
            fn ping(&self, ws: &Socket<Self>, payload: Bytes) {}
            async fn pong(&self, ws: &Socket<Self>, payload: Bytes) -> () {}
            fn error(&self, ws: &Socket<Self>, error: Error) -> Option<Heard> { None }
            fn close(&self, ws: &Socket<Self>, closed: Closed) {}
        }
    "#

    handlers_may_omit_arguments: r#"
        #[ws_route("/", body = String, response = String)]
        impl Echo {
            fn transform(&self) {}
            fn protocol(&self) -> Option<&'static str> { None }
            fn before_handle(&self) {}
            fn upgrade(&self, handshake: &Handshake<Self>) -> HeaderMap { HeaderMap::new() }
            fn message(&self, text: String) -> String { text }
            fn error(&self, error: Error) {}
            fn close(&self) {}
        }
    "#

    variants_are_matched: r#"
        #[ws_route("/", body = wire::Say<u8>, response = Heard)]
        impl Chat {
            async fn message_join_room(&self, ws: &Socket<Self>, join: Join) -> Heard { todo!() }
            fn message_leave(&self, leave: Leave) {}
            fn message_typing(&self, ws: &Socket<Self>) {}
            /// Answers.
            fn message_who(&self) -> Option<Heard> { None }
        }
    "#

    variant_fields_are_matched_by_name: r#"
        #[ws_route("/", body = wire::Req, response = Heard)]
        impl Auction {
            fn message_bid(&self, ws: &Socket<Self>, amount: u64, _lot: Lot) -> Heard { todo!() }
            /// Enters.
            #[ws_fields]
            async fn message_enter(&self, r#type: String) {}
            #[ws_fields]
            #[cfg(unix)]
            fn message_leave(&self, ws: &Socket<Self>, mut reason: Option<String>, code: u16) {}
            fn message_watch(&self) {}
        }
    "#

    generic_variant_fields_are_matched: r#"
        #[ws_route("/", body = wire::Req<T>)]
        impl<T> Auction<T> { fn message_bid(&self, amount: T, lot: u8) {} }
    "#

    deprecated_handlers_are_called: r#"
        #[ws_route("/", body = Say)]
        #[expect(non_snake_case, reason = "old")]
        impl Chat {
            #[deprecated(note = "speak up")]
            fn before_handle(&self) -> Result<User, Reject> { todo!() }
            #[deprecated]
            fn open(&self) {}
            #[cfg_attr(unix, deprecated)]
            async fn message(&self, say: Say) {}
            #[allow(deprecated)]
            fn close(&self) {}
            #[expect(deprecated)]
            fn error(&self, error: Error) -> OldSay { todo!() }
        }
    "#

    served_contract_expands: r"
        #[ws_route(api::ChatApi, idle_timeout = 30)]
        impl Chat { async fn message(&self, say: Say) {} }
    "

    served_contract_with_variants_expands: r"
        #[ws_route(ChatApi<u8>, body = Say)]
        impl Chat { async fn message_join(&self, join: Join) {} }
    "

    contract_without_a_route_expands: r#"
        #[ws_contract("/chat/{room}/{seat: u32}", body = Say, response = Heard, protocols = ["v1"], summary = "chat")]
        /// Where people talk.
        pub struct ChatApi;
    "#

    generic_contract_expands: r#"
        #[ws_contract("/events", response = T)]
        pub struct Events<T>(PhantomData<T>) where T: Event;
    "#

    generic_route_expands: r#"
        #[ws_route("/", body = B::Say)]
        impl<B: Backend, const N: usize> Chat<B, N> where B::Say: Decode { fn message(&self, say: B::Say) {} }
    "#

    const_parameter_needs_no_bound: r#"
        #[ws_route("/")]
        impl<const N: usize> Chat<N> { fn open(&self) {} }
    "#

    doc_comments_become_contract_docs: r#"
        #[ws_route("/")]
        /// Where people talk.
        ///
        ///   Indented.
        #[doc = include_str!("chat.md")]
        #[doc(hidden)]
        /// The end.
        impl Chat {
            /// Greets.
            fn open(&self) {}
            #[doc = include_str!("message.md")]
            fn message(&self) {}
            fn close(&self) {}
        }
    "#

    conditions_are_copied_to_generated_code: r#"
        #[ws_route("/")]
        #[cfg(feature = "chat")]
        impl Chat {
            /// Greets.
            #[cfg(unix)]
            #[cfg(feature = "greeting")]
            fn open(&self) {}
            #[cfg(unix)]
            fn message(&self) {}
            #[cfg(windows)]
            fn message(&self) {}
            #[cfg_attr(test, cfg(feature = "ping"), inline)]
            fn ping(&self) {}
            fn pong(&self) {}
            #[cfg(feature = "auth")]
            async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<User, Reject> { todo!() }
        }
    "#

    variant_conditions_are_copied: r#"
        #[ws_route("/", body = Say)]
        impl Chat {
            #[cfg(feature = "join")]
            fn message_join(&self, join: Join) {}
            #[cfg(feature = "leave")]
            fn message_leave(&self) {}
        }
    "#

    crate_key_sets_the_runtime_path: r#"
        #[ws_route("/{room}", crate = ::facade::ws)]
        impl Chat { fn open(&self) {} }
    "#

    other_members_are_ignored: r#"
        #[ws_route("/")]
        impl Chat {
            const LIMIT: usize = { 3 };
            helper! { fn open(&self) {} }
            make::helper!();
            pub(crate) fn helper<T: Iterator<Item = u8>>(items: T) -> impl Iterator<Item = u8> where T: Clone { items }
            pub async fn open(&self) {}
        }
    "#
}
