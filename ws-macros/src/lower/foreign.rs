//! Types that cannot be a route by their tokens alone: they are unsized, or belong to other crates.
//!
//! The compiler rejects them too, once for the block and again for each handler in it.

use syn::{Generics, Type};

use super::mentions::names;
use crate::{
    kind::{PRIMITIVES, argument, is_called, name},
    render,
};

/// Types that wrap a value of another type.
const WRAPPERS: &[&str] = &["Arc", "Rc", "Box", "Pin", "Cow"];

/// Other types of the standard library, besides sized primitive types.
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

/// Returns what to write instead of implementing handlers for this type; `None` if it may be the user's own type.
pub(super) fn way_in(kind: &Type, generics: &Generics) -> Option<String> {
    match name(kind).filter(|name| generics.type_params().any(|parameter| parameter.ident == **name)) {
        Some(name) => Some(format!(
            "wrap it in a struct: `struct Chat<{name}>({name});` and `impl<{name}> Chat<{name}>`"
        )),
        None => way(kind),
    }
}

fn way(kind: &Type) -> Option<String> {
    match kind {
        Type::Group(group) => way(&group.elem),
        Type::Paren(paren) => way(&paren.elem),
        Type::TraitObject(object) => {
            let mut bounds = render::code(&object.bounds);
            if !bounds.contains("Send") {
                bounds.push_str(" + Send + Sync");
            }
            Some(within(kind, &format!("Box<dyn {bounds}>")))
        }
        Type::Reference(reference) => Some(shared(&reference.elem)),
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) | Type::Never(_) | Type::FnPtr(_) => {
            Some(wrapped(kind))
        }
        Type::Path(_) if is_called(kind, WRAPPERS) => {
            Some(argument(kind).map_or_else(|| wrapped(kind), shared))
        }
        Type::Path(_) if is_called(kind, PRIMITIVES) || is_called(kind, OTHERS) => Some(wrapped(kind)),
        _ => None,
    }
}

fn shared(kind: &Type) -> String {
    way(kind).unwrap_or_else(|| {
        format!("write `impl {}`: all connections share one value anyway", render::code(kind))
    })
}

fn wrapped(kind: &Type) -> String {
    within(kind, &render::code(kind))
}

/// Returns a wrapper struct, with a name that the type does not use.
fn within(kind: &Type, content: &str) -> String {
    let free = ["Chat", "Room", "Lobby"].into_iter().find(|name| !names(kind, name)).unwrap_or("Wrapper");
    format!("wrap it in a struct: `struct {free}({content});` and `impl {free}`")
}
