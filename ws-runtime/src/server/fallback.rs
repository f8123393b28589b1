//! The service that answers requests outside of routes.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::{app::Body, route::BoxError};

/// A fallback service without its type.
pub(crate) type Fallback = Box<dyn Fn(Request<Body>) -> Answering + Send + Sync>;

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

/// Erases the type of a service. Each request gets a clone, as tower requires.
pub(super) fn erase<S, B>(service: S) -> Fallback
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |request| {
        let mut service = service.clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            let response = service.call(request).await.map_err(Into::into)?;
            Ok(response.map(Body::boxed))
        })
    })
}
