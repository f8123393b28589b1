//! The slot of a key: its span and its value.

use proc_macro2::{Ident, Span};
use syn::{
    Expr, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Result},
};

use super::skip;
use crate::{diagnostics::Diagnostics, render, vocabulary};

/// A key that may be set: its span and its value.
pub(crate) struct Slot<T> {
    key: Option<Ident>,
    value: Option<T>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { key: None, value: None }
    }
}

impl<T> Slot<T> {
    /// Returns the span of the key, even if its value could not be parsed; `None` if the key is not set.
    pub(crate) fn span(&self) -> Option<Span> {
        self.key.as_ref().map(Ident::span)
    }

    /// Returns the value; `None` if the key is not set, or its value could not be parsed.
    pub(crate) fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Parses `= value` after `key`.
    pub(super) fn read(&mut self, key: &Ident, input: ParseStream<'_>, errors: &mut Diagnostics)
    where
        T: Parse,
    {
        self.read_with(key, input, errors, T::parse);
    }

    /// Parses `= value` after `key`. If the value cannot be parsed, it is reported, and the key still counts as set.
    pub(super) fn read_with(
        &mut self,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Diagnostics,
        parse: fn(ParseStream<'_>) -> Result<T>,
    ) {
        let value = if input.peek(Token![=]) && !input.peek(Token![==]) {
            let _: Result<Token![=]> = input.parse();
            parse_value(key, input, errors, parse)
        } else {
            errors.at(key.span(), format!("`{key}` expects {}", expects(key)));
            skip::to_comma(input);
            None
        };
        self.fill(key, value, errors);
    }

    /// Stores a value, or reports a duplicate key.
    pub(super) fn fill(&mut self, key: &Ident, value: Option<T>, errors: &mut Diagnostics) {
        if self.key.is_some() {
            errors.at(key.span(), format!("duplicate key `{key}`\nhelp: remove one of them"));
            return;
        }
        self.key = Some(key.clone());
        self.value = value;
    }
}

impl Slot<bool> {
    /// Parses a flag: `key`, `key = on`, or `key = true`.
    pub(super) fn read_flag(&mut self, key: &Ident, input: ParseStream<'_>, errors: &mut Diagnostics) {
        if is_alone(input) {
            self.fill(key, Some(true), errors);
        } else {
            self.read_with(key, input, errors, switch);
        }
    }
}

/// Returns true if the key is not followed by a value.
pub(super) fn is_alone(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Parses `on` or `off`, or the synonyms `true` and `false`.
pub(super) fn switch(input: ParseStream<'_>) -> Result<bool> {
    match input.call(Ident::parse_any)?.to_string().as_str() {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        // The caller replaces this error by a message about the key.
        _ => Err(input.error("")),
    }
}

fn parse_value<T>(
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Diagnostics,
    parse: fn(ParseStream<'_>) -> Result<T>,
) -> Option<T> {
    let place = if is_alone(input) { key.span() } else { input.span() };
    let written = input.fork();
    let value = parse(input).ok().filter(|_| !operator_follows(input));
    if value.is_none() {
        let expected = expects(key);
        let help = match constant(&written, expected) {
            Some(value) => {
                format!("\nhelp: write `{key} = const {}` to use a constant", render::code(&value))
            }
            None => String::new(),
        };
        errors.at(place, format!("`{key}` expects {expected}{help}"));
        skip::to_comma(input);
    }
    value
}

/// Returns the value as a constant expression, if it is a path, a call, or a calculation that results in a number;
/// `None` otherwise.
fn constant(input: ParseStream<'_>, expected: &str) -> Option<Expr> {
    let begins_with_a_name = input.peek(Token![::]) || input.peek(Ident::peek_any);
    let may_be_constant =
        expected.contains("`const ") && (begins_with_a_name || !expected.contains("`Duration`"));
    if !may_be_constant {
        return None;
    }
    let value: Expr = input.parse().ok()?;
    matches!(
        value,
        Expr::Path(_)
            | Expr::Binary(_)
            | Expr::Call(_)
            | Expr::MethodCall(_)
            | Expr::Macro(_)
            | Expr::Cast(_)
    )
    .then_some(value)
}

/// Returns true if an operator follows the literal, so that the value is an expression.
fn operator_follows(input: ParseStream<'_>) -> bool {
    matches!(input.cursor().punct(), Some((mark, _)) if !",;=".contains(mark.as_char()))
}

fn expects(key: &Ident) -> &'static str {
    vocabulary::expects(&key.unraw().to_string())
}
