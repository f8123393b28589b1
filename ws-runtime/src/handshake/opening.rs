//! The rules of the opening handshake (RFC 6455 §4.2.1) for a request to a route.
//!
//! hyper accepts an upgrade with any method and version, with a body and without a host, so all of these rules are
//! checked here. The origin and the parts of the request are checked elsewhere.

use http::{
    HeaderMap, Method, StatusCode,
    header::{ALLOW, CONTENT_LENGTH, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING},
    request,
};

use super::{
    Reject,
    claim::{WITH_GET, has_upgrade_fields, is_older, not_an_upgrade, upgrades},
    fields::{Single, single},
    host,
    problem::{bad_request, problem},
};
use crate::wire::accept_key;

/// The version of the protocol that RFC 6455 defines (§4.1).
const VERSION: &str = "13";

/// Checks the request of a handshake. Returns the value of `Sec-WebSocket-Accept` for the client's key.
pub(crate) fn opening(parts: &request::Parts) -> Result<String, Reject> {
    // The method must be GET (RFC 6455 §4.2.1 item 1). The response lists the supported methods (RFC 9110 §15.5.6).
    if parts.method != Method::GET && !(is_older(parts) && has_upgrade_fields(&parts.headers)) {
        return Err(problem(StatusCode::METHOD_NOT_ALLOWED, WITH_GET).header(ALLOW, "GET"));
    }
    upgrades(parts).map_err(not_an_upgrade)?;
    named(parts)?;
    empty(&parts.headers)?;
    version(&parts.headers)?;
    Ok(accept_key(key(&parts.headers)?))
}

/// Checks that there is exactly one well-formed `Host`, and that it agrees with the target (RFC 6455 §4.2.1 item 2, RFC
/// 9112 §3.2).
fn named(parts: &request::Parts) -> Result<(), Reject> {
    let Some(host) = host::of(&parts.headers) else {
        return Err(bad_request("`Host` must be there once and name one host"));
    };
    if host::contradicts(&parts.uri, &host) {
        return Err(bad_request("`Host` and the request's target name different hosts"));
    }
    Ok(())
}

/// Checks that the request has no body, for which RFC 6455 §4.1 has no use. Proxies disagree about an upgrade with a
/// body: they could take its bytes for frames, or frames for a request (RFC 9112 §11.2).
fn empty(headers: &HeaderMap) -> Result<(), Reject> {
    let has_length = headers.get_all(CONTENT_LENGTH).iter().any(|length| length != "0");
    if has_length || headers.contains_key(TRANSFER_ENCODING) {
        return Err(bad_request("an upgrade has no body"));
    }
    Ok(())
}

/// Checks the protocol version (RFC 6455 §4.2.1 item 6). A rejection names the supported version (§4.4).
fn version(headers: &HeaderMap) -> Result<(), Reject> {
    match single(headers, &SEC_WEBSOCKET_VERSION) {
        Single::One(version) if version == VERSION => Ok(()),
        Single::One(_) | Single::Missing => {
            let detail = "the WebSocket protocol is spoken in version 13";
            Err(problem(StatusCode::UPGRADE_REQUIRED, detail).asking_to_upgrade().speaking(VERSION))
        }
        Single::Several => Err(bad_request("`Sec-WebSocket-Version` must be there once")),
    }
}

/// Returns the key, which must be 16 bytes in base64: 22 digits and two padding characters (RFC 6455 §4.2.1 item 5).
/// Unused bits in the last digit are accepted, as RFC 4648 §3.5 permits.
fn key(headers: &HeaderMap) -> Result<&[u8], Reject> {
    let Single::One(key) = single(headers, &SEC_WEBSOCKET_KEY) else {
        return Err(bad_request("`Sec-WebSocket-Key` must be there once"));
    };
    match key.as_bytes().strip_suffix(b"==") {
        Some(digits) if digits.len() == 22 && digits.iter().all(|digit| is_base64(*digit)) => {
            Ok(key.as_bytes())
        }
        _ => Err(bad_request("`Sec-WebSocket-Key` must be 16 bytes in base64")),
    }
}

