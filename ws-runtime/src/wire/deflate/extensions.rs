//! The grammar of the header field `Sec-WebSocket-Extensions` (RFC 6455 §9.1), for any extension.

use std::borrow::Cow;

/// An extension and its parameters, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extension<'a> {
    pub(super) name: &'a [u8],
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// The name of a parameter, and its value if it has one.
type Parameter<'a> = (&'a [u8], Option<Cow<'a, [u8]>>);

/// The header field violates the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MalformedExtensions;

/// Parses all lines of the header field, which form one list, in one pass.
pub(super) fn extensions<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<Extension<'a>>, MalformedExtensions> {
    let mut extensions = Vec::new();
    for line in lines {
        let mut rest = Scanner(line);
        loop {
            // RFC 9110 §5.6.1: a recipient ignores empty elements.
            while rest.takes(b',') {}
            if rest.0.is_empty() {
                break;
            }
            extensions.push(rest.extension()?);
            if !rest.0.is_empty() && !rest.takes(b',') {
                return Err(MalformedExtensions);
            }
        }
    }
    Ok(extensions)
}

/// The rest of a line.
struct Scanner<'a>(&'a [u8]);

impl<'a> Scanner<'a> {
    fn skip_space(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    /// Skips whitespace. If the delimiter comes next, consumes it with the whitespace after it and returns true.
    fn takes(&mut self, delimiter: u8) -> bool {
        self.skip_space();
        let is_next = self.0.first() == Some(&delimiter);
        if is_next {
            self.0 = &self.0[1..];
            self.skip_space();
        }
        is_next
    }

    fn token(&mut self) -> Result<&'a [u8], MalformedExtensions> {
        let length = self.0.iter().position(|byte| !is_token(*byte)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        if token.is_empty() { Err(MalformedExtensions) } else { Ok(token) }
    }

    fn extension(&mut self) -> Result<Extension<'a>, MalformedExtensions> {
        let mut extension = Extension { name: self.token()?, parameters: Vec::new() };
        while self.takes(b';') {
            let name = self.token()?;
            let value = if self.takes(b'=') { Some(self.value()?) } else { None };
            extension.parameters.push((name, value));
        }
        Ok(extension)
    }

    /// Parses a token or a quoted string (RFC 9110 §5.6.4). RFC 6455 §9.1 also requires the content of a quoted string
    /// to be a token, but real devices violate this in private extensions. Each extension checks its own values.
    fn value(&mut self) -> Result<Cow<'a, [u8]>, MalformedExtensions> {
        let Some(quoted) = self.0.strip_prefix(b"\"") else { return self.token().map(Cow::Borrowed) };
        let (mut at, mut is_escaped) = (0, false);
        loop {
            match quoted.get(at).ok_or(MalformedExtensions)? {
                b'"' => break,
                b'\\' => (at, is_escaped) = (at + 2, true),
                _ => at += 1,
            }
        }
        self.0 = &quoted[at + 1..];
        Ok(if is_escaped { unescape(&quoted[..at]) } else { Cow::Borrowed(&quoted[..at]) })
    }
}

/// Removes the backslash of each quoted pair.
fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let mut bytes = text.iter().copied();
    std::iter::from_fn(|| bytes.next().and_then(|byte| if byte == b'\\' { bytes.next() } else { Some(byte) }))
        .collect()
}

/// Returns true for a `tchar` of RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Option<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let extensions = extensions(lines.iter().map(|line| line.as_bytes())).ok()?;
        let written = extensions.iter().map(|extension| {
            let parameters = extension.parameters.iter().map(|(name, value)| {
                format!(
                    ";{}{}",
                    text(name),
                    value.as_deref().map(|value| format!("={}", text(value))).unwrap_or_default()
                )
            });
            text(extension.name) + &parameters.collect::<String>()
        });
        Some(written.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn extension_header_follows_its_grammar() {
        for (lines, list) in [
            (&[][..], Some("")),
            (&[""], Some("")),
            (&["a"], Some("a")),
            (&["a, b", "c"], Some("a,b,c")),
            (&[" a ; b ;\tc = d , e "], Some("a;b;c=d,e")),
            (&[r#"a; b="10""#], Some("a;b=10")),
            (&[",, a,,"], Some("a")),
            (&[r#"bbf-usp-protocol; eid="doc::agent""#], Some("bbf-usp-protocol;eid=doc::agent")),
            (&[r#"a; b="1 0""#], Some("a;b=1 0")),
            (&[r#"a; b="", c; d="x, y; z=1", e"#], Some("a;b=,c;d=x, y; z=1,e")),
            (&[r#"a; b="1\0\"\\""#], Some(r#"a;b=10"\"#)),
            (&["a; b=\"ä\""], Some("a;b=ä")),
            (&["constructor; __proto__; hasOwnProperty"], Some("constructor;__proto__;hasOwnProperty")),
            (&[";"], None),
            (&["a b"], None),
            (&["a;"], None),
            (&["a;;b"], None),
            (&["a; b="], None),
            (&["a; =b"], None),
            (&[r#"a; b="10"#], None),
            (&[r#"a; b=""""#], None),
            (&[r#"a; b="10\"#], None),
            (&[r#"a; b="10\""#], None),
            (&[r#"a; b=1"0""#], None),
            (&["a; b=doc::agent"], None),
            (&[r#"a; b="10"c"#], None),
            (&["a, (b)"], None),
            (&["ä"], None),
        ] {
            assert_eq!(read(lines).as_deref(), list, "{lines:?}");
        }
    }

    /// Such inputs have kept other servers busy for minutes, because their parsers took quadratic time. A quadratic
    /// parser would hang here.
    #[test]
    fn long_lines_are_parsed_in_linear_time() {
        let line = |part: &str| part.repeat(1 << 20);
        for (line, is_well_formed) in
            [(line(","), true), (line("a,"), true), (line("a;b=c,"), true), (line("a; "), false)]
        {
            assert_eq!(extensions([line.as_bytes()]).is_ok(), is_well_formed, "{}", &line[..6]);
        }
    }
}
