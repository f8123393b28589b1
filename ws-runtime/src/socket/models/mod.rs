//! The order of what a socket is sent and what is published to it, and that nobody sleeps over it: in every interleaving that
//! loom comes to. CONTRIBUTING.md says how to run them.
//!
//! What is tried is the code that ships: the line, the topics, their logs, and the shard's flusher. Only the stream is memory,
//! and the connection's task is reduced to when it looks, writes and rests.

mod order;
mod rig;
mod waking;
