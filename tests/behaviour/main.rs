//! Routes through the public API: every handler, reply, option and method of a socket, over an in-memory pair.
//!
//! The clock is paused, so a timeout of two minutes takes no time and nothing sleeps. Tests that need a network, and
//! compile-time errors, are elsewhere.

mod accepting;
mod admission;
mod ahead;
mod causes;
mod channels;
mod closing;
mod compression;
mod compressions;
mod connections;
mod constants;
mod devices;
mod drops;
mod errors;
mod flow;
mod further_names;
mod http;
mod ids;
mod inbound;
mod internal;
mod invalid;
mod latest;
mod life;
mod limits;
mod logs;
mod messages;
mod opening;
mod outbound;
mod panics;
mod paths;
mod pipelining;
mod pubsub;
mod raw;
mod ready;
mod recipients;
mod refusals;
mod refused;
mod refused_replies;
mod replies;
mod reserved;
mod route_with;
mod shutdown;
mod socket;
mod subscriptions;
mod support;
mod testing;
mod turns;
mod types;
mod unread;
mod upgrade;
mod values;
mod variants;
mod waits;
mod written;
