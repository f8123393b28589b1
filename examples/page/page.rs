//! Pages as files in the program: no folder to deploy, no path that a request could climb out of.
//!
//! It must not know what any page is about.

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

/// What every page may ask for: how pages look, and the connection that comes back by itself.
const SHARED: &[(&str, &str)] =
    &[("/base.css", include_str!("base.css")), ("/connection.js", include_str!("connection.js"))];

const HEADERS: [(HeaderName, &str); 4] = [
    // Nothing runs but the files above, and even they cannot turn text into markup: `innerHTML` throws.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    // The files belong together, so a new version of one must not meet an old one of another.
    (CACHE_CONTROL, "no-store"),
];

/// Answers with the files of a page, and says of anything else that there is none: a server's fallback.
///
/// A file is a path and what is there; the path's ending says what kind of file it is.
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
