//! The names of topics.

/// The name of a topic: `&str`, `String`, or any other `AsRef<str>` type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a topic name",
    label = "expected text",
    note = "the topic comes first and is text, as in `ws.publish(\"room\", &value)`; convert other types, as in `&id.to_string()`"
)]
pub trait TopicName: AsRef<str> {}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> TopicName for T {}
