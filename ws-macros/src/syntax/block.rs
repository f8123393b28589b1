//! Parses an impl block: its head and the signatures of its methods. Bodies are skipped.

use proc_macro2::{Span, TokenTree};
use syn::{
    Attribute, Generics, Signature, Token, Type, Visibility, braced,
    parse::{ParseStream, Result, discouraged::Speculative},
    token::Brace,
};

/// An impl block.
pub(crate) struct Block {
    pub(crate) attributes: Vec<Attribute>,
    /// Span of `impl`.
    pub(crate) span: Span,
    /// Span of the closing brace.
    pub(crate) end: Span,
    /// Span of the trait's name; `None` for an inherent impl.
    pub(crate) of_trait: Option<Span>,
    pub(crate) generics: Generics,
    pub(crate) self_type: Type,
    pub(crate) methods: Vec<Method>,
    /// Span of tokens between methods that cannot be parsed, such as an unfinished method; `None` if there are none.
    pub(crate) unread: Option<Span>,
    /// True if a macro is called between the methods, whose output the attribute does not see.
    pub(crate) calls_macros: bool,
}

/// A function of an impl block, without its body.
pub(crate) struct Method {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Block {
    /// Parses the block, starting at `impl`.
    pub(super) fn read(attributes: Vec<Attribute>, input: ParseStream<'_>) -> Result<Self> {
        let impl_token: Token![impl] = input.parse()?;
        let mut generics: Generics = input.parse()?;
        let _: Option<Token![const]> = input.parse()?;
        let _: Option<Token![!]> = input.parse()?;
        let place = input.span();
        let mut self_type: Type = input.parse()?;
        let mut of_trait = None;
        if input.peek(Token![for]) {
            let _: Token![for] = input.parse()?;
            self_type = input.parse()?;
            of_trait = Some(place);
        }
        generics.where_clause = input.parse()?;
        let content;
        let braces = braced!(content in input);
        let mut block = Self {
            attributes,
            span: impl_token.span,
            end: braces.span.close(),
            of_trait,
            generics,
            self_type,
            methods: Vec::new(),
            unread: None,
            calls_macros: false,
        };
        while !content.is_empty() {
            block.read_member(&content);
        }
        Ok(block)
    }

    /// Parses a method, or skips another member.
    fn read_member(&mut self, input: ParseStream<'_>) {
        let attributes = input.call(Attribute::parse_outer).unwrap_or_default();
        let _: Result<Visibility> = input.parse();
        let _: Result<Option<Token![default]>> = input.parse();
        let fork = input.fork();
        if let Ok(signature) = fork.parse::<Signature>() {
            input.advance_to(&fork);
            self.methods.push(Method { attributes, signature });
            if !input.peek(Brace) && !input.peek(Token![;]) {
                self.unread.get_or_insert(input.span());
            }
            pass_member(false, input);
            return;
        }
        let calls_macro = input.peek2(Token![!]) || input.peek2(Token![::]);
        let initialised = (input.peek(Token![const]) && !input.peek2(Token![fn])) || input.peek(Token![type]);
        self.calls_macros |= calls_macro;
        if !calls_macro && !initialised {
            self.unread.get_or_insert(input.span());
        }
        pass_member(initialised, input);
    }
}

/// Skips to the end of the member: a semicolon, or a closing brace that does not belong to an initialiser.
fn pass_member(initialised: bool, input: ParseStream<'_>) {
    while !input.is_empty() {
        let ends = input.peek(Token![;]) || (input.peek(Brace) && !initialised);
        if input.parse::<TokenTree>().is_err() || ends {
            return;
        }
    }
}
