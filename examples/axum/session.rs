//! Sessions: a random cookie for each user, and the layer that finds the user of a request.
//!
//! A real application keeps them in a store, lets them expire, and asks for a password.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header::COOKIE},
    middleware::Next,
    response::Response,
};

/// The most sessions at a time.
const MOST: usize = 10_000;

const NAME: &str = "session";

/// The user of a request, as an extension of it.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
}

/// The users by their session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<String, User>>>);

impl Sessions {
    /// Begins a session and returns its cookie; `None` if there are too many. Scripts cannot read the cookie, and pages of
    /// other sites cannot use it.
    pub(crate) fn begin(&self, name: &str) -> Option<HeaderValue> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        let mut id = String::with_capacity(32);
        for byte in random {
            let _ = write!(id, "{byte:02x}");
        }
        let cookie = format!("{NAME}={id}; Path=/; HttpOnly; SameSite=Strict");
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST {
            return None;
        }
        sessions.insert(id, User { name: name.to_owned() });
        HeaderValue::try_from(cookie).ok()
    }

    fn find(&self, request: &Request) -> Option<User> {
        let lines = request.headers().get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(|line| line.split("; ")).filter_map(|cookie| cookie.split_once('='));
        let (_, id) = cookies.find(|(name, _)| *name == NAME)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

/// Adds the user to the request. Handlers and the socket's `before_handle` decide what a stranger may do.
pub(crate) async fn find_user(
    State(sessions): State<Sessions>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(user) = sessions.find(&request) {
        request.extensions_mut().insert(user);
    }
    next.run(request).await
}
