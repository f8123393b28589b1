//! Handshakes: every request that is accepted follows the rules of the handshake.

use std::net::{Ipv4Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use percent_encoding::percent_decode_str;

use crate::handshake::{AllowedOrigins, Claim, Offers, RawRequest, Reject, RejectOutcome, normal, opening};

const SERVED: &[&str] = &["v2", "v1"];
fn listed() -> AllowedOrigins {
    AllowedOrigins::List(["https://example.com", "http://[::1]:8080"].map(str::to_owned).to_vec())
}

/// Fuzzes a request. The first line is the method and the target; every other line is a header.
pub fn handshake(data: &[u8]) {
    let mut lines = data.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let (method, target) = match first.iter().position(|&byte| byte == b' ') {
        Some(at) => (&first[..at], &first[at + 1..]),
        None => (&b"GET"[..], first),
    };
    let (Ok(method), Ok(uri)) = (Method::from_bytes(method), Uri::try_from(target)) else { return };
    let mut headers = HeaderMap::new();
    for line in lines.take(64) {
        let Some(at) = line.iter().position(|&byte| byte == b':') else { continue };
        let value = line[at + 1..].trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let (mut parts, ()) = Request::new(()).into_parts();
    (parts.method, parts.uri, parts.headers) = (method, uri, headers);

    let headers = &parts.headers;
    let once = |name| headers.get_all(name).iter().count() == 1;
    match opening(&parts) {
        Ok(accept) => {
            assert!(parts.method == Method::GET && Claim::of(&parts) == Claim::Route);
            assert!(
                once(header::HOST) && once(header::SEC_WEBSOCKET_KEY) && once(header::SEC_WEBSOCKET_VERSION)
            );
            assert!(headers[header::SEC_WEBSOCKET_VERSION] == "13");
            // The value is 20 bytes in base64 (RFC 6455 §4.2.2).
            assert!(accept.len() == 28 && accept.ends_with('='));
        }
        Err(reject) => assert!(matches!(status_of(reject), 400 | 405 | 426)),
    }

    match Offers::read(headers) {
        Ok(offers) => {
            let skimmed = Offers::skim(headers);
            for required in [false, true] {
                let offered = |name: &str| {
                    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
                    let mut names = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
                    names.any(|offer| offer.trim_ascii() == name.as_bytes())
                };
                let expected = SERVED.iter().copied().find(|name| offered(name));
                assert_eq!(
                    skimmed.choose(SERVED, false).ok(),
                    Some(expected),
                    "`skim` and `read` differ on well-formed offers"
                );
                match offers.choose(SERVED, required) {
                    Ok(chosen) => assert_eq!(chosen, expected),
                    Err(reject) => assert!(required && expected.is_none(), "{}", status_of(reject)),
                }
            }
        }
        Err(reject) => assert_eq!(status_of(reject), 400),
    }

    // A request that passes a stricter rule must pass a looser one.
    let [same, listed, any] = [AllowedOrigins::List(Vec::new()), listed(), AllowedOrigins::Any]
        .map(|origins| origins.allows(headers, None));
    assert!(same <= listed && listed <= any, "{same} {listed} {any}");
    // A browser sends one origin. A list counts as several (RFC 6454 §7.3).
    let origins: Vec<&HeaderValue> = headers.get_all(header::ORIGIN).iter().collect();
    assert_eq!(any, origins.len() < 2 && !origins.iter().any(|origin| origin.as_bytes().contains(&b',')));
    assert!(headers.contains_key(header::ORIGIN) || same, "a client without `Origin` is rejected");
    assert!(!listed || headers.get(header::ORIGIN).is_none_or(|origin| origin != "null"));

    // Normalising a path must be idempotent and keep the decoded segments.
    let path = parts.uri.path();
    let form = normal(path);
    assert!(normal(&form) == form && form.is_ascii(), "{path} {form}");
    if !path.contains("/.") && !path.to_ascii_lowercase().contains("%2e") {
        assert!(percent_decode_str(path).eq(percent_decode_str(&form)), "{path} {form}");
    }

    let captures = vec![("room".to_owned(), form.into_owned())];
    match RawRequest::new(parts, captures, Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)))) {
        Ok(request) => {
            // Only valid text is accepted, and `Debug` hides it.
            assert!(request.captures().len() == 1 && format!("{request:?}").len() < 4096);
        }
        Err(reject) => assert_eq!(status_of(reject), 400),
    }
}

/// Returns the status of a rejection.
fn status_of(reject: Reject) -> u16 {
    match reject.into_refusal() {
        RejectOutcome::Response(response) => response.status().as_u16(),
        RejectOutcome::Close(close) => panic!("no rule of the handshake closes: {close:?}"),
    }
}
