//! Types that cannot be a route, as their tokens show: they are unsized, or belong to other crates.
//!
//! The compiler rejects these types too, but it reports them for the block and again for each handler.

use syn::{Generics, Type};

use super::mentions::names;
use crate::{
    render,
    types::{PRIMITIVES, argument, is_called, name},
};

/// Types that wrap a value of another type.
const WRAPPERS: &[&str] = &["Arc", "Rc", "Box", "Pin", "Cow"];

/// Types of the standard library that are not in the other lists.
const OTHERS: &[&str] = &[
    "String",
    "Vec",
    "VecDeque",
    "Option",
    "Result",
    "HashMap",
    "BTreeMap",
    "HashSet",
    "BTreeSet",
    "Cell",
    "Mutex",
    "RwLock",
    "OnceLock",
    "RefCell",
    "PhantomData",
    "str",
];

/// Returns the help text for a type that cannot be a route; `None` if it may be the user's type.
pub(super) fn remedy(ty: &Type, generics: &Generics) -> Option<String> {
    match name(ty).filter(|name| generics.type_params().any(|parameter| parameter.ident == **name)) {
        Some(name) => Some(format!(
            "wrap it in a struct: `struct Chat<{name}>({name});` and `impl<{name}> Chat<{name}>`"
        )),
        None => remedy_for(ty),
    }
}

fn remedy_for(ty: &Type) -> Option<String> {
    match ty {
        Type::Group(group) => remedy_for(&group.elem),
        Type::Paren(paren) => remedy_for(&paren.elem),
        Type::TraitObject(object) => {
            let mut bounds = render::code(&object.bounds);
            if !bounds.contains("Send") {
                bounds.push_str(" + Send + Sync");
            }
            Some(within(ty, &format!("Box<dyn {bounds}>")))
        }
        Type::Reference(reference) => Some(shared(&reference.elem)),
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) | Type::Never(_) | Type::FnPtr(_) => {
            Some(wrapped(ty))
        }
        Type::Path(_) if is_called(ty, WRAPPERS) => Some(argument(ty).map_or_else(|| wrapped(ty), shared)),
        Type::Path(_) if is_called(ty, PRIMITIVES) || is_called(ty, OTHERS) => Some(wrapped(ty)),
        _ => None,
    }
}

fn shared(ty: &Type) -> String {
    remedy_for(ty).unwrap_or_else(|| {
        format!("write `impl {}`: all connections share one value anyway", render::code(ty))
    })
}

fn wrapped(ty: &Type) -> String {
    within(ty, &render::code(ty))
}

/// Returns a wrapper struct, with a name that the type does not use.
fn within(ty: &Type, content: &str) -> String {
    let free = ["Chat", "Room", "Lobby"].into_iter().find(|name| !names(ty, name)).unwrap_or("Wrapper");
    format!("wrap it in a struct: `struct {free}({content});` and `impl {free}`")
}
