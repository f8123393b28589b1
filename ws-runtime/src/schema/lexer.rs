//! Reads JSON text token by token (RFC 8259), for readers that need data that `serde_json` does not provide: the digits
//! of a number, and the text of a value.
//!
//! `serde_json` reads the common messages alone. This module is used only for messages that need a second reading.

use std::borrow::Cow;

use super::number::Numeral;

/// The maximum nesting depth, the same as in `serde_json`.
const MAX_DEPTH: u8 = 127;

/// The error for a text that is not JSON at the current position, or is nested too deeply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson;

/// The kind of a value, determined by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A lexer at a position in a text.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: u8,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// Returns the line and column of the next character, counted from 1.
    pub(super) fn position(&self) -> (usize, usize) {
        let before = &self.text.as_bytes()[..self.at.min(self.text.len())];
        let line = before.split(|&byte| byte == b'\n').count();
        let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        (line, column)
    }

    /// Returns the position in bytes.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Returns the kind of the next value.
    pub(crate) fn peek(&mut self) -> Result<ValueKind, NotJson> {
        match self.next_byte().ok_or(NotJson)? {
            b'n' => Ok(ValueKind::Null),
            b't' | b'f' => Ok(ValueKind::Bool),
            b'-' | b'0'..=b'9' => Ok(ValueKind::Number),
            b'"' => Ok(ValueKind::String),
            b'[' => Ok(ValueKind::Array),
            b'{' => Ok(ValueKind::Object),
            _ => Err(NotJson),
        }
    }

    pub(crate) fn null(&mut self) -> Result<(), NotJson> {
        self.word("null").then_some(()).ok_or(NotJson)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, NotJson> {
        if self.word("true") { Ok(true) } else { self.word("false").then_some(false).ok_or(NotJson) }
    }

    pub(crate) fn number(&mut self) -> Result<Numeral<'t>, NotJson> {
        let numeral = Numeral::prefix(&self.text[self.at..]).ok_or(NotJson)?;
        self.at += numeral.text().len();
        Ok(numeral)
    }

    pub(crate) fn string(&mut self) -> Result<Cow<'t, str>, NotJson> {
        self.take(b'"')?;
        let start = self.at;
        let end = self.plain();
        if self.take(b'"').is_ok() {
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        let mut string = self.text[start..end].to_owned();
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(string));
                }
                Some(b'\\') => string.push(self.escape()?),
                // The next byte is a control character, or the text has ended.
                _ => return Err(NotJson),
            }
            let start = self.at;
            let end = self.plain();
            string.push_str(&self.text[start..end]);
        }
    }

    /// Enters the array or object at the current position.
    pub(crate) fn open(&mut self) -> Result<(), NotJson> {
        if self.depth == MAX_DEPTH {
            return Err(NotJson);
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Advances to the next item of an array. Returns false at its end, and leaves the array.
    pub(crate) fn item(&mut self, first: bool) -> Result<bool, NotJson> {
        self.more(first, b']')
    }

    /// Advances to the next member of an object and returns its key. Returns `None` at the end, and leaves the object.
    pub(crate) fn key(&mut self, first: bool) -> Result<Option<Cow<'t, str>>, NotJson> {
        if !self.more(first, b'}')? {
            return Ok(None);
        }
        self.next_byte();
        let key = self.string()?;
        self.next_byte();
        self.take(b':')?;
        Ok(Some(key))
    }

    /// Skips a value and returns its text.
    pub(crate) fn skip(&mut self) -> Result<&'t str, NotJson> {
        let kind = self.peek()?;
        let start = self.at;
        match kind {
            ValueKind::Null => self.null()?,
            ValueKind::Bool => drop(self.bool()?),
            ValueKind::Number => drop(self.number()?),
            ValueKind::String => drop(self.string()?),
            ValueKind::Array => {
                self.open()?;
                let mut first = true;
                while self.item(first)? {
                    first = false;
                    self.skip()?;
                }
            }
            ValueKind::Object => {
                self.open()?;
                let mut first = true;
                while self.key(first)?.is_some() {
                    first = false;
                    self.skip()?;
                }
            }
        }
        Ok(&self.text[start..self.at])
    }

    /// Fails if the rest of the text is not whitespace.
    pub(crate) fn end(&mut self) -> Result<(), NotJson> {
        if self.next_byte().is_none() { Ok(()) } else { Err(NotJson) }
    }

    fn more(&mut self, first: bool, end: u8) -> Result<bool, NotJson> {
        self.next_byte();
        if self.take(end).is_ok() {
            self.depth -= 1;
            return Ok(false);
        }
        if !first {
            self.take(b',')?;
        }
        Ok(true)
    }

    /// Returns the next byte that is not whitespace, without consuming it.
    fn next_byte(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Result<(), NotJson> {
        let found = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(found);
        if found { Ok(()) } else { Err(NotJson) }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Skips the unescaped characters of a string and returns the position after them.
    fn plain(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count();
        self.at
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        self.take(b'\\')?;
        let byte = *self.text.as_bytes().get(self.at).ok_or(NotJson)?;
        self.at += 1;
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let pair = if (0xd800..0xdc00).contains(&unit) {
                    self.take(b'\\')?;
                    self.take(b'u')?;
                    Some(self.unit()?)
                } else {
                    None
                };
                let mut decoded = char::decode_utf16([unit].into_iter().chain(pair));
                decoded.next().ok_or(NotJson)?.map_err(|_| NotJson)?
            }
            _ => return Err(NotJson),
        })
    }

    /// Parses four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, NotJson> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(NotJson)?;
        let unit = digits.iter().try_fold(0, |unit: u16, &digit| {
            let digit = char::from(digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok())?;
            Some(unit << 4 | digit)
        });
        self.at += 4;
        unit.ok_or(NotJson)
    }
}
