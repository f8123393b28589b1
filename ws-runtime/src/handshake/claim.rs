//! Decides whether a request is an upgrade, and whether the route or the fallback answers it.

use http::{
    HeaderMap, Method, StatusCode, Version,
    header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
    request,
};

use super::{Reject, fields::lists, problem::problem};

pub(super) const WITH_GET: &str = "a WebSocket is opened with GET";

const OVER_HTTP_1_0: &str = "a WebSocket is opened over HTTP/1.1, and this came over HTTP/1.0: if a proxy is in front, have it \
                             use HTTP/1.1 (nginx: `proxy_http_version 1.1`)";

/// The handler of a request for the path of a route, which may also be the path of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The route, because the request is an upgrade, well-formed or not, or has the fields of an upgrade over HTTP/1.0,
    /// which does not support it.
    Route,
    /// The fallback, unless it answers 404 or 405. The request has fields of an upgrade but is not one, for the
    /// contained reason.
    Spoilt(&'static str),
    /// The fallback, because the request has no field of an upgrade.
    Fallback,
}

impl Claim {
    /// Returns the handler of a request, without asking the fallback.
    pub(crate) fn of(parts: &request::Parts) -> Self {
        let cause = if parts.method == Method::GET { upgrades(parts).err() } else { Some(WITH_GET) };
        match cause {
            None => Self::Route,
            Some(_) if !has_upgrade_fields(&parts.headers) => Self::Fallback,
            Some(_) if is_older(parts) => Self::Route,
            Some(cause) => Self::Spoilt(cause),
        }
    }
}

/// Rejects a request that is not an upgrade, with the reason.
pub(crate) fn not_an_upgrade(cause: &'static str) -> Reject {
    problem(StatusCode::UPGRADE_REQUIRED, cause).asking_to_upgrade()
}

/// Checks that a request is an upgrade: an HTTP/1.1 request with the upgrade fields (RFC 6455 §4.2.1 items 1, 3 and 4).
/// Any other request is not a malformed upgrade, but not an upgrade at all: RFC 9110 §7.8 requires `Upgrade` to be
/// ignored in HTTP/1.0, and where `Connection` does not list it.
pub(super) fn upgrades(parts: &request::Parts) -> Result<(), &'static str> {
    if is_older(parts) && has_upgrade_fields(&parts.headers) {
        Err(OVER_HTTP_1_0)
    } else if parts.version != Version::HTTP_11 {
        Err("a WebSocket is opened over HTTP/1.1")
    } else if !lists(&parts.headers, &UPGRADE, "websocket") {
        if has_upgrade_fields(&parts.headers) {
            Err("`Upgrade` does not list `websocket`: if the client sent it, a proxy took it away")
        } else {
            Err("this is a WebSocket: send `Upgrade: websocket`")
        }
    } else if !lists(&parts.headers, &CONNECTION, "upgrade") {
        Err("`Connection` does not list `Upgrade`: if the client sent it, a proxy took it away")
    } else {
        Ok(())
    }
}

/// Returns true for an HTTP version that does not support upgrades (RFC 9110 §7.8).
pub(super) fn is_older(parts: &request::Parts) -> bool {
    matches!(parts.version, Version::HTTP_09 | Version::HTTP_10)
}

