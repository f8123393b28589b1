//! Tests of a server under attack: peers that send invalid, truncated, slow or excessive input.
//!
//! Servers run in this process, and peers are raw TCP sockets. No test measures time. A server that hangs fails the
//! test.

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
