//! Decodes JSON text and validates it in the same pass.
//!
//! [`Strict`] is a layer between a deserializer and a type. It follows the shape of the type along with the text and
//! rejects every token that is not permitted at its position. The result is therefore valid even where the type's own
//! `Deserialize` would accept more: arrays for structs, aliases, `{"unit": null}`. A rejection means only that this
//! fast path does not apply; see [`Shape`](crate::schema::Shape).

mod access;
mod key;
mod variant;
mod visit;

pub(super) use visit::Strict;
