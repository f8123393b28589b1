//! A server under attack: peers that send, truncate, withhold and flood.
//!
//! Servers run in this process, and peers are raw sockets. No test measures time; a server that hangs fails the test.

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
