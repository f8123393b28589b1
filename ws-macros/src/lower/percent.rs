//! Characters of a path that browsers percent-encode (WHATWG URL §1.3, the path percent-encode set).

/// Returns the first character that no client sends unchanged: one that is percent-encoded, or a `%` that is not
/// followed by two hex digits. Returns `None` if there is none.
pub(super) fn odd(segment: &str) -> Option<char> {
    segment.char_indices().find(|&(at, letter)| is_odd(letter, &segment[at..])).map(|(_, letter)| letter)
}

/// Returns the segment as clients send it.
pub(super) fn encoded(segment: &str) -> String {
    let mut buffer = [0; 4];
    let mut letters = Vec::new();
    for (at, letter) in segment.char_indices() {
        if is_odd(letter, &segment[at..]) {
            letters.extend(letter.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            letters.push(letter.to_string());
        }
    }
    letters.concat()
}

/// Returns true if a character is invalid at its position. `rest` starts with that character.
fn is_odd(letter: char, rest: &str) -> bool {
    match rest.as_bytes() {
        [b'%', high, low, ..] => !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
        [b'%', ..] => true,
        _ => !letter.is_ascii_graphic() || ['"', '<', '>', '`', '^'].contains(&letter),
    }
}
