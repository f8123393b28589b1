//! Percent-decoding that fails where the text is not decodable, instead of guessing (RFC 3986 §2.1).

use percent_encoding::percent_decode_str;

/// Decodes a capture of the path.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut after_percents = text.split('%').skip(1).map(str::as_bytes);
    let is_encoded = after_percents.all(
        |digits| matches!(digits, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
    );
    // Decoding leaves a `%` without two digits as it is, which another decoder behind us could then decode further.
    is_encoded.then_some(())?;
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Decodes a query into its pairs, in order; repeated names and empty values are kept, and `+` is a space
/// (WHATWG URL §5.1, application/x-www-form-urlencoded).
pub(super) fn decode_query(query: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| decode(&text.replace('+', " "));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_decoded_or_refused() {
        for (text, decoded) in [
            ("", Some("")),
            ("a%20b%2Fc", Some("a b/c")),
            ("a+b", Some("a+b")),
            ("%F0%9D%84%9E", Some("𝄞")),
            ("bücher", Some("bücher")),
            ("%2525", Some("%25")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
            ("%%20", None),
            ("%ff", None),
            ("%c3", None),
            ("%ü", None),
        ] {
            assert_eq!(decode(text).as_deref(), decoded, "{text}");
        }
    }

    #[test]
    fn queries_keep_order_repetition_and_empty_values() {
        for (query, pairs) in [
            ("", Some(&[][..])),
            ("&&", Some(&[])),
            ("a=1&b=2&a=3", Some(&[("a", "1"), ("b", "2"), ("a", "3")])),
            ("a=&b&=c", Some(&[("a", ""), ("b", ""), ("", "c")])),
            ("a=b=c", Some(&[("a", "b=c")])),
            ("a+b=c%20d%2Be", Some(&[("a b", "c d+e")])),
            ("a%26b=%3d", Some(&[("a&b", "=")])),
            ("a=%", None),
            ("%zz=1", None),
            ("ok=1&a=%ff", None),
        ] {
            let decoded = decode_query(query);
            let decoded = decoded.as_ref().map(|pairs| {
                pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>()
            });
            assert_eq!(decoded.as_deref(), pairs, "{query}");
        }
    }
}
