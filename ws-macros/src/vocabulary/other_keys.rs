//! Keys of other libraries, each with its replacement.

use super::nearness::snake;

/// The replacement for a key of another library. In the tables, `|` separates keys with the same replacement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// Our key of this name.
    Key(&'static str),
    /// Another solution, as a help text.
    Elsewhere(&'static str),
}

/// Returns the replacement of another library's key, in any case style; `None` if there is none.
pub(crate) fn other_key(word: &str) -> Option<Answer> {
    let word = snake(word).replace('-', "_");
    let mut all = [TYPES, LIMITS, PLACES].into_iter().flatten();
    all.find(|(words, _)| words.split('|').any(|other| other == word)).map(|(_, answer)| *answer)
}

/// Types of messages and of parts of the request.
const TYPES: &[(&str, Answer)] = &[
    (
        "input|message|msg|incoming|inbound|request|payload|receive|receives|recv|body_type|message_type|\
         client_message|json|event_type|command|ty",
        Answer::Key("body"),
    ),
    (
        "output|outgoing|outbound|reply|replies|responses|send|sends|emit|emits|returns|result|\
         response_type|server_message|out",
        Answer::Key("response"),
    ),
    ("query_params|query_parameters|query_string|querystring|search|search_params", Answer::Key("query")),
    ("path_params|path_parameters|url_params|route_params|captures|args", Answer::Key("params")),
    ("request_headers|header_params", Answer::Key("header")),
    ("cookie_params|cookie_jar|session_cookie", Answer::Key("cookie")),
    (
        "subprotocol|subprotocols|sub_protocol|sub_protocols|ws_protocols|accept_protocols",
        Answer::Key("protocols"),
    ),
    ("title|brief", Answer::Key("summary")),
    ("categories|category|labels", Answer::Key("tags")),
    ("krate|crate_path|crate_name|runtime", Answer::Key("crate")),
];

/// Options of the server.
const LIMITS: &[(&str, Answer)] = &[
    (
        "max_message_size|max_message_length|max_msg_size|max_payload|max_payload_size|max_size|\
         max_length|max_frame_size|max_frame_length|max_body_size|max_bytes|max_http_buffer_size|\
         message_size|message_size_limit|message_limit|body_limit|payload_limit|size_limit|read_limit|\
         limit",
        Answer::Key("max_payload_length"),
    ),
    ("max_frames|max_frames_per_message|fragments", Answer::Key("max_fragments")),
    ("message_timeout|frame_timeout|read_timeout|receive_timeout", Answer::Key("fragment_timeout")),
    (
        "timeout|inactivity_timeout|client_timeout|connection_timeout|keep_alive_timeout|\
         keepalive_timeout|heartbeat_timeout|ping_timeout|pong_timeout|max_idle|idle|ttl",
        Answer::Key("idle_timeout"),
    ),
    (
        "heartbeat|heartbeats|heartbeat_interval|heart_beat|keep_alive|keepalive|keep_alive_interval|\
         keepalive_interval|ping|pings|ping_every|ping_period|auto_ping",
        Answer::Key("ping_interval"),
    ),
    (
        "send_pings|send_ping",
        Answer::Elsewhere(
            "silent clients are pinged by default: write `ping_interval = 25` to change the seconds, or `ping_interval = off`",
        ),
    ),
    (
        "max_backpressure|backpressure|buffer|buffer_size|write_buffer|write_buffer_size|\
         max_write_buffer_size|send_buffer|send_buffer_size|send_queue|send_queue_size|max_send_queue|\
         queue_size|queue_limit|high_water_mark|channel_capacity|capacity",
        Answer::Key("backpressure_limit"),
    ),
    ("conflate|conflation|coalesce|latest|latest_only", Answer::Key("latest_by_key")),
    (
        "rate|rate_limiter|throttle|throttling|max_rate|limits|messages_per_second|\
         max_messages_per_second|requests_per_second",
        Answer::Key("rate_limit"),
    ),
    ("max_errors|max_invalid_messages|max_failures", Answer::Key("max_invalid")),
    ("on_validation_error|validation_error|invalid|invalid_message", Answer::Key("on_invalid")),
    ("include_self|broadcast_to_self|self_publish|echo", Answer::Key("publish_to_self")),
    (
        "close_handshake_timeout|closing_timeout|disconnect_timeout|graceful_timeout",
        Answer::Key("close_timeout"),
    ),
    (
        "compression|compress|deflate|permessage_deflate|gzip|ws_compression|enable_compression|\
         use_compression|compression_options",
        Answer::Key("per_message_deflate"),
    ),
    (
        "cors|origin|check_origin|allow_origin|allow_origins|allowed_origin|allowed_origins|\
         cors_allowed_origins|trusted_origins|csrf",
        Answer::Key("origins"),
    ),
    ("protocol_required|force_protocol|strict_protocol", Answer::Key("require_protocol")),
    (
        "keep_requests|with_request|store_request|save_request|retain_request|keep_headers|keep_uri",
        Answer::Key("keep_request"),
    ),
];

/// Settings that are not keys.
const PLACES: &[(&str, Answer)] = &[
    (
        "auth|authenticate|authentication|authorize|authorization|authorizer|security|guard|guards|\
         before|middleware|middlewares|layer|layers|filter|filters|interceptor|interceptors|extractor|\
         extractors|permissions|permission|roles|user|token|wrap|policy|hooks",
        Answer::Elsewhere(
            "check the client in a handler: `async fn before_handle(&self, handshake: &Handshake<Self>) -> Result<Data, Reject>`",
        ),
    ),
    (
        "state|app_state|with_state|shared|context|ctx|app_data|extensions|inject|deps",
        Answer::Elsewhere(
            "keep shared state in the route's struct, and return the data of a connection from `before_handle`",
        ),
    ),
    (
        "data|session|connection_data|user_data",
        Answer::Elsewhere("return the data of a connection from `before_handle`, as `Ok(data)`"),
    ),
    (
        "open|on_open|on_message|close|on_close|on_connect|on_disconnect|connect|disconnect|handler|\
         handlers|callback|on|events|event|error|on_error|before_handle|upgrade|parse|transform|drain",
        Answer::Elsewhere(
            "write handlers as methods of the impl block, as in `fn open(&self, ws: &Socket<Self>)`",
        ),
    ),
    (
        "room|rooms|topic|topics|channel|channels|namespace|group|groups|subscribe|subscriptions",
        Answer::Elsewhere("subscribe to topics in a handler, with `ws.subscribe(\"room\")`"),
    ),
    (
        "method|methods|get|post|verb|verbs",
        Answer::Elsewhere("remove the key: a WebSocket handshake is always a GET request"),
    ),
    (
        "name|id|operation_id|operation|operation_name",
        Answer::Elsewhere("remove the key: a route is identified by its type and its path"),
    ),
    (
        "schema|schemas|validate|validation|validator|strict",
        Answer::Elsewhere(
            "declare the types, as in `body = Say` and `response = Heard`: messages are validated against their schemas",
        ),
    ),
    (
        "format|codec|encoding|encoder|decoder|serializer|serialize|content_type|binary|text|binary_type|\
         message_format",
        Answer::Elsewhere(
            "the type decides the format: `String` for text, `Bytes` for binary, serde's derives for JSON, `Decode` and `Encode` for others",
        ),
    ),
    (
        "description|doc|docs|documentation|openapi|asyncapi",
        Answer::Elsewhere("write doc comments on the impl block, or one line as `summary = \"a chat room\"`"),
    ),
    (
        "port|host|address|addr|bind|listen",
        Answer::Elsewhere(
            "set the address of the server: `Server::new().route(Chat).listen(\"127.0.0.1:3000\")`",
        ),
    ),
    (
        "max_connections|max_clients|max_connections_per_address|connection_limit|handshake_timeout|\
         max_header_bytes|max_headers|shutdown_timeout|outbound_total|inbound_total|trusted_proxies|\
         shards|workers|threads|tls|ssl|fallback",
        Answer::Elsewhere("set it for the whole server, with a method of `Server`"),
    ),
    (
        "threshold|level|server_max_window_bits|client_max_window_bits|server_no_context_takeover|\
         client_no_context_takeover|window_bits",
        Answer::Elsewhere("write it inside `per_message_deflate`, as in `per_message_deflate(level = 6)`"),
    ),
    (
        "reconnect|reconnection|retry|retries|auto_reconnect",
        Answer::Elsewhere("remove the key: clients decide when to reconnect"),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::vocabulary::key;

    #[test]
    fn other_keys_have_one_replacement_each() {
        let mut seen = HashSet::new();
        for (words, answer) in [TYPES, LIMITS, PLACES].concat() {
            for word in words.split('|') {
                assert!(seen.insert(word), "{word} has two answers");
                assert!(key(word).is_none(), "{word} is a key");
                assert_eq!(snake(word), word, "{word} is not found");
            }
            if let Answer::Key(name) = answer {
                assert!(key(name).is_some(), "{name} is not a key");
            }
        }
    }

    #[test]
    fn other_keys_are_found_in_any_case() {
        for (word, name) in [
            ("maxPayload", "max_payload_length"),
            ("MaxMessageSize", "max_payload_length"),
            ("queryParams", "query"),
            ("Compression", "per_message_deflate"),
            ("subProtocols", "protocols"),
        ] {
            assert!(matches!(other_key(word), Some(Answer::Key(found)) if found == name), "{word}");
        }
        assert!(other_key("colour").is_none());
    }
}
