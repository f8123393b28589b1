//! What surrounds the generated items: an unnamed scope, and the head of each impl.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::{Generics, Token, WherePredicate, parse_quote, spanned::Spanned};

use super::{
    paths::{self, Name},
    unedited,
};
use crate::{
    model::{Demand, Role, Target},
    span,
};

/// The type that the impls are for, and how to name everything else.
pub(super) struct Shell<'a> {
    pub(super) target: &'a Target,
    /// The self type's place.
    pub(super) span: Span,
    generics: Generics,
    /// The mistake that hides a type.
    cause: Option<&'a TokenStream>,
}

impl<'a> Shell<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        let span = span::at(target.self_type.span());
        let mut generics = target.generics.clone();
        // Without this each impl demands it anew of the parameters; with it, whoever names the type does, once.
        if target.is_generic() {
            // The compiler suggests further bounds behind this one, so it is shown where the block's head ends.
            let end =
                end(&target.generics.where_clause).or_else(|| end(&target.self_type)).map_or(span, span::at);
            let (self_type, shared) = (&target.self_type, paths::shared(end));
            let bound: WherePredicate = parse_quote!(#self_type: #shared);
            generics.make_where_clause().predicates.push(bound);
            let demands = target.demands.iter().map(demanded);
            generics.make_where_clause().predicates.extend(demands);
        }
        Self { target, span, generics, cause: None }
    }

    /// The same with a type that stands for each that a mistake hides.
    pub(super) fn with_unknown(self, cause: Option<&'a TokenStream>) -> Self {
        Self { cause, ..self }
    }

    /// Writes an impl of one of the runtime's traits.
    pub(super) fn implement(&self, name: Name, items: TokenStream, out: &mut TokenStream) {
        self.implement_by(Token![impl](self.span), name, items, out);
    }

    /// As [`implement`](Self::implement), with the user's own `impl`: of an unknown type the compiler then suggests the same here as
    /// in the user's block, and prints two equal errors once.
    pub(super) fn implement_as_written(&self, name: Name, items: TokenStream, out: &mut TokenStream) {
        self.implement_by(Token![impl](self.target.keyword), name, items, out);
    }

    /// As [`implement`](Self::implement), with one more item, at which the compiler suggests no edits.
    pub(super) fn implement_unedited(
        &self,
        name: Name,
        items: TokenStream,
        item: TokenStream,
        out: &mut TokenStream,
    ) {
        let head = self.head(Token![impl](self.span), name);
        out.extend(unedited::implementation(head, items, item, self.target.end));
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

    /// A scope where the generated items meet no others, under the conditions of the user's item.
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

    /// A type that the compiler cannot work out because of the mistake in it: it reports the mistake once, and nothing of what is
    /// done with the type.
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

/// A type that a parameter decides can do what the contract asks, wherever the route is named.
fn demanded(demand: &Demand) -> WherePredicate {
    let (kind, place) = (&demand.kind, span::of(&demand.kind));
    let bound = able(demand.role)(place);
    parse_quote!(#kind: #bound)
}

/// The trait of what can stand in a contract.
pub(super) fn able(role: Role) -> fn(Span) -> Name {
    match role {
        Role::Part => paths::part,
        Role::Body => paths::decode,
        Role::Response => paths::encode,
    }
}

/// The place of the last token.
fn end(tokens: &impl ToTokens) -> Option<Span> {
    tokens.to_token_stream().into_iter().last().map(|token| match token {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    })
}
