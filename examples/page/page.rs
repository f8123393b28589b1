//! Serves pages whose files are compiled into the program, so there is no folder to deploy, and no path can leave it.
//!
//! This module does not depend on any page.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::Full;
use tower_service::Service;

/// Files that every page uses: the common style, and a connection that reconnects.
const SHARED: &[(&str, &str)] =
    &[("/base.css", include_str!("base.css")), ("/connection.js", include_str!("connection.js"))];

const HEADERS: [(HeaderName, &str); 4] = [
    // The browser loads and runs only the files above. These cannot turn text into markup, because `innerHTML` throws.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // The browser must not cache files, because a new version of one would be combined with an old version of another.
    (CACHE_CONTROL, "no-store"),
];

/// A fallback that answers with the files of a page, and with 404 for any other path.
///
/// Each file is its path and its content. The extension of the path determines the content type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page(pub(crate) &'static [(&'static str, &'static str)]);

impl<B> Service<Request<B>> for Page {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(answer(self.0, &request)))
    }
}

fn answer<B>(files: &[(&str, &'static str)], request: &Request<B>) -> Response<Full<Bytes>> {
    let mut response = match files.iter().chain(SHARED).find(|(path, _)| *path == request.uri().path()) {
        None => plain(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        Some((path, content)) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let mut file = plain(StatusCode::OK, content);
            file.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media(path)));
            file
        }
        Some(_) => {
            let mut refusal = plain(StatusCode::METHOD_NOT_ALLOWED, "The page can only be read.\n");
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            refusal
        }
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn media(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    }
}

fn plain(status: StatusCode, content: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(content.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