fn is_base64(digit: u8) -> bool {
    digit.is_ascii_alphanumeric() || matches!(digit, b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Request, Version};

    use super::*;
    use crate::handshake::RejectOutcome;

    /// Returns the example of RFC 6455 §1.2.
    fn valid() -> request::Parts {
        let request = Request::get("/chat?name=ada")
            .header("host", "server.example.com")
            .header("upgrade", "websocket")
            .header("connection", "Upgrade")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("origin", "http://example.com")
            .header("sec-websocket-protocol", "chat, superchat")
            .header("sec-websocket-version", "13");
        request.body(()).expect("the example is well-formed").into_parts().0
    }

    /// Returns the valid handshake with the lines of one field replaced. An empty list removes the field.
    fn with(name: &'static str, lines: &[&'static [u8]]) -> request::Parts {
        let mut parts = valid();
        let name = HeaderName::from_static(name);
        parts.headers.remove(&name);
        for line in lines {
            let line = HeaderValue::from_bytes(line).expect("the table contains valid header values");
            parts.headers.append(name.clone(), line);
        }
        parts
    }

    /// Returns the status and fields of the response. A status of 101 means that the handshake was accepted.
    fn response_to(parts: &request::Parts) -> (u16, HeaderMap) {
        match opening(parts).map_err(Reject::into_refusal) {
            Ok(_) => (101, HeaderMap::new()),
            Err(RejectOutcome::Response(response)) => {
                (response.status().as_u16(), response.headers().clone())
            }
            Err(RejectOutcome::Close(close)) => panic!("an invalid handshake was rejected with {close}"),
        }
    }

    #[test]
    fn rfc_example_is_accepted() {
        let accept = opening(&valid()).expect("the example is a handshake");
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn invalid_field_is_rejected_and_equivalent_spellings_pass() {
        let cases: &[(&str, &[&[u8]], u16)] = &[
            ("host", &[], 400),
            ("host", &[b""], 400),
            ("host", &[b"a.example", b"a.example"], 400),
            ("host", &[b"a.example, b.example"], 400),
            ("host", &[b"a.example b.example"], 400),
            ("host", &[b"http://a.example"], 400),
            ("host", &[b"user@a.example"], 400),
            ("host", &[b"a.example:99999"], 400),
            ("host", &[b"b\xfccher.example"], 400),
            ("host", &[b"[::1]:3000"], 101),
            ("upgrade", &[], 426),
            ("upgrade", &[b""], 426),
            ("upgrade", &[b"h2c"], 426),
            ("upgrade", &[b"websocket/13"], 426),
            ("upgrade", &[b"websockets"], 426),
            ("upgrade", &[b"web socket"], 426),
            ("upgrade", &[b"\xff"], 426),
            ("upgrade", &[b"WebSocket"], 101),
            ("upgrade", &[b"h2c, websocket"], 101),
            ("upgrade", &[b"h2c", b"websocket"], 101),
            ("connection", &[], 426),
            ("connection", &[b"keep-alive"], 426),
            ("connection", &[b"upgraded"], 426),
            ("connection", &[b"close"], 426),
            ("connection", &[b"keep-alive, Upgrade"], 101),
            ("connection", &[b"keep-alive", b"UPGRADE"], 101),
            ("sec-websocket-key", &[], 400),
            ("sec-websocket-key", &[b""], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZQ==", b"dGhlIHNhbXBsZSBub25jZQ=="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZQ"], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZQ="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZQ==="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25j"], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZTE="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZTEy"], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBsZSBub25jZTEyMw=="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBs_SBub25jZQ=="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBs=SBub25jZQ=="], 400),
            ("sec-websocket-key", &[b"dGhlIHNhbXBs SBub25jZQ=="], 400),
            ("sec-websocket-key", &[b"\xff\xff\xff\xff"], 400),
            ("sec-websocket-key", &[b"AAAAAAAAAAAAAAAAAAAA//=="], 101),
            ("sec-websocket-version", &[], 426),
            ("sec-websocket-version", &[b""], 426),
            ("sec-websocket-version", &[b"8"], 426),
            ("sec-websocket-version", &[b"14"], 426),
            ("sec-websocket-version", &[b"013"], 426),
            ("sec-websocket-version", &[b"13.0"], 426),
            ("sec-websocket-version", &[b"13", b"13"], 400),
            ("sec-websocket-version", &[b"13", b"8"], 400),
            ("sec-websocket-version", &[b"13, 8"], 400),
            ("content-length", &[b"1"], 400),
            ("content-length", &[b"0", b"5"], 400),
            ("content-length", &[b"+0"], 400),
            ("content-length", &[b"0, 0"], 400),
            ("content-length", &[b"0"], 101),
            ("transfer-encoding", &[b"chunked"], 400),
            ("transfer-encoding", &[b"identity"], 400),
            ("upgrade", &[b",, websocket ,"], 101),
            ("connection", &[b"", b",keep-alive,,Upgrade,"], 101),
            // Unregistered names, and malformed lists that a route without compression does not read.
            ("sec-websocket-extensions", &[b"constructor, __proto__; hasOwnProperty"], 101),
            ("sec-websocket-extensions", &[b",;=\"\xff"], 101),
        ];
        for (name, lines, status) in cases {
            let (answered, fields) = response_to(&with(name, lines));
            let lines = lines.iter().map(|line| line.escape_ascii().to_string()).collect::<Vec<_>>();
            assert_eq!(answered, *status, "{name}: {lines:?}");
            if answered != 101 {
                let connection = fields["connection"].to_str().expect("the value is ASCII");
                assert!(
                    connection.ends_with("close"),
                    "{name}: {lines:?} keeps the connection: {connection}"
                );
            }
        }
    }

    #[test]
    fn changed_byte_passes_only_if_equivalent() {
        let is_equivalent = |name: &str, at: usize, old: u8, new: u8| match name {
            "upgrade" | "connection" => new.eq_ignore_ascii_case(&old),
            "sec-websocket-key" => new == old || (at < 22 && is_base64(new)),
            _ => new == old,
        };
        for name in ["upgrade", "connection", "sec-websocket-key", "sec-websocket-version"] {
            let value = valid().headers[name].as_bytes().to_vec();
            for (at, new) in (0..value.len()).flat_map(|at| (0..=u8::MAX).map(move |new| (at, new))) {
                let mut changed = value.clone();
                changed[at] = new;
                // hyper rejects characters that are forbidden in a header.
                let Ok(changed) = HeaderValue::from_bytes(&changed) else { continue };
                let mut parts = valid();
                parts.headers.insert(name, changed);
                let is_accepted = opening(&parts).is_ok();
                assert_eq!(
                    is_accepted,
                    is_equivalent(name, at, value[at], new),
                    "{name}: byte {at} is {new:#04x}"
                );
            }
        }
    }

    #[test]
    fn only_get_over_http_1_1_is_accepted() {
        for method in ["POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "get", "BREW"] {
            let mut parts = valid();
            parts.method = method.parse().expect("the table's methods are tokens");
            let (status, fields) = response_to(&parts);
            assert_eq!((status, &fields["allow"]), (405, &HeaderValue::from_static("GET")), "{method}");
        }
        for version in [Version::HTTP_09, Version::HTTP_10, Version::HTTP_2, Version::HTTP_3] {
            let mut parts = valid();
            parts.version = version;
            assert_eq!(response_to(&parts).0, 426, "{version:?}");
        }
    }

    #[test]
    fn absolute_target_must_name_the_host() {
        for (target, status) in [
            ("http://server.example.com/chat", 101),
            ("http://SERVER.example.com:80/chat", 101),
            ("http://server.example.com:81/chat", 400),
            ("http://other.example.com/chat", 400),
            ("http://user@server.example.com/chat", 400),
        ] {
            let mut parts = valid();
            parts.uri = target.parse().expect("the table's targets are URIs");
            assert_eq!(response_to(&parts).0, status, "{target}");
        }
    }

    #[test]
    fn request_without_upgrade_gets_426() {
        let (status, fields) = response_to(&with("upgrade", &[]));
        assert_eq!(status, 426);
        assert_eq!(fields["upgrade"], "websocket");
        assert_eq!(fields["connection"], "upgrade, close");
        assert!(!fields.contains_key("sec-websocket-version"));
    }

    #[test]
    fn unsupported_version_gets_426_with_the_supported_one() {
        let (status, fields) = response_to(&with("sec-websocket-version", &[b"8"]));
        assert_eq!((status, &fields["sec-websocket-version"]), (426, &HeaderValue::from_static("13")));
        assert_eq!(fields["upgrade"], "websocket");
    }
}
