//! How near a wrong word is to a right one.

/// The known word that `word` most likely was meant to be.
pub(crate) fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let word = snake(word);
    known
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= allowance(candidate))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The handler that a method's name just misses: by a letter or two, or by the prefix that other libraries use.
pub(crate) fn near_miss(
    name: &str,
    handlers: impl Iterator<Item = &'static str> + Clone,
) -> Option<&'static str> {
    let name = &*snake(name);
    event(name)
        .and_then(|event| handlers.clone().find(|&handler| handler == event))
        .or_else(|| nearest(name, handlers))
}

/// The handler that an event of another library is, by the name of its listener: `on_connect`, `onData`, `handle_disconnect`.
pub(crate) fn elsewhere(name: &str) -> Option<&'static str> {
    let name = &*snake(name);
    match event(name)? {
        "connect" | "connected" | "connection" | "opened" => Some("open"),
        "binary" | "data" | "receive" | "received" | "text" => Some("message"),
        "disconnect" | "disconnected" | "disconnecting" | "disconnection" | "closed" | "end" => Some("close"),
        _ => None,
    }
}

/// What a listener's name says that it listens to: `on_open`, `handle_open`, `onopen`.
fn event(name: &str) -> Option<&str> {
    let listener = name.strip_prefix("on_").or_else(|| name.strip_prefix("handle_"));
    listener.or_else(|| name.strip_prefix("on"))
}

/// `beforeHandle`, as other languages write it, is `before_handle`.
fn snake(word: &str) -> String {
    let mut snake = String::with_capacity(word.len());
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// One letter, or two from six letters: shorter names are too near to honest words.
fn allowance(word: &str) -> usize {
    if word.len() < 6 { 1 } else { 2 }
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
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
    use super::{distance, elsewhere, near_miss};

    #[test]
    fn counts_letters_put_in_taken_out_changed_and_swapped() {
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
    fn a_near_miss_is_a_letter_away_or_wears_a_prefix() {
        let handlers = ["open", "message", "close", "before_handle"];
        for (name, expected) in [
            ("on_open", Some("open")),
            ("handle_message", Some("message")),
            ("mesagee", Some("message")),
            ("opens", Some("open")),
            ("opened", None),
            ("closed", Some("close")),
            ("before_handel", Some("before_handle")),
            ("beforeHandle", Some("before_handle")),
            ("onMessage", Some("message")),
            ("On_Open", Some("open")),
            ("onopen", Some("open")),
            ("on_opening", None),
            ("announce", None),
        ] {
            assert_eq!(near_miss(name, handlers.into_iter()), expected, "{name}");
        }
    }

    #[test]
    fn an_event_of_another_library_is_known_by_its_listener() {
        for (events, handler) in [
            (&["connect", "connected", "connection", "opened"] as &[&str], "open"),
            (&["binary", "data", "receive", "received", "text"], "message"),
            (&["disconnect", "disconnected", "disconnecting", "disconnection", "closed", "end"], "close"),
        ] {
            for event in events {
                assert_eq!(elsewhere(&format!("on_{event}")), Some(handler), "{event}");
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
            assert_eq!(elsewhere(name), expected, "{name}");
        }
    }
}
