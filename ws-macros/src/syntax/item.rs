//! Parses the item under an attribute.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Generics, Token, Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser, Result},
};

use super::{Block, bodies, is_marker};
use crate::span;

/// An item.
pub(crate) enum Item {
    Block(Box<Block>),
    Struct(Structure),
    /// Any other item, described by its keyword.
    Other {
        keyword: String,
        span: Span,
    },
}

/// A struct, without its fields.
pub(crate) struct Structure {
    pub(crate) attributes: Vec<Attribute>,
    /// Span of `struct`.
    pub(crate) span: Span,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
}

impl Item {
    /// Parses an item as far as the attributes need it.
    pub(crate) fn read(tokens: &TokenStream) -> Self {
        let read = |input: ParseStream<'_>| {
            let item = Self::parse(input);
            while !input.is_empty() {
                input.parse::<TokenTree>()?;
            }
            item
        };
        read.parse2(bodies::strip(tokens)).unwrap_or_else(|_| Self::other(tokens.clone()))
    }

    /// Returns true for an inherent impl block.
    pub(crate) fn is_block(&self) -> bool {
        matches!(self, Self::Block(block) if block.of_trait.is_none())
    }

    /// Returns true if a method of the block has a marker.
    pub(crate) fn has_markers(&self) -> bool {
        let Self::Block(block) = self else { return false };
        let mut attributes = block.methods.iter().flat_map(|method| &method.attributes);
        attributes.any(is_marker)
    }

    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let _: Visibility = input.parse()?;
        let _: Option<Token![default]> = input.parse()?;
        let _: Option<Token![unsafe]> = input.parse()?;
        if input.peek(Token![impl]) {
            return Block::read(attributes, input).map(|block| Self::Block(Box::new(block)));
        }
        let keyword: Token![struct] = input.parse()?;
        let name = input.parse()?;
        let mut generics: Generics = input.parse()?;
        generics.where_clause = where_clause(input)?;
        Ok(Self::Struct(Structure { attributes, span: keyword.span, name, generics }))
    }

    /// Finds the keyword that determines the kind of an item.
    fn other(tokens: TokenStream) -> Self {
        const KEYWORDS: &[&str] = &[
            "impl",
            "struct",
            "enum",
            "union",
            "fn",
            "mod",
            "trait",
            "type",
            "use",
            "static",
            "extern",
            "macro_rules",
        ];
        let mut first = None;
        for token in tokens {
            let TokenTree::Ident(word) = token else { continue };
            let (name, span) = (word.unraw().to_string(), word.span());
            if KEYWORDS.contains(&name.as_str()) {
                return Self::Other { keyword: name, span };
            }
            first = first.or(Some(span));
        }
        Self::Other { keyword: "item".to_owned(), span: first.unwrap_or_else(span::here) }
    }
}

/// Parses a where clause. That of a tuple struct follows its fields.
fn where_clause(input: ParseStream<'_>) -> Result<Option<syn::WhereClause>> {
    if input.peek(syn::token::Paren) {
        input.parse::<TokenTree>()?;
    }
    input.parse()
}
