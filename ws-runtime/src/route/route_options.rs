//! The options of one route, set at run time.

use std::time::Duration;

use super::{OnInvalid, Options};
use crate::{
    handshake::{AllowedOrigins, Origins},
    wire::Deflate,
};

/// The options of one route, changed by [`Server::route_with`](crate::Server::route_with). They start with the values
/// of the attribute. An option that neither sets has the server's value.
///
/// Each method has the name of an attribute key. For a limit, `None` means unlimited. The server does not start if a
/// limit is zero.
///
/// # Examples
/// ```
/// use std::time::Duration;
///
/// use ws_runtime::{Server, ws_route};
///
/// struct Echo;
///
/// #[ws_route("/echo", body = String, response = String, rate_limit = 20)]
/// impl Echo {
///     fn message(&self, text: String) -> String {
///         text
///     }
/// }
///
/// # let (seconds, origins) = (60, vec!["https://example.com".to_owned()]);
/// // From a configuration file, for example.
/// let server = Server::new().route_with(Echo, |options| {
///     options.idle_timeout(Duration::from_secs(seconds)).rate_limit(None).origins(origins)
/// });
/// ```
#[derive(Clone, Debug)]
#[must_use = "the closure of `route_with` returns the changed options"]
pub struct RouteOptions {
    pub(crate) options: Options,
    /// `None` takes those of the server.
    pub(crate) origins: Option<AllowedOrigins>,
}

impl RouteOptions {
    pub(crate) fn new(options: Options) -> Self {
        let origins = match options.origins {
            Origins::SameHost => None,
            Origins::List(list) => {
                Some(AllowedOrigins::List(list.iter().copied().map(str::to_owned).collect()))
            }
            Origins::Any => Some(AllowedOrigins::Any),
        };
        Self { options, origins }
    }

    /// Sets the origins whose pages may connect, in addition to the same host. Each is written as browsers send it:
    /// `https://example.com`, `https://example.com:8443`. Pages of other origins get 403. Replaces the `origins` of the
    /// attribute. The server does not start if an entry is not an origin.
    pub fn origins<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.origins = Some(AllowedOrigins::List(origins.into_iter().map(Into::into).collect()));
        self
    }

    /// Allows pages of all origins to connect. Browsers send cookies along, so the application must then check by other
    /// means that a request comes from its own pages.
    pub fn any_origin(mut self) -> Self {
        self.origins = Some(AllowedOrigins::Any);
        self
    }

    /// Sets whether a client that offers none of the route's `protocols` is rejected with 400. The server does not
    /// start if this is set for a route without `protocols`.
    pub fn require_protocol(mut self, on: bool) -> Self {
        self.options.require_protocol = on;
        self
    }
}

macro_rules! options {
    ($($name:ident: $kind:ty),* $(,)?) => {
        impl RouteOptions {
            $(
                #[doc = concat!("Sets [`", stringify!($name), "`](crate::Server::", stringify!($name), ") of this route.")]
                pub fn $name(mut self, value: impl Into<$kind>) -> Self {
                    self.options.$name = Some(value.into());
                    self
                }
            )*
        }
    };
}

options! {
    max_payload_length: Option<usize>,
    max_fragments: Option<u32>,
    fragment_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    ping_interval: Option<Duration>,
    backpressure_limit: Option<usize>,
    close_on_backpressure_limit: bool,
    latest_by_key: Option<&'static str>,
    rate_limit: Option<u32>,
    max_invalid: Option<u32>,
    publish_to_self: bool,
    max_subscriptions: Option<usize>,
    max_topic_length: Option<usize>,
    on_invalid: OnInvalid,
    close_timeout: Option<Duration>,
    per_message_deflate: Option<Deflate>,
    refusal_details: bool,
}
