//! Arguments of an attribute: `PATH, key = value, flag, …`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{
    Lit, LitStr, Path, PathArguments, Token, Type, TypePath,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    token::{Brace, Bracket, Paren},
};

use super::{OptionKeys, OriginList, Slot, Strings, skip};
use crate::{
    diagnostics::Diagnostics,
    render, span,
    vocabulary::{self, Answer, KEYS, Shape},
};

/// The parsed arguments of an attribute. Arguments that cannot be parsed are reported and omitted.
pub(crate) struct Arguments {
    /// The tokens of all arguments.
    pub(crate) tokens: TokenStream,
    /// Span where a missing argument is reported.
    pub(crate) span: Span,
    pub(crate) subject: Option<Subject>,
    pub(crate) keys: Keys,
    /// Keys in source order.
    pub(crate) given: Vec<Ident>,
    /// True if every argument could be parsed. An argument that could not may have been meant for any key.
    pub(crate) is_complete: bool,
}

/// The first argument.
pub(crate) enum Subject {
    /// A path, or a list of paths: `"/chat/{room}"`, `["/", "/{*rest}"]`.
    Paths(Strings),
    /// A contract: `ChatApi`.
    Contract(TypePath),
    /// An argument that could not be parsed and has been reported.
    Unreadable,
}

/// A slot for each key with a special form, and the other options.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) body: Slot<Type>,
    pub(crate) response: Slot<Type>,
    pub(crate) query: Slot<Type>,
    pub(crate) params: Slot<Type>,
    pub(crate) header: Slot<Type>,
    pub(crate) cookie: Slot<Type>,
    pub(crate) protocols: Slot<Strings>,
    pub(crate) reserved_tag: Slot<LitStr>,
    pub(crate) summary: Slot<LitStr>,
    pub(crate) tags: Slot<Strings>,
    pub(crate) deprecated: Slot<bool>,
    pub(crate) require_protocol: Slot<bool>,
    pub(crate) keep_request: Slot<bool>,
    pub(crate) origins: Slot<OriginList>,
    pub(crate) options: OptionKeys,
    pub(crate) root: Slot<Path>,
}

