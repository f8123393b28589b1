//! The bearer token of a request: in `Authorization` (RFC 6750 §2.1), or as a subprotocol, because browsers cannot set
//! headers of a WebSocket.

use http::{HeaderMap, header::AUTHORIZATION};

use super::{
    fields::{Single, single},
    subprotocol::Offers,
};

/// The prefix of a subprotocol that contains a token.
const PREFIX: &str = "bearer.";

/// Returns the token of `Authorization: Bearer …`, or else of the only offered subprotocol that begins with `bearer.`.
/// `None` if credentials are missing, malformed or ambiguous.
pub(super) fn bearer<'a>(headers: &'a HeaderMap, offers: &'a Offers) -> Option<&'a str> {
    if let Single::One(value) = single(headers, &AUTHORIZATION)
        && let Some(token) = value.to_str().ok().and_then(credentials)
    {
        return Some(token);
    }
    let mut tokens = offers.as_slice().iter().filter_map(|offer| offer.strip_prefix(PREFIX));
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if !token.is_empty() => Some(token),
        _ => None,
    }
}

/// Returns true if a subprotocol contains a token. Such a subprotocol must never be chosen.
pub(super) fn is_token(protocol: &str) -> bool {
    protocol.starts_with(PREFIX)
}

/// Parses `Bearer <token>`; `None` if it is malformed. The scheme is case-insensitive (RFC 9110 §11.1). The token is a
/// `b64token` (RFC 6750 §2.1).
fn credentials(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    let token = rest.trim_matches(' ');
    let body = token.trim_end_matches('=');
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let matches = scheme.eq_ignore_ascii_case("Bearer") && !body.is_empty() && body.bytes().all(is_valid);
    matches.then_some(token)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, header::SEC_WEBSOCKET_PROTOCOL};

    use super::*;

    fn token(authorization: &[&'static str], protocols: &[&'static str]) -> Option<String> {
        let lines = |name: HeaderName, values: &[&'static str]| {
            values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect::<Vec<_>>()
        };
        let headers: HeaderMap = lines(AUTHORIZATION, authorization)
            .into_iter()
            .chain(lines(SEC_WEBSOCKET_PROTOCOL, protocols))
            .collect();
        let offers = Offers::skim(&headers);
        bearer(&headers, &offers).map(str::to_owned)
    }

    #[test]
    fn bearer_token_is_read_from_the_authorization_header() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer abc", Some("abc")),
            ("BEARER  a.b-c_~+/== ", Some("a.b-c_~+/==")),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearer ===", None),
            ("Bearer a=b", None),
            ("Bearer a b", None),
            ("Bearer \"abc\"", None),
            ("Bearer\tabc", None),
            ("Bearer abc, Bearer def", None),
            ("Basic YTpi", None),
            ("BearerX abc", None),
            ("", None),
        ] {
            assert_eq!(token(&[value], &[]).as_deref(), expected, "{value:?}");
        }
        assert_eq!(token(&["Bearer abc", "Bearer abc"], &[]), None, "two headers are ambiguous");
    }

    #[test]
    fn bearer_token_is_read_from_an_offered_subprotocol() {
        for (offers, expected) in [
            (&["bearer.abc, v1"][..], Some("abc")),
            (&["v1", "bearer.a.b.c"], Some("a.b.c")),
            (&["bearer."], None),
            (&["Bearer.abc"], None),
            (&["bearer-abc"], None),
            (&["bearer.a, bearer.b"], None),
            (&["bearer.a b"], None),
            (&["v1"], None),
            (&[], None),
        ] {
            assert_eq!(token(&[], offers).as_deref(), expected, "{offers:?}");
        }
    }

    #[test]
    fn authorization_header_takes_precedence_over_the_subprotocol() {
        assert_eq!(token(&["Bearer a"], &["bearer.b"]).as_deref(), Some("a"));
        assert_eq!(token(&["Basic YTpi"], &["bearer.b"]).as_deref(), Some("b"));
    }
}
