//! Types that cannot be a route, as far as their tokens say: they have no size, or belong to other crates.
//!
//! The compiler refuses them too, once for the block and again for each handler in it.

use syn::{GenericArgument, PathArguments, Type};

use crate::{
    kind::{is_called, last},
    shown,
};

/// What holds a value of another type.
const WRAPPERS: &[&str] = &["Arc", "Rc", "Box", "Mutex", "RwLock", "Pin", "Cow"];

/// Other types of the standard library.
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
    "RefCell",
    "PhantomData",
    "str",
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
];

/// What to do instead of giving such a type handlers; `None` if it may well be the user's own.
pub(super) fn way(kind: &Type) -> Option<String> {
    match kind {
        Type::Group(group) => way(&group.elem),
        Type::Paren(paren) => way(&paren.elem),
        Type::TraitObject(object) => {
            let mut bounds = shown::code(&object.bounds);
            if !bounds.contains("Send") {
                bounds.push_str(" + Send + Sync");
            }
            Some(format!("put it into a struct: `struct Chat(Box<dyn {bounds}>);` and `impl Chat`"))
        }
        Type::Reference(reference) => Some(shared(&reference.elem)),
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) | Type::Never(_) => {
            Some(wrapped(kind))
        }
        Type::Path(_) if is_called(kind, WRAPPERS) => {
            Some(argument(kind).map_or_else(|| wrapped(kind), shared))
        }
        Type::Path(_) if is_called(kind, OTHERS) => Some(wrapped(kind)),
        _ => None,
    }
}

/// `Chat`, of `Arc<Chat>`.
fn argument(kind: &Type) -> Option<&Type> {
    match &last(kind)?.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(kind) => Some(kind),
                _ => None,
            })
        }
        _ => None,
    }
}

fn shared(kind: &Type) -> String {
    way(kind).unwrap_or_else(|| {
        format!(
            "write `impl {}`: the server keeps one value and shares it with every connection",
            shown::code(kind)
        )
    })
}

fn wrapped(kind: &Type) -> String {
    format!("put it into a struct: `struct Chat({});` and `impl Chat`", shown::code(kind))
}