impl Arguments {
    /// Parses all arguments.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Diagnostics) -> Self {
        let mut arguments = Self {
            tokens: tokens.clone(),
            span: span::here(),
            subject: None,
            keys: Keys::default(),
            given: Vec::new(),
            is_complete: true,
        };
        let read = |input: ParseStream<'_>| {
            arguments.read_all(input, errors);
            Ok(())
        };
        // The closure consumes every token, so `syn` reports no error about unexpected ones.
        let _: syn::Result<()> = read.parse2(tokens);
        arguments
    }

    fn read_all(&mut self, input: ParseStream<'_>, errors: &mut Diagnostics) {
        if !input.is_empty() {
            self.span = input.span();
        }
        let mut first = true;
        while !input.is_empty() {
            self.read_one(first, input, errors);
            first = false;
            if !input.is_empty() && !input.peek(Token![,]) {
                errors.at(input.span(), "expected `,` between the arguments");
                skip::to_comma(input);
            }
            let _: syn::Result<Option<Token![,]>> = input.parse();
        }
    }

    fn read_one(&mut self, first: bool, input: ParseStream<'_>, errors: &mut Diagnostics) {
        if input.peek(LitStr) {
            if let Ok(path) = input.parse::<LitStr>() {
                self.take_paths(first, Strings { span: path.span(), items: vec![path] }, errors);
            }
        } else if input.peek(Bracket) {
            match input.parse::<Strings>() {
                Ok(paths) => self.take_paths(first, paths, errors),
                Err(error) => {
                    errors.at(
                        error.span(),
                        "expected a list of paths as string literals, as in `[\"/chat\", \"/chat/{room}\"]`",
                    );
                    self.is_complete = false;
                    self.subject.get_or_insert(Subject::Unreadable);
                }
            }
        } else if first && is_not_a_subject(input) {
            errors.at(input.span(), "expected the path as a string literal, as in `\"/chat\"`");
            self.lose_subject();
            skip::to_comma(input);
        } else if first && begins_with_a_contract(input) {
            match input.parse() {
                Ok(contract) => self.take_contract(contract, input, errors),
                Err(_) => self.unreadable(input, errors),
            }
        } else if let Some(ty) = bare_type(input) {
            self.is_complete = false;
            let _: syn::Result<TypePath> = input.parse();
            errors.on(&ty, type_without_a_key(&ty));
        } else if input.peek(Ident::peek_any) {
            match input.call(Ident::parse_any) {
                Ok(key) => self.read_key(&key, input, errors),
                Err(_) => self.unreadable(input, errors),
            }
        } else {
            if first {
                self.lose_subject();
            }
            self.unreadable(input, errors);
        }
    }

    fn take_paths(&mut self, first: bool, paths: Strings, errors: &mut Diagnostics) {
        if first {
            self.subject = Some(Subject::Paths(paths));
        } else if let Some(Subject::Contract(contract)) = &self.subject {
            let found = render::code(contract);
            errors.on(
                contract,
                format!(
                    "expected either a path or a contract, found both\n\
                     help: remove `{found}`; if it is a contract, remove the path instead"
                ),
            );
            self.subject = Some(Subject::Paths(paths));
        } else if let Some(Subject::Paths(earlier)) = &self.subject {
            let written = |paths: &Strings| paths.items.iter().map(LitStr::value).collect::<Vec<_>>();
            let both = [written(earlier), written(&paths)].concat();
            errors.at(
                paths.span,
                format!(
                    "expected a key, found a second path\nhelp: write several paths as a list, `{both:?}`, or remove one"
                ),
            );
        } else if self.subject.is_some() {
            // The unreadable first argument is already reported.
            self.subject = Some(Subject::Paths(paths));
        } else {
            errors.at(paths.span, "the path must be the first argument\nhelp: move it before the keys");
            self.subject = Some(Subject::Paths(paths));
        }
    }

    fn take_contract(&mut self, contract: TypePath, input: ParseStream<'_>, errors: &mut Diagnostics) {
        let found = render::code(&contract);
        if input.is_empty() || input.peek(Token![,]) {
            if is_constant(&contract) && !input.peek2(LitStr) {
                errors.on(
                    contract,
                    format!(
                        "expected the path as a string literal, found the constant `{found}`\n\
                         help: write the path itself, as in `\"/chat\"`; other code can read it from `<Chat as Contract>::PATH`"
                    ),
                );
                self.lose_subject();
            } else {
                self.subject = Some(Subject::Contract(contract));
            }
            return;
        }
        errors.on(contract, format!("expected the type of a contract, found the value `{found}…`\nhelp: write the type alone, as in `#[ws_route(ChatApi)]`"));
        self.lose_subject();
        skip::to_comma(input);
    }

    /// Records a first argument that could not be classified.
    fn lose_subject(&mut self) {
        self.subject = Some(Subject::Unreadable);
        self.is_complete = false;
    }

    fn unreadable(&mut self, input: ParseStream<'_>, errors: &mut Diagnostics) {
        self.is_complete = false;
        errors.at(input.span(), "expected a key, as in `body = Say`");
        // Any other token must be consumed here, or the loop would not end.
        if !input.peek(Token![,]) {
            let _: syn::Result<TokenTree> = input.parse();
        }
        skip::to_comma(input);
    }

    fn read_key(&mut self, key: &Ident, input: ParseStream<'_>, errors: &mut Diagnostics) {
        let keys = &mut self.keys;
        let name = key.unraw().to_string();
        if let Some(word) = vocabulary::key(&name).filter(|word| word.shape != Shape::Special) {
            keys.options.read(word, key, input, errors);
            self.given.push(key.clone());
            return;
        }
        match name.as_str() {
            "body" => keys.body.read(key, input, errors),
            "response" => keys.response.read(key, input, errors),
            "query" => keys.query.read(key, input, errors),
            "params" => keys.params.read(key, input, errors),
            "header" => keys.header.read(key, input, errors),
            "cookie" => keys.cookie.read(key, input, errors),
            "protocols" => keys.protocols.read(key, input, errors),
            "reserved_tag" => keys.reserved_tag.read_with(key, input, errors, member),
            "summary" => keys.summary.read(key, input, errors),
            "tags" => keys.tags.read(key, input, errors),
            "deprecated" => keys.deprecated.read_flag(key, input, errors),
            "require_protocol" => keys.require_protocol.read_flag(key, input, errors),
            "keep_request" => keys.keep_request.read_flag(key, input, errors),
            "origins" => keys.origins.read(key, input, errors),
            "crate" => keys.root.read_with(key, input, errors, Path::parse_mod_style),
            unknown => {
                self.is_complete = false;
                errors.at(key.span(), unknown_key(unknown, gives_a_type(input)));
                if self.subject.is_none() && input.peek2(LitStr) && is_for_a_path(unknown) {
                    let _: syn::Result<Token![=]> = input.parse();
                    let path = input.parse::<LitStr>().ok();
                    self.subject =
                        path.map(|path| Subject::Paths(Strings { span: path.span(), items: vec![path] }));
                } else if self.subject.is_none() && (unknown == "contract" || !input.peek(Token![=])) {
                    self.subject = Some(Subject::Unreadable);
                }
                skip::to_comma(input);
                return;
            }
        }
        self.given.push(key.clone());
    }
}

