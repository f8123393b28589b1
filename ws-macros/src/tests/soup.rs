//! Random tokens never cause a panic in the attributes, because the compiler would show only the panic.

use proc_macro2::TokenStream;

use super::harness::{Attribute, run, with_derives};
use crate::syntax::unmarked;

/// Tokens of a route, and tokens that do not belong in one.
const PIECES: &[&str] = &[
    "\"/chat/{room: u32}\"",
    "\"/{\"",
    "\"{*}/:x\"",
    "\"/[[...]]/[\u{e9}]/[/^/..\"",
    "\"\"",
    "body",
    "query",
    "idle_timeout",
    "origins",
    "protocols",
    "crate",
    "deprecated",
    "on_invalid",
    "off",
    "any",
    "=",
    ",",
    "::",
    "<",
    ">",
    "->",
    "=>",
    "&",
    "'a",
    "!",
    ";",
    ":",
    "#",
    "?",
    "$",
    "*",
    "-",
    "_",
    "[\"a\"]",
    "[]",
    "()",
    "{}",
    "(&self)",
    "(&self, ws: &Socket<Self>, say: Say)",
    "(&mut self, impl X, ...)",
    "(self: )",
    "{ fn open(&self) {} }",
    "{ fn message_(&self) -> {} fn message_a_1 }",
    "{ ; ; const = }",
    "{ #[ws_fields] fn message_a(&self, r#type: u8, _b: (), (c): C) {} #[ws_fields()] fn ring(&self, ws: &Socket) {} }",
    "#[ws_fields]",
    "{ #[ws_variant(r#type)] fn message_a(&self) {} #[ws_variant(a::b)] #[cfg_attr(c, ws_variant)] fn message_b(&self) {} }",
    "{ fn message_a(&self) {} fn before_handle(&self) -> Option {} fn close(&self, _: &Closed) {} }",
    "<T: ?Sized + 'a, const N: usize>",
    "where T::A: for<'a> B<'a>, [T]: 'static",
    "body = wire::r#use<T>",
    "impl",
    "fn",
    "async",
    "unsafe",
    "extern",
    "struct",
    "enum",
    "mod",
    "for",
    "where",
    "const",
    "pub",
    "default",
    "dyn",
    "Self",
    "self",
    "Chat",
    "Say",
    "open",
    "message_join",
    "on_open",
    "r#type",
    "0",
    "1.5",
    "99999999999999999999",
    "60s",
    "\"64KiB\"",
    "b\"x\"",
    "'x'",
    "#[cfg(a)]",
    "#[cfg]",
    "#[cfg_attr(a, cfg(b))]",
    "#[cfg_attr]",
    "#[doc = include_str!(\"x\")]",
    "#[doc]",
    "/// doc\n",
];

/// A random number generator (Marsaglia's xorshift) with a fixed seed.
struct Generator(u64);

impl Generator {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or_default()
    }

    fn soup(&mut self, start: &str, length: usize) -> TokenStream {
        let length = self.below(length);
        let pieces: Vec<&str> = (0..length).map(|_| PIECES[self.below(PIECES.len())]).collect();
        let source = format!("{start} {}", pieces.join(" "));
        source.parse().unwrap_or_else(|error| panic!("{error} in {source}"))
    }
}

#[test]
fn random_tokens_never_panic() {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15);
    for round in 0..4_000 {
        let arguments = generator.soup(["", "\"/\",", "ChatApi,"][round % 3], 8);
        let item = generator
            .soup(["", "impl Chat", "impl Chat { fn open(&self) {} } ", "struct Chat"][round % 4], 8);
        for attribute in [Attribute::Route, Attribute::Contract] {
            let written = with_derives(run(attribute, arguments.clone(), item.clone())).to_string();
            // Two parts of the block may change: the head, if the type cannot be a route, and a connection without its
            // route.
            if written.contains("__Foreign") {
                continue;
            }
            let with_self = |text: String| text.replace("Socket < Self >", "Socket");
            let [item, unmarked] =
                [item.clone(), unmarked(item.clone())].map(|item| with_self(item.to_string()));
            let written = with_self(written);
            assert!(
                written.contains(&item) || written.contains(&unmarked),
                "the item is gone: {written}\n{unmarked}"
            );
        }
    }
}
