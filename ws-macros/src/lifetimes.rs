//! Replaces lifetimes by `'static` in tokens.
//!
//! A route that borrows is reported once. All other code is generated as if it did not borrow, so that the compiler
//! reports no second error.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// Selects the lifetimes to replace.
#[derive(Clone, Copy)]
pub(crate) enum Selection<'a> {
    /// All lifetimes, including elided ones of references.
    All,
    /// Lifetimes with these names.
    Named(&'a [String]),
}

/// Returns the tokens with `'static` in place of the selected lifetimes.
pub(crate) fn made_static(tokens: TokenStream, which: Selection<'_>) -> TokenStream {
    changed(&tokens, which).unwrap_or(tokens)
}

/// Returns the changed tokens; `None` if nothing changes. An unchanged group stays the user's token, because the
/// compiler would report a syntax error in a copy again.
fn changed(tokens: &TokenStream, which: Selection<'_>) -> Option<TokenStream> {
    let mut out = Vec::new();
    let mut any = false;
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '\'' => {
                out.push(TokenTree::Punct(mark));
                if let Some(TokenTree::Ident(name)) =
                    tokens.next_if(|next| matches!(next, TokenTree::Ident(_)))
                {
                    let meant = match which {
                        Selection::All => true,
                        Selection::Named(names) => names.iter().any(|other| name == other),
                    };
                    any |= meant;
                    out.push(TokenTree::Ident(if meant { Ident::new("static", name.span()) } else { name }));
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '&' => {
                let place = mark.span();
                out.push(TokenTree::Punct(mark));
                let named = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if matches!(which, Selection::All) && !named {
                    any = true;
                    out.extend(for_ever(place));
                }
            }
            TokenTree::Group(group) => out.push(TokenTree::Group(match changed(&group.stream(), which) {
                None => group,
                Some(inner) => {
                    any = true;
                    let mut inner = Group::new(group.delimiter(), inner);
                    inner.set_span(group.span());
                    inner
                }
            })),
            other => out.push(other),
        }
    }
    any.then(|| out.into_iter().collect())
}

fn for_ever(place: Span) -> [TokenTree; 2] {
    let mut tick = Punct::new('\'', Spacing::Joint);
    tick.set_span(place);
    [TokenTree::Punct(tick), TokenTree::Ident(Ident::new("static", place))]
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::{Selection, made_static};

    /// Renders tokens without the spaces between them, which tokens do not record.
    fn written(tokens: &TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn selected_lifetimes_become_static() {
        let names = ["a".to_owned()];
        for (tokens, which, expected) in [
            (
                "Chat<'_, 'a, &str, &'b u8, &'static u8>",
                Selection::All,
                "Chat<'static, 'static, &'static str, &'static u8, &'static u8>",
            ),
            ("([&mut u8; 3],)", Selection::All, "([&'static mut u8; 3],)"),
            (
                "{ f::<'a>(&x, 'b', 'c: loop {}, [&'a 'd]) }",
                Selection::Named(&names),
                "{ f::<'static>(&x, 'b', 'c: loop {}, [&'static 'd]) }",
            ),
        ] {
            let [tokens, expected] = [tokens, expected].map(|text| text.parse().expect("tokens"));
            assert_eq!(written(&made_static(tokens, which)), written(&expected));
        }
    }
}
