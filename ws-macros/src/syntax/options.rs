//! Parses keys that set options of the server, by the form of their values.

use proc_macro2::Ident;
use syn::{parse::ParseStream, token::Paren};

use super::{
    Amount, Deflate, Pointer, Slot,
    deflate::parentheses,
    slot::{is_alone, switch},
};
use crate::{
    diagnostics::Diagnostics,
    vocabulary::{KEYS, KeyWord, Shape},
};

/// Value of an option as it was written.
pub(crate) enum OptionValue {
    Amount(Amount),
    Flag(bool),
    Pointer(Pointer),
    Word(Ident),
    Deflate(Deflate),
}

/// The options that are set.
#[derive(Default)]
pub(crate) struct OptionKeys(Vec<(&'static KeyWord, Slot<OptionValue>)>);

impl OptionKeys {
    /// Returns the options in the order of the key table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static KeyWord, &Slot<OptionValue>)> {
        KEYS.iter().filter_map(|word| {
            let (_, slot) = self.0.iter().find(|(set, _)| set.name == word.name)?;
            Some((word, slot))
        })
    }

    /// Parses the value of an option.
    pub(super) fn read(
        &mut self,
        word: &'static KeyWord,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Diagnostics,
    ) {
        let slot = self.slot(word);
        match word.shape {
            Shape::Special => {}
            Shape::Size | Shape::Time | Shape::Count => {
                slot.read_with(key, input, errors, |input| input.parse().map(OptionValue::Amount));
            }
            Shape::Pointer => {
                slot.read_with(key, input, errors, |input| input.parse().map(OptionValue::Pointer));
            }
            Shape::OnInvalid => {
                slot.read_with(key, input, errors, |input| input.parse().map(OptionValue::Word));
            }
            Shape::Flag if is_alone(input) => slot.fill(key, Some(OptionValue::Flag(true)), errors),
            Shape::Flag => slot.read_with(key, input, errors, |input| switch(input).map(OptionValue::Flag)),
            Shape::Deflate if input.peek(Paren) => {
                let keys = parentheses(input, errors).ok();
                let value = keys.map(|keys| OptionValue::Deflate(Deflate::On(Box::new(keys))));
                slot.fill(key, value, errors);
            }
            Shape::Deflate if is_alone(input) => {
                slot.fill(key, Some(OptionValue::Deflate(Deflate::On(Box::default()))), errors);
            }
            Shape::Deflate => slot.read_with(key, input, errors, |input| {
                let deflate = if switch(input)? { Deflate::On(Box::default()) } else { Deflate::Off };
                Ok(OptionValue::Deflate(deflate))
            }),
        }
    }

    fn slot(&mut self, word: &'static KeyWord) -> &mut Slot<OptionValue> {
        let known = self.0.iter().position(|(set, _)| set.name == word.name);
        let index = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push((word, Slot::default()));
        }
        &mut self.0[index].1
    }
}
