//! What of a path is percent-encoded by clients that read URLs as browsers do (WHATWG URL §1.3, the path percent-encode set).

/// The first letter that stands in no path that is sent: one that is encoded, or a `%` that encodes nothing.
pub(super) fn odd(segment: &str) -> Option<char> {
    segment.char_indices().find(|&(at, letter)| is_odd(letter, &segment[at..])).map(|(_, letter)| letter)
}

/// The same segment as it is sent.
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

/// Whether a letter cannot stand where it stands; `rest` begins with it.
fn is_odd(letter: char, rest: &str) -> bool {
    match rest.as_bytes() {
        [b'%', high, low, ..] => !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
        [b'%', ..] => true,
        _ => !letter.is_ascii_graphic() || ['"', '<', '>', '`', '^'].contains(&letter),
    }
}
