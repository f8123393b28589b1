//! The page as files in the program: no folder to deploy, no path that a request could climb out of.
//!
//! It must not know the chat.

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::Full;

/// Path, media type, content.
const FILES: [(&str, &str, &str); 6] = [
    ("/", "text/html; charset=utf-8", include_str!("page.html")),
    ("/style.css", "text/css; charset=utf-8", include_str!("style.css")),
    ("/app.js", "text/javascript; charset=utf-8", include_str!("app.js")),
    ("/connection.js", "text/javascript; charset=utf-8", include_str!("connection.js")),
    ("/log.js", "text/javascript; charset=utf-8", include_str!("log.js")),
    ("/icon.svg", "image/svg+xml", include_str!("icon.svg")),
];

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

/// Answers with a file of the page, or says that there is none.
pub(crate) fn answer<B>(request: &Request<B>) -> Response<Full<Bytes>> {
    let mut response = match FILES.iter().find(|(path, ..)| *path == request.uri().path()) {
        None => plain(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        Some((_, media, content)) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            let mut file = plain(StatusCode::OK, content);
            file.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
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

fn plain(status: StatusCode, content: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(content.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
