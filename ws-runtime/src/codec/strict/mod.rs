//! Reading a type from JSON text and checking its schema in the same pass.
//!
//! [`Strict`] stands between a deserializer and a type. It walks the type's shape along with the text and refuses each token
//! that may not stand where it stands, so that what comes out keeps the schema, whatever the type's own `Deserialize`
//! would have taken: arrays for structs, aliases, `{"unit": null}`. An integer that is written as a float becomes one.
//! A refusal here says nothing about the text but that this short way is not for it; see [`Shape`](crate::schema::Shape).

mod access;
mod key;
mod variant;
mod visit;

pub(super) use visit::Strict;
