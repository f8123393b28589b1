//! Checks signatures of handlers as far as their tokens permit. The compiler reports other mistakes better.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{FnArg, GenericParam, Pat, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type};

use super::{attributes, borrow::made_static_in, not_a_result};
use crate::{
    diagnostics::Diagnostics,
    lifetimes::Selection,
    model::Handler,
    render,
    syntax::Method,
    types::{argument, is_called, last, name, reference},
    vocabulary::{HandlerKind, HandlerWord, Returns, Second},
};

/// Types of the first argument of all handlers.
const FIRST: &[&str] = &["Socket", "Handshake", "RawRequest"];
const POINTERS: &[&str] = &["Arc", "Rc", "Box", "Mutex", "RwLock"];

/// An argument that a handler takes by value.
pub(super) struct ValueArgument {
    pub(super) pattern: Pat,
    pub(super) ty: Type,
}

/// Reads a handler. Each mistake in its signature is reported and omitted.
///
/// `body` is the type of the argument that the handler takes by value, if the attribute sets it.
pub(super) fn read(
    method: Method,
    word: &HandlerWord,
    expected: &str,
    body: Option<&Type>,
    errors: &mut Diagnostics,
) -> Handler {
    let name = method.signature.ident.clone();
    let reader = SignatureReader { name, word, expected, body, of_variant: false, data: None, errors };
    let (mut handler, mut values) = reader.read(method);
    handler.second = values.pop().map(|value| value.ty);
    handler
}

/// Reads the handler of a variant, which takes any number of arguments by value.
pub(super) fn of_variant(
    method: Method,
    word: &HandlerWord,
    expected: &str,
    errors: &mut Diagnostics,
) -> (Handler, Vec<ValueArgument>) {
    let name = method.signature.ident.clone();
    SignatureReader { name, word, expected, body: None, of_variant: true, data: None, errors }.read(method)
}

struct SignatureReader<'a> {
    name: Ident,
    word: &'a HandlerWord,
    expected: &'a str,
    body: Option<&'a Type>,
    of_variant: bool,
    /// The type of the connection's data, which is set while the return type is read; `None` for a `Result`.
    data: Option<Type>,
    errors: &'a mut Diagnostics,
}

