//! A server among peers that mean it no good: what they can send, cut off, withhold and flood.
//!
//! Every server is in this process and every peer is a raw socket. No test asks how long anything takes; what hangs, fails.

mod backpressure;
mod cuts;
mod echo;
mod frames;
mod handshake;
mod limits;
mod many;
mod order;
mod outcome;
mod peer;
mod pieces;
mod random;
mod served;
mod session;
mod wakes;
