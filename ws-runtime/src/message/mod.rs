//! Messages as applications see them. This module needs no transport.

mod message;
mod text;

pub use self::{
    message::{Kind, Message},
    text::Text,
};
