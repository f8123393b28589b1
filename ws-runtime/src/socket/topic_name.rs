//! The names of topics.

/// Text that names a topic: `&str`, `String`, or any other type that is text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the name of a topic",
    label = "not text",
    note = "a topic is text and comes first, as in `ws.publish(\"room\", &value)`; write other types as text, as in `&id.to_string()`"
)]
pub trait TopicName: AsRef<str> {}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> TopicName for T {}
