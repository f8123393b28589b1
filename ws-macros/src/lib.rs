//! The attributes of `ws-runtime`; depend on that crate, which re-exports them.
