//! Typed WebSocket routes.
