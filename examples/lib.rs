//! Shared by the examples: the address to listen on.