/// Returns true if a request has any field of a WebSocket upgrade. Proxies that are not configured for upgrades remove
/// `Connection` and `Upgrade`, which are hop-by-hop fields (RFC 9110 §7.6.1), and forward the others.
pub(super) fn has_upgrade_fields(headers: &HeaderMap) -> bool {
    lists(headers, &UPGRADE, "websocket")
        || headers.contains_key(SEC_WEBSOCKET_KEY)
        || headers.contains_key(SEC_WEBSOCKET_VERSION)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue, Request};

    use super::*;
    use crate::handshake::{RejectOutcome, opening};

    /// Returns a request with another version, method or fields. `-name` removes a field, `name: value` sets it.
    fn changed(method: &str, version: Version, changes: &[&'static str]) -> request::Parts {
        let request = Request::get("/chat")
            .version(version)
            .method(method)
            .header("host", "server.example.com")
            .header("upgrade", "websocket")
            .header("connection", "Upgrade")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-version", "13");
        let (mut parts, ()) = request.body(()).expect("the request is well-formed").into_parts();
        for change in changes {
            match change.split_once(": ") {
                Some((name, value)) => {
                    parts.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
                None => drop(parts.headers.remove(&change[1..])),
            }
        }
        parts
    }

    #[test]
    fn request_fields_determine_the_route_or_fallback() {
        const NONE: &[&str] = &["-upgrade", "-connection", "-sec-websocket-key", "-sec-websocket-version"];
        const HOPS: &[&str] = &["-upgrade", "-connection"];
        let (now, before) = (Version::HTTP_11, Version::HTTP_10);
        let claim = |method, version, changes| match Claim::of(&changed(method, version, changes)) {
            Claim::Route => "route",
            Claim::Fallback => "fallback",
            Claim::Spoilt(cause) => cause,
        };
        for (method, version, changes, expected) in [
            ("GET", now, &[][..], "route"),
            ("GET", now, &["-sec-websocket-key"], "route"),
            ("GET", now, &["-sec-websocket-version"], "route"),
            ("GET", now, &["sec-websocket-version: 8"], "route"),
            ("GET", now, &["-sec-websocket-key", "-sec-websocket-version"], "route"),
            // Upgrades over HTTP/1.0, with all fields or with those that a proxy forwards.
            ("GET", before, &[], "route"),
            ("GET", before, &["connection: close", "-upgrade"], "route"),
            ("GET", before, HOPS, "route"),
            ("GET", before, &["-sec-websocket-key", "-sec-websocket-version"], "route"),
            ("POST", before, &[], "route"),
            ("GET", Version::HTTP_09, &[], "route"),
            // Upgrades from which a proxy has removed fields.
            ("GET", now, &["-connection"], "`Connection` does not list"),
            ("GET", now, &["connection: keep-alive"], "`Connection` does not list"),
            ("GET", now, &["-upgrade"], "`Upgrade` does not list"),
            ("GET", now, &["upgrade: h2c"], "`Upgrade` does not list"),
            ("GET", now, HOPS, "`Upgrade` does not list"),
            ("GET", now, &["-upgrade", "-connection", "-sec-websocket-key"], "`Upgrade` does not list"),
            ("POST", now, &[], "opened with GET"),
            ("POST", now, HOPS, "opened with GET"),
            ("HEAD", now, &["-sec-websocket-key"], "opened with GET"),
            ("GET", Version::HTTP_2, HOPS, "opened over HTTP/1.1"),
            // Requests for pages, and other requests.
            ("GET", now, NONE, "fallback"),
            ("GET", before, NONE, "fallback"),
            ("POST", now, NONE, "fallback"),
            ("OPTIONS", before, NONE, "fallback"),
            ("GET", now, &["-sec-websocket-key", "-sec-websocket-version", "upgrade: h2c"], "fallback"),
        ] {
            let claimed = claim(method, version, changes);
            assert!(claimed.contains(expected), "{method} {version:?} {changes:?}: {claimed}");
        }
    }

    #[test]
    fn rejection_over_http_1_0_mentions_the_proxy_setting() {
        for (method, changes) in [
            ("GET", &[][..]),
            ("GET", &["-upgrade", "connection: close"]),
            ("POST", &["-sec-websocket-key", "-sec-websocket-version"]),
        ] {
            let result = opening(&changed(method, Version::HTTP_10, changes)).map_err(Reject::into_refusal);
            let Err(RejectOutcome::Response(response)) = result else { panic!("the handshake was accepted") };
            let body = String::from_utf8_lossy(response.body());
            assert!(response.status() == 426 && body.contains("proxy_http_version 1.1"), "{method}: {body}");
        }
    }
}
