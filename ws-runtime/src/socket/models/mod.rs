//! Loom models of the order of outbound messages and of wake-ups, in every interleaving. CONTRIBUTING.md says how to
//! run them.
//!
//! The models run the real write half, topics, logs and flusher. Only the stream is in memory, and the task of the
//! connection is reduced to checking, writing and parking.

mod order;
mod rig;
mod waking;
