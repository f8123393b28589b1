//! The scope around generated items, and the head of each impl.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::{Generics, Token, WherePredicate, parse_quote, spanned::Spanned};

use super::{
    derived,
    paths::{self, Name},
};
use crate::{
    model::{ContractBound, Role, Target},
    span,
};

/// The type that gets the impls, with its bounds.
pub(super) struct ImplScope<'a> {
    pub(super) target: &'a Target,
    /// Span of the self type.
    pub(super) span: Span,
    generics: Generics,
    /// The mistake that hides a type; `None` if there is none.
    cause: Option<&'a TokenStream>,
}

impl<'a> ImplScope<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        let span = span::at(target.self_type.span());
        let mut generics = target.generics.clone();
        // Without this bound, each impl would require bounds on the parameters. With it, they are required once, where
        // the type is named.
        if target.is_generic() {
            // The compiler suggests additional bounds after this one, so it has the span of the end of the block's
            // head.
            let end =
                end(&target.generics.where_clause).or_else(|| end(&target.self_type)).map_or(span, span::at);
            let (self_type, shared) = (&target.self_type, paths::shared(end));
            let bound: WherePredicate = parse_quote!(#self_type: #shared);
            generics.make_where_clause().predicates.push(bound);
            let contract_bounds = target.contract_bounds.iter().map(predicate);
            generics.make_where_clause().predicates.extend(contract_bounds);
        }
        Self { target, span, generics, cause: None }
    }

    /// Adds a placeholder for each type that a mistake hides.
    pub(super) fn with_unknown(self, cause: Option<&'a TokenStream>) -> Self {
        Self { cause, ..self }
    }

    /// Writes an impl of one of the runtime's traits.
    pub(super) fn implement(&self, name: Name, items: TokenStream, out: &mut TokenStream) {
        self.implement_by(Token![impl](self.span), name, items, out);
    }

    /// Like [`implement`](Self::implement), with the user's `impl` token. For an unknown type, the compiler then finds
    /// the same error here and in the user's block, and prints it once.
    pub(super) fn implement_as_written(&self, name: Name, items: TokenStream, out: &mut TokenStream) {
        self.implement_by(Token![impl](self.target.keyword), name, items, out);
    }

    /// Like [`implement`](Self::implement), with an additional item for which the compiler makes no suggestions.
    pub(super) fn implement_derived(
        &self,
        name: Name,
        items: TokenStream,
        item: TokenStream,
        out: &mut TokenStream,
    ) {
        let head = self.head(Token![impl](self.span), name);
        out.extend(derived::implementation(head, items, item, self.target.end));
    }

    fn implement_by(&self, keyword: Token![impl], name: Name, items: TokenStream, out: &mut TokenStream) {
        out.extend(self.head(keyword, name));
        out.append(braces(items, self.span));
    }

    fn head(&self, keyword: Token![impl], name: Name) -> TokenStream {
        let self_type = &self.target.self_type;
        let (generics, _, bounds) = self.generics.split_for_impl();
        quote_spanned! {self.span=>
            #[automatically_derived]
            #keyword #generics #name for #self_type #bounds
        }
    }

    /// Wraps the generated items in an unnamed scope, under the conditions of the user's item.
    pub(super) fn enclose(&self, items: TokenStream) -> TokenStream {
        let Target { conditions, allowed, .. } = self.target;
        let span = Span::mixed_site();
        let mut content = paths::runtime(self.target.root.as_ref(), span);
        content.extend(self.unknown());
        content.extend(items);
        let block = braces(content, span);
        quote_spanned! {span=>
            #(#[cfg(#conditions)])*
            #(#allowed)*
            const _: () = #block;
        }
    }

    /// Returns a type that cannot be resolved because it contains the mistake; `None` if no type is hidden. The
    /// compiler reports the mistake once, and does not report uses of the type.
    ///
    /// ```text
    /// type __Unknown = <[(); compile_error!("unknown key `qeury`")] as Endpoint>::Data;
    /// ```
    fn unknown(&self) -> Option<TokenStream> {
        let cause = self.cause?;
        let (name, endpoint) = (paths::unknown(self.span), paths::endpoint(self.span));
        Some(quote_spanned!(self.span=> type #name = <[(); #cause] as #endpoint>::Data;))
    }
}

fn braces(content: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(span);
    group
}

/// Returns the bound on a generic type of the contract.
fn predicate(bound: &ContractBound) -> WherePredicate {
    let (ty, place) = (&bound.ty, span::of(&bound.ty));
    let bound = trait_for(bound.role)(place);
    parse_quote!(#ty: #bound)
}

/// Returns the trait that a type needs for its role in the contract.
pub(super) fn trait_for(role: Role) -> fn(Span) -> Name {
    match role {
        Role::Part => paths::part,
        Role::Body => paths::decode,
        Role::Response => paths::encode,
    }
}

/// Returns the span of the last token; `None` if there are no tokens.
fn end(tokens: &impl ToTokens) -> Option<Span> {
    tokens.to_token_stream().into_iter().last().map(|token| match token {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    })
}
