//! Finds known words that are similar to unknown ones.

/// Returns the known word that is most similar to `word`; `None` if none is similar enough.
pub(crate) fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let word = snake(word);
    known
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= allowance(candidate))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The way in which the name of a method resembles the name of a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nearness {
    /// The method is named like an event listener: `on_open`, `handle_data`.
    Listener,
    /// The name has a typo or another case: `mesage`, `opne`, `beforeHandle`.
    Slip,
    /// The name is similar, but is an ordinary word: `closed`, `ring`.
    Word,
}

/// Returns the handler that the name of a method resembles; `None` if there is none.
pub(crate) fn near_handler(
    name: &str,
    mut handlers: impl Iterator<Item = &'static str> + Clone,
) -> Option<(Nearness, &'static str)> {
    let name = &*snake(name);
    let listener = event(name)
        .and_then(|event| handlers.clone().find(|&handler| handler == event).or_else(|| elsewhere(event)));
    if let Some(handler) = listener {
        return Some((Nearness::Listener, handler));
    }
    // The hook that changes a request has this name elsewhere too.
    if name == "parse" {
        return handlers.find(|&handler| handler == "transform").map(|handler| (Nearness::Word, handler));
    }
    if let Some(handler) = handlers.clone().find(|handler| is_slip(name, handler)) {
        return Some((Nearness::Slip, handler));
    }
    let handler = nearest(name, handlers.by_ref())?;
    // A name of two words is hardly similar to a handler by accident.
    let nearness = if handler.contains('_') { Nearness::Slip } else { Nearness::Word };
    Some((nearness, handler))
}

/// Returns true if two names differ only in doubled letters or in two swapped letters.
fn is_slip(name: &str, handler: &str) -> bool {
    let single = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.dedup();
        letters
    };
    let swapped = || {
        let different: Vec<(char, char)> =
            name.chars().zip(handler.chars()).filter(|(one, other)| one != other).collect();
        name.len() == handler.len()
            && distance(name, handler) == 1
            && matches!(different[..], [(a, b), (c, d)] if a == d && b == c)
    };
    single(name) == single(handler) || swapped()
}

/// Returns the handler for the name of an event in other libraries; `None` if it is unknown.
fn elsewhere(event: &str) -> Option<&'static str> {
    match event {
        "connect" | "connected" | "connection" | "opened" => Some("open"),
        "binary" | "data" | "receive" | "received" | "text" => Some("message"),
        "parse" => Some("transform"),
        "protocols" | "subprotocol" | "subprotocols" => Some("protocol"),
        "disconnect" | "disconnected" | "disconnecting" | "disconnection" | "closed" | "end" => Some("close"),
        _ => None,
    }
}

/// Returns the event in the name of a listener, such as `on_open`, `handle_open` or `onopen`; `None` for other names.
fn event(name: &str) -> Option<&str> {
    let listener = name.strip_prefix("on_").or_else(|| name.strip_prefix("handle_"));
    listener.or_else(|| name.strip_prefix("on"))
}

/// Converts camel case to snake case: `before_handle` for `beforeHandle`.
pub(super) fn snake(word: &str) -> String {
    let mut snake = String::with_capacity(word.len());
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Returns the maximum distance: one edit, or two from six letters on, because short names are close to ordinary words.
fn allowance(word: &str) -> usize {
    if word.len() < 6 { 1 } else { 2 }
}

/// Returns the number of insertions, deletions, substitutions and swaps of neighbouring letters between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{Nearness, distance, near_handler};

    #[test]
    fn distance_counts_edits_and_swaps() {
        for (a, b, expected) in [
            ("open", "open", 0),
            ("opened", "open", 2),
            ("mesage", "message", 1),
            ("mesasge", "message", 1),
            ("", "ping", 4),
            ("ping", "pong", 1),
        ] {
            assert_eq!(distance(a, b), expected, "{a} and {b}");
        }
    }

    #[test]
    fn near_handler_classifies_listeners_typos_and_words() {
        use Nearness::{Listener, Slip, Word};
        let handlers = ["open", "message", "close", "ping", "drain", "parse", "transform", "before_handle"];
        for (name, expected) in [
            ("on_open", Some((Listener, "open"))),
            ("handle_message", Some((Listener, "message"))),
            ("onMessage", Some((Listener, "message"))),
            ("On_Open", Some((Listener, "open"))),
            ("onopen", Some((Listener, "open"))),
            ("mesage", Some((Slip, "message"))),
            ("mesagee", Some((Slip, "message"))),
            ("messsage", Some((Slip, "message"))),
            ("opne", Some((Slip, "open"))),
            ("clsoe", Some((Slip, "close"))),
            ("before_handel", Some((Slip, "before_handle"))),
            ("before_handled", Some((Slip, "before_handle"))),
            ("beforeHandle", Some((Slip, "before_handle"))),
            ("massage", Some((Word, "message"))),
            ("messages", Some((Word, "message"))),
            ("opens", Some((Word, "open"))),
            ("closed", Some((Word, "close"))),
            ("clone", Some((Word, "close"))),
            ("pause", Some((Word, "parse"))),
            ("transfer", Some((Word, "transform"))),
            ("ring", Some((Word, "ping"))),
            ("train", Some((Word, "drain"))),
            ("opened", None),
            ("on_opening", None),
            ("announce", None),
        ] {
            assert_eq!(near_handler(name, handlers.into_iter()), expected, "{name}");
        }
    }

    #[test]
    fn near_handler_knows_events_of_other_libraries() {
        let handlers = ["open", "message", "close"];
        for (events, handler) in [
            (&["connect", "connected", "connection", "opened"] as &[&str], "open"),
            (&["binary", "data", "receive", "received", "text"], "message"),
            (&["disconnect", "disconnected", "disconnecting", "disconnection", "closed", "end"], "close"),
        ] {
            for event in events {
                let found = near_handler(&format!("on_{event}"), handlers.into_iter());
                assert_eq!(found, Some((Nearness::Listener, handler)), "{event}");
            }
        }
        for (name, expected) in [
            ("onText", Some("message")),
            ("handle_end", Some("close")),
            ("connection", None),
            ("on_air", None),
            ("ondata", Some("message")),
            ("ontology", None),
        ] {
            let found = near_handler(name, handlers.into_iter());
            assert_eq!(found, expected.map(|handler| (Nearness::Listener, handler)), "{name}");
        }
    }
}