impl SignatureReader<'_> {
    fn read(mut self, method: Method) -> (Handler, Vec<ValueArgument>) {
        self.qualifiers(&method.signature);
        self.receiver(&method.signature);
        let (first, values) = self.arguments(&method.signature);
        let output = self.output(&method.signature);
        let handler = Handler {
            data: self.data,
            kind: self.word.kind,
            name: method.signature.ident,
            is_async: method.signature.asyncness.is_some(),
            first,
            second: None,
            output,
            conditions: attributes::conditions(&method.attributes),
            allowed: attributes::allowed(&method.attributes),
            deprecated: attributes::is_deprecated(&method.attributes),
            docs: attributes::docs(&method.attributes),
        };
        (handler, values)
    }

    fn error(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.errors.on(tokens, message);
    }

    fn qualifiers(&mut self, signature: &Signature) {
        if let Some(token) = &signature.constness {
            self.error(token, format!("a handler cannot be `const`\nhelp: write `{}`", self.expected));
        }
        if let Safety::Unsafe(token) = &signature.safety {
            self.error(token, format!("a handler cannot be `unsafe`\nhelp: write `{}`", self.expected));
        }
        if let Some(abi) = &signature.abi {
            self.error(abi, format!("a handler cannot be `extern`\nhelp: write `{}`", self.expected));
        }
        for parameter in &signature.generics.params {
            if !matches!(parameter, GenericParam::Lifetime(_)) {
                self.error(
                    parameter,
                    format!("a handler cannot be generic\nhelp: write `{}`", self.expected),
                );
            }
        }
    }

    fn receiver(&mut self, signature: &Signature) {
        let Some(FnArg::Receiver(receiver)) = signature.inputs.first() else {
            let name = self.name.clone();
            self.error(
                &name,
                format!(
                    "the handler `{name}` must take `&self`\n\
                     help: write `{}`; move other functions to an impl block without the attribute",
                    self.expected
                ),
            );
            return;
        };
        match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => {}
            ReceiverKind::Typed(_, ty) if is_shared_self(ty) => {}
            ReceiverKind::Reference(..) => self.shared(receiver, "`&mut self`"),
            ReceiverKind::Value => self.shared(receiver, "`self`"),
            _ => self.shared(receiver, "a receiver of another type"),
        }
    }

    fn shared(&mut self, receiver: &Receiver, found: &str) {
        self.error(
            receiver,
            format!(
                "expected `&self`, found {found}\n\
                 help: all connections share the route: keep mutable state in a `Mutex` or an atomic"
            ),
        );
    }

    /// Reads the arguments: a reference to the connection, then the handler's second argument. Either may be omitted.
    fn arguments(&mut self, signature: &Signature) -> (Option<Type>, Vec<ValueArgument>) {
        let (mut first, mut values) = (None, Vec::new());
        for argument in signature.inputs.iter().filter_map(typed) {
            for attribute in &argument.attrs {
                if !attributes::conditions(std::slice::from_ref(attribute)).is_empty() {
                    self.error(attribute, "an argument of a handler cannot be conditional\nhelp: put `#[cfg(…)]` on the handler");
                }
            }
            let ty = &*argument.ty;
            if has_no_size(ty) {
                // The compiler reports this mistake at the handler.
                self.errors.by_the_compiler();
            }
            let value = || ValueArgument { pattern: (*argument.pat).clone(), ty: ty.clone() };
            if let Some(token) = impl_trait(ty) {
                self.error(
                    token,
                    format!(
                        "a handler cannot take an argument of type `impl …`\nhelp: write `{}`",
                        self.expected
                    ),
                );
            } else if reference(ty).is_some() {
                self.reference(value(), &mut first, &mut values);
            } else {
                self.value(value(), first.is_some(), &mut values);
            }
        }
        (first, values)
    }

    fn reference(&mut self, value: ValueArgument, first: &mut Option<Type>, values: &mut Vec<ValueArgument>) {
        let (name, expected) = (self.name.clone(), self.expected);
        let ty = &value.ty;
        if first.is_none() && !values.is_empty() && self.word.second == Second::Value {
            self.error(ty, format!("the connection must be the first argument\nhelp: write `{expected}`"));
        } else if first.is_none() && self.word.second == Second::Value && self.is_payload(ty) {
            self.by_value(ty);
        } else if first.is_none() {
            let changes = self.word.first.starts_with("&mut");
            if self.is_another(ty) || changes != is_mutable(ty) {
                self.expected(ty);
            }
            *first = Some(ty.clone());
        } else if values.is_empty() && self.word.second == Second::Reference {
            values.push(value);
        } else if self.word.second == Second::Value && (values.is_empty() || self.of_variant) {
            self.by_value(ty);
        } else {
            self.error(ty, format!("`{name}` takes no more arguments\nhelp: write `{expected}`"));
        }
    }

    /// Returns true for a reference to the first argument of another handler, or to a smart pointer to such a type.
    ///
    /// For these types the compiler would suggest the type in the trait, with a lifetime that the handler does not
    /// have.
    fn is_another(&self, ty: &Type) -> bool {
        let Some(ty) = reference(ty).map(|reference| &*reference.elem) else { return false };
        let of_others = || FIRST.iter().any(|name| is_called(ty, &[name]) && !self.word.first.contains(name));
        let of_all = || argument(ty).is_some_and(|inner| is_called(inner, FIRST));
        of_others() || is_called(ty, POINTERS) && of_all()
    }

    /// Returns true for a reference to the payload instead of the connection: to the type in the attribute, to a known
    /// type of the runtime or of the standard library, or to a slice, an array or a tuple.
    fn is_payload(&self, ty: &Type) -> bool {
        let Some(ty) = reference(ty).map(|reference| &*reference.elem) else { return false };
        let usual = last(ty).filter(|last| last.arguments.is_none()).zip(self.word.payload);
        matches!(ty, Type::Slice(_) | Type::Array(_) | Type::Tuple(_))
            || is_called(ty, &["str", "String", "Vec"])
            || usual.is_some_and(|(last, payload)| last.ident == payload)
            || self.body.is_some_and(|body| render::code(body) == render::code(ty))
    }

    fn by_value(&mut self, ty: &Type) {
        let (name, expected) = (&self.name, self.expected);
        let reference = if is_mutable(ty) { "&mut" } else { "&" };
        let message = format!(
            "`{name}` takes its argument by value, found a reference\nhelp: remove the `{reference}`: write `{expected}`"
        );
        self.error(ty, message);
    }

    /// Reports a first argument whose type is not the handler's.
    fn expected(&mut self, ty: &Type) {
        let (first, found, expected) = (self.word.first, render::code(ty), self.expected);
        self.error(ty, format!("expected `{first}`, found `{found}`\nhelp: write `{expected}`"));
    }

    fn value(&mut self, value: ValueArgument, after_first: bool, values: &mut Vec<ValueArgument>) {
        let (name, expected, reference) = (self.name.clone(), self.expected, self.word.first);
        let ty = &value.ty;
        if self.of_variant {
            if values.is_empty() && !after_first && is_called(ty, &["Socket"]) {
                self.expected(ty);
            } else {
                values.push(value);
            }
        } else if self.word.second != Second::Value {
            let message = if after_first && self.word.second == Second::Nothing {
                format!("`{name}` takes only `{reference}`\nhelp: write `{expected}`")
            } else {
                format!("`{name}` takes references only\nhelp: write `{expected}`")
            };
            self.error(ty, message);
        } else if let Some(earlier) = values.pop() {
            if after_first {
                self.error(ty, format!("`{name}` takes no more arguments\nhelp: write `{expected}`"));
            } else {
                self.expected(&earlier.ty);
            }
            values.push(value);
        } else {
            values.push(value);
        }
    }

    fn output(&mut self, signature: &Signature) -> Option<Type> {
        let (name, expected) = (self.name.clone(), self.expected);
        match &signature.output {
            ReturnType::Default => {
                let must = match self.word.returns {
                    Returns::Message => Some("the `Message` to decode"),
                    Returns::Protocol => Some("a subprotocol, or `None`"),
                    Returns::Converted | Returns::Nothing => None,
                };
                if let Some(must) = must {
                    self.error(&name, format!("`{name}` must return {must}\nhelp: write `{expected}`"));
                }
                None
            }
            ReturnType::Type(_, ty) => {
                let unit = matches!(&**ty, Type::Tuple(tuple) if tuple.elems.is_empty());
                if self.word.kind == HandlerKind::BeforeHandle
                    && let Some(token) = impl_trait(ty)
                {
                    self.error(token, "the data of a connection must have a named type, found `impl …`\nhelp: write the type, as in `Result<User, Reject>`");
                    return None;
                }
                if self.word.kind == HandlerKind::BeforeHandle
                    && let Some(data) = not_a_result::data(ty)
                {
                    let found = render::code(ty);
                    self.error(
                        ty,
                        format!(
                            "`{name}` must return `()` or a `Result`, found `{found}`\n\
                             help: return `Ok(data)` to accept the client or `Err` to reject it: write `{expected}`"
                        ),
                    );
                    self.data = Some(made_static_in(data, Selection::All));
                }
                if self.word.returns == Returns::Nothing && !unit {
                    self.error(ty, format!("`{name}` cannot return a value\nhelp: write `{expected}`"));
                }
                Some((**ty).clone())
            }
        }
    }
}

/// Returns true for `&Self`.
fn is_shared_self(ty: &Type) -> bool {
    reference(ty).is_some_and(|reference| {
        reference.mutability.is_none() && name(&reference.elem).is_some_and(|name| name == "Self")
    })
}

/// Returns true for a type that is unsized, as its first token shows.
fn has_no_size(ty: &Type) -> bool {
    matches!(ty, Type::Slice(_) | Type::TraitObject(_)) || name(ty).is_some_and(|name| name == "str")
}

fn typed(argument: &FnArg) -> Option<&syn::PatType> {
    match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    }
}

fn is_mutable(ty: &Type) -> bool {
    reference(ty).is_some_and(|reference| reference.mutability.is_some())
}

fn impl_trait(ty: &Type) -> Option<Ident> {
    if name(ty).is_some() { None } else { word_impl(&ty.to_token_stream()) }
}

fn word_impl(tokens: &TokenStream) -> Option<Ident> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "impl" => Some(word),
        TokenTree::Group(group) => word_impl(&group.stream()),
        _ => None,
    })
}
