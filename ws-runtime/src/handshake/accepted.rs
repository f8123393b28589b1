//! The response that accepts a handshake (RFC 6455 §4.2.2).

use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
};

use super::{Reject, fields::is_ours, problem::problem};
use crate::events::{PROCESS, event};

/// Builds the 101 with the headers that `upgrade` returned. Repeated names are kept.
///
/// The headers must not include those that the server sets: headers of the connection, of a body (RFC 9110 §8.6 forbids
/// its length in a 101) and of the handshake. Unlike in a rejection, they would change the connection, for example the
/// subprotocol that the client assumes. Such a header is a mistake of the application: it is logged, and the client
/// gets 500.
pub(crate) fn accepted(
    accept: &str,
    protocol: Option<&'static str>,
    extensions: Option<&str>,
    mut headers: HeaderMap,
) -> Result<Response<()>, Reject> {
    if let Some(name) = headers.keys().find(|name| is_ours(name)) {
        event!(PROCESS, ERROR, %name, "`upgrade` returned a header field that only the server may set");
        return Err(failed());
    }
    let accept = HeaderValue::from_str(accept).map_err(|_| failed())?;
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(protocol) = protocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(protocol).map_err(|_| failed())?);
    }
    if let Some(extensions) = extensions {
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_str(extensions).map_err(|_| failed())?);
    }
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Returns the rejection for a mistake of the application. The cause is logged and not sent to the client.
fn failed() -> Reject {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::RejectOutcome;

    const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    #[test]
    fn accepted_response_has_the_fields_of_rfc_6455() {
        let response =
            accepted(ACCEPT, Some("chat"), None, HeaderMap::new()).expect("the headers are permitted");
        assert_eq!(response.status(), 101);
        let mut lines: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("the value is ASCII")))
            .collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                ("connection", "Upgrade"),
                ("sec-websocket-accept", ACCEPT),
                ("sec-websocket-protocol", "chat"),
                ("upgrade", "websocket"),
            ]
        );
    }

    #[test]
    fn subprotocol_field_is_omitted_if_none_is_chosen() {
        let response = accepted(ACCEPT, None, None, HeaderMap::new()).expect("the headers are permitted");
        assert!(!response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL));
    }

    #[test]
    fn headers_returned_by_upgrade_are_sent() {
        let mut extra = HeaderMap::new();
        extra.append("set-cookie", HeaderValue::from_static("a=1"));
        extra.append("set-cookie", HeaderValue::from_static("b=2"));
        extra.append("x-served-by", HeaderValue::from_static("one"));
        let response = accepted(ACCEPT, None, None, extra).expect("the headers are permitted");
        let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert_eq!(response.headers()["x-served-by"], "one");
    }

    #[test]
    fn reserved_header_in_the_101_becomes_500() {
        for name in [
            "connection",
            "upgrade",
            "content-length",
            "transfer-encoding",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "sec-websocket-accept",
            "sec-websocket-protocol",
            "sec-websocket-extensions",
            "sec-websocket-version",
        ] {
            let mut extra = HeaderMap::new();
            extra.insert(name, HeaderValue::from_static("secret"));
            let Err(RejectOutcome::Response(response)) =
                accepted(ACCEPT, None, None, extra).map_err(Reject::into_refusal)
            else {
                panic!("{name} was sent in the 101");
            };
            assert_eq!(response.status(), 500, "{name}");
            let body = String::from_utf8_lossy(response.body());
            assert!(body.ends_with(r#""detail":"internal error"}"#), "{name}: {body}");
        }
    }
}
