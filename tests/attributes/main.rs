//! What the attributes make, at work: conditions, captures, type parameters and macros, and what start-up says where only the
//! whole of a server shows a mistake.
//!
//! What the compiler says is in `ui` and `messages`; what a handler can do is not asked here.

mod lints;
mod start_up;
mod written;