/// Returns true if a path is named like a constant. Short upper-case words may be types, such as `API`.
fn is_constant(path: &TypePath) -> bool {
    let Some(last) = path.path.segments.last().filter(|last| last.arguments.is_none()) else { return false };
    let name = last.ident.unraw().to_string();
    let is_upper =
        name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    is_upper && (name.contains('_') || name.len() > 3 && !name.ends_with("API"))
}

/// Returns true if the first argument is neither a string nor a word, but another literal, a macro, or a path without
/// quotes.
fn is_not_a_subject(input: ParseStream<'_>) -> bool {
    input.peek(Lit)
        || input.peek(Token![&])
        || input.peek(syn::Ident) && input.peek2(Token![+])
        || input.peek(syn::Ident) && input.peek2(Token![!])
        || input.peek(Token![/])
}

/// Returns true if the first argument is the path of a type. A known key, or a word before `=`, is not.
fn begins_with_a_contract(input: ParseStream<'_>) -> bool {
    if input.peek(Token![::]) || input.peek(Token![<]) || input.peek2(Token![::]) {
        return true;
    }
    let fork = input.fork();
    match fork.call(Ident::parse_any) {
        Ok(word) => {
            let ends = fork.is_empty() || fork.peek(Token![,]);
            let value = fork.peek(Paren) || fork.peek(Brace);
            let is_type = word.to_string().starts_with(|letter: char| letter.is_ascii_uppercase());
            let goes_on = fork.peek(Token![<]) || fork.peek(Token![.]) || (is_type && value);
            vocabulary::key(&word.to_string()).is_none() && (ends || goes_on)
        }
        // A `macro_rules` macro passes `$contract:path` in an invisible group.
        Err(_) => fork.parse::<TypePath>().is_ok(),
    }
}

/// Words that other libraries write before a path.
fn is_for_a_path(word: &str) -> bool {
    ["path", "route", "uri", "url", "endpoint", "pattern", "at", "prefix"].contains(&word)
}

/// Returns true if the key is followed by `= Say`.
fn gives_a_type(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    fork.parse::<Token![=]>().is_ok()
        && fork.parse::<TypePath>().is_ok_and(|path| is_named_like_a_type(&path))
}

/// Returns a type that was written without a key, such as `Say`, `chat::Say` or `Vec<u8>`; `None` if the next tokens
/// are not one.
fn bare_type(input: ParseStream<'_>) -> Option<TypePath> {
    let fork = input.fork();
    let path: TypePath = fork.parse().ok()?;
    let ends = fork.is_empty() || fork.peek(Token![,]);
    (ends && is_named_like_a_type(&path)).then_some(path)
}

fn type_without_a_key(ty: &TypePath) -> String {
    let found = render::code(ty);
    let help = match inside_json(ty) {
        Some(inner) => format!("write `body = {inner}`; messages are JSON by default"),
        None => format!(
            "write `body = {found}` for messages from clients, or `response = {found}` for messages from the server"
        ),
    };
    format!("expected a key, found the type `{found}`\nhelp: {help}")
}

/// Returns `Say` for `Json<Say>`, and `None` for other types.
fn inside_json(ty: &TypePath) -> Option<String> {
    let last = ty.path.segments.last().filter(|last| last.ident == "Json")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => Some(render::code(&arguments.args)),
        _ => None,
    }
}

fn is_named_like_a_type(path: &TypePath) -> bool {
    let name = path.path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.starts_with(|letter: char| letter.is_ascii_uppercase()) && !is_constant(path)
}

fn unknown_key(word: &str, gives_a_type: bool) -> String {
    let help = match (word, vocabulary::other_key(word)) {
        (word, _) if is_for_a_path(word) => "write the path as the first argument, without a key".to_owned(),
        ("contract", _) => {
            "write the contract as the first argument, without a key: `#[ws_route(ChatApi)]`".to_owned()
        }
        (_, Some(Answer::Key(name))) => format!("the key is called `{name}`"),
        (_, Some(Answer::Elsewhere(place))) => place.to_owned(),
        (word, None) => match vocabulary::nearest(word, KEYS.iter().map(|key| key.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if gives_a_type => {
                "the keys for types are `body`, `response`, `query`, `params`, `header` and `cookie`"
                    .to_owned()
            }
            None => "see the documentation of `ws_route` for all keys".to_owned(),
        },
    };
    format!("unknown key `{word}`\nhelp: {help}")
}

/// Parses a member name, which must differ from the other members of the library's frames.
fn member(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = input.parse()?;
    // The caller replaces this error by a message about the key.
    if ["", "on", "detail", "errors"].contains(&text.value().as_str()) {
        Err(syn::Error::new(text.span(), ""))
    } else {
        Ok(text)
    }
}
