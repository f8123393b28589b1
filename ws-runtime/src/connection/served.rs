//! Routes that are served: a request finds its own, connections are counted, and a shutdown ends them.

use std::{future::Future, sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode, header::RETRY_AFTER, request};
use matchit::Router;
use tokio::{task::JoinSet, time::timeout};

use super::{
    mount::{Arriving, Mount, Verdict, refuse},
    tasks::Tasks,
};
use crate::{
    handshake::{HeadLimits, Reject, problem},
    pubsub::Shard,
    socket::{Directory, Wish},
    wire::Close,
};

/// Routes that are served, whoever accepts the connections.
pub(crate) struct Served {
    pub(super) by_path: Router<Arc<dyn Mount>>,
    pub(super) all: Vec<Arc<dyn Mount>>,
    pub(super) shards: Vec<Arc<Shard>>,
    pub(crate) tasks: Tasks,
    pub(crate) directory: Arc<Directory>,
    pub(crate) head: HeadLimits,
    pub(crate) handshake_timeout: Duration,
    pub(super) shutdown_timeout: Duration,
}

/// The route of a request's path, with what its captures hold.
pub(crate) type Found = Option<(Arc<dyn Mount>, Vec<(String, String)>)>;

impl Served {
    /// Into how many shards the connections are divided.
    pub(crate) fn shards(&self) -> usize {
        self.shards.len()
    }

    /// Finds the route of a request, or refuses a request that is too large to be looked at.
    pub(crate) fn find(&self, parts: &request::Parts) -> Result<Found, Reject> {
        self.head.admit(parts)?;
        Ok(self.by_path.at(parts.uri.path()).ok().map(|found| {
            let captures =
                found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            (Arc::clone(found.value), captures)
        }))
    }

    /// Has a route judge an opening handshake, in time and unless a shutdown has begun.
    pub(crate) async fn admit(&self, mount: Arc<dyn Mount>, request: Arriving) -> Verdict {
        if self.directory.is_stopped() {
            let draining = problem(StatusCode::SERVICE_UNAVAILABLE, "the server is shutting down");
            return refuse(draining.header(RETRY_AFTER, HeaderValue::from_static("1")), None);
        }
        match timeout(self.handshake_timeout, mount.admit(request)).await {
            Ok(verdict) => verdict,
            Err(_) => refuse(problem(StatusCode::REQUEST_TIMEOUT, "the handshake took too long"), None),
        }
    }

    /// Starts the tasks that hand out what is published, one a shard.
    pub(crate) fn start_flushers(&self) -> JoinSet<()> {
        let mut flushers = JoinSet::new();
        for shard in &self.shards {
            let shard = Arc::clone(shard);
            flushers.spawn(async move { shard.flush().await });
        }
        flushers
    }

    /// Closes every socket with 1001, and waits for the handlers and the queues. Past the deadline, after `aborting`, cuts off
    /// who is left. At last, and when nobody publishes any more, lets the flushers end.
    pub(crate) async fn shut_down(&self, mut flushers: JoinSet<()>, aborting: impl FnOnce()) {
        for route in &self.all {
            route.each_socket(&mut |line| {
                line.close(Some(&Close::GOING_AWAY));
            });
        }
        if timeout(self.shutdown_timeout, self.tasks.ended()).await.is_err() {
            tracing::warn!(
                left = self.tasks.running(),
                "the shutdown's deadline has passed: what is left is aborted"
            );
            aborting();
            for route in &self.all {
                route.each_socket(&mut |line| line.wish(Wish::Abort));
            }
            self.tasks.ended().await;
        }
        for shard in &self.shards {
            shard.stop();
        }
        while flushers.join_next().await.is_some() {}
    }

    /// Resolves when a shutdown is asked for.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + '_ {
        self.directory.stopped()
    }
}
