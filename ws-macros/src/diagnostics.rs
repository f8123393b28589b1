//! Collects the mistakes of an expansion, so that all are reported in one build.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Mistakes found so far.
#[derive(Default)]
pub(crate) struct Diagnostics {
    error: Option<syn::Error>,
    by_the_compiler: bool,
}

impl Diagnostics {
    /// Reports a mistake at a span.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Reports a mistake at all of `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Records a mistake in the user's code that the compiler reports.
    pub(crate) fn by_the_compiler(&mut self) {
        self.by_the_compiler = true;
    }

    /// Returns true if no mistakes were recorded.
    pub(crate) fn is_clean(&self) -> bool {
        self.error.is_none() && !self.by_the_compiler
    }

    /// Removes the last mistake and returns it as a `compile_error!`, which the caller emits where it suppresses
    /// follow-up errors; `None` if there is none. The last one is taken because the compiler reports it after the
    /// others.
    pub(crate) fn take_last(&mut self) -> Option<TokenStream> {
        let mut errors: Vec<syn::Error> = self.error.take()?.into_iter().collect();
        let last = errors.pop()?;
        for error in errors {
            self.push(error);
        }
        Some(last.to_compile_error())
    }

    /// Returns a `compile_error!` for each mistake; `None` if there are none.
    pub(crate) fn into_tokens(self) -> Option<TokenStream> {
        self.error.map(|error| error.to_compile_error())
    }

    fn push(&mut self, error: syn::Error) {
        match &mut self.error {
            Some(first) => first.combine(error),
            None => self.error = Some(error),
        }
    }
}
