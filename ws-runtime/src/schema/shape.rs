//! A schema that can be checked while the text is read.
//!
//! Most types' schemas ask for nothing that needs the whole value: which JSON type, which keys, how long, how large, which
//! tag. Of such a schema a small tree is made, along which a deserializer checks each token as it passes; no value is
//! built. A schema with anything else in it (patterns, formats, unique items, untagged objects) has no shape, and a text
//! that the shape does not take is not invalid: it is read again by the long way, which alone decides.

/// A schema as a tree; recursion is by index.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    root: Id,
}

/// A place in a shape.
pub(crate) type Id = usize;

/// The place where anything may stand.
pub(super) const ANY: Id = 0;

#[derive(Debug)]
pub(super) enum Node {
    /// What may stand here, by JSON type.
    Parts(Parts),
    /// The same as another node, and `null` too.
    OrNull(Id),
    /// The same as another node.
    Same(Id),
}

#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) null: bool,
    pub(super) boolean: bool,
    pub(super) number: Option<Numbers>,
    pub(super) string: Option<Strings>,
    pub(super) array: Option<Array>,
    pub(super) object: Option<Object>,
}

#[derive(Debug)]
pub(super) enum Numbers {
    Integer {
        low: i128,
        high: i128,
    },
    Real {
        low: f64,
        high: f64,
    },
    /// What an `f32` holds, without limits of its own.
    Single,
}

#[derive(Debug)]
pub(super) struct Strings {
    /// Lengths in characters.
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) one_of: Option<Vec<Box<str>>>,
}

/// What an array may hold.
#[derive(Debug)]
pub(crate) struct Array {
    pub(super) prefix: Vec<Id>,
    pub(super) items: Id,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// What an object may hold.
#[derive(Debug)]
pub(crate) enum Object {
    Plain(Plain),
    /// The property `tag` names the branch; it is known only when the tag comes first.
    Tagged {
        tag: Box<str>,
        branches: Vec<(Box<str>, Id)>,
    },
    /// One property, whose key names the branch.
    Keyed(Vec<(Box<str>, Id)>),
}

/// An object's properties.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(super) properties: Vec<(Box<str>, Id)>,
    /// Which of the properties must be there, as bits.
    pub(crate) required: u64,
    /// What other properties may hold; `None` if there may be none.
    pub(crate) rest: Option<Id>,
}

impl Array {
    /// What may stand at an index.
    pub(crate) fn item(&self, index: usize) -> Id {
        self.prefix.get(index).copied().unwrap_or(self.items)
    }
}

impl Plain {
    /// What a key's value may be, and the key's bit, if it is declared.
    pub(crate) fn property(&self, key: &str) -> Option<(Id, u64)> {
        let index = self.properties.iter().position(|(name, _)| **name == *key)?;
        Some((self.properties[index].1, 1 << index))
    }
}

impl Object {
    /// The branch of this name.
    pub(crate) fn branch(branches: &[(Box<str>, Id)], name: &str) -> Option<Id> {
        branches.iter().find(|(known, _)| **known == *name).map(|(_, id)| *id)
    }
}

/// A number as `serde_json` reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// One place of a shape, to be asked about tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'p> {
    shape: &'p Shape,
    parts: &'p Parts,
    null: bool,
}

impl<'p> Spot<'p> {
    pub(crate) fn at(self, id: Id) -> Self {
        self.shape.spot(id)
    }

    pub(crate) fn null(self) -> bool {
        self.null
    }

    pub(crate) fn boolean(self) -> bool {
        self.parts.boolean
    }

    /// Whether the number may stand here. An integer that is written as a float is left to the long way: what it is
    /// exactly only its text says.
    #[expect(
        clippy::cast_precision_loss,
        reason = "limits that a double does not hold exactly have no shape"
    )]
    pub(crate) fn number(self, token: Token) -> bool {
        match (self.parts.number.as_ref(), token) {
            (Some(Numbers::Integer { low, high }), Token::Unsigned(value)) => {
                (*low..=*high).contains(&value.into())
            }
            (Some(Numbers::Integer { low, high }), Token::Signed(value)) => {
                (*low..=*high).contains(&value.into())
            }
            (Some(Numbers::Real { low, high }), Token::Unsigned(value)) => {
                (*low..=*high).contains(&(value as f64))
            }
            (Some(Numbers::Real { low, high }), Token::Signed(value)) => {
                (*low..=*high).contains(&(value as f64))
            }
            (Some(Numbers::Real { low, high }), Token::Float(value)) => (*low..=*high).contains(&value),
            // What is rounded to `f32::MAX` may be beyond the schema's limit: the long way knows.
            (Some(Numbers::Single), Token::Float(value)) => value.abs() < f32::MAX.into(),
            (Some(Numbers::Single), Token::Unsigned(_) | Token::Signed(_)) => true,
            (Some(Numbers::Integer { .. }), Token::Float(_)) | (None, _) => false,
        }
    }

    /// Whether nothing but an `f32` may stand here, so that a number is to be rounded to one at once.
    pub(crate) fn is_single(self) -> bool {
        let Parts { null: _, boolean, number, string, array, object } = self.parts;
        matches!(number, Some(Numbers::Single))
            && !(self.null || *boolean || string.is_some() || array.is_some() || object.is_some())
    }

    pub(crate) fn string(self, text: &str) -> bool {
        let Some(Strings { min, max, one_of }) = &self.parts.string else { return false };
        if let Some(names) = one_of {
            return names.iter().any(|name| **name == *text);
        }
        // A character takes one to four bytes, so most lengths are settled without counting.
        (*min == 0 && text.len() <= *max) || (*min..=*max).contains(&text.chars().count())
    }

    pub(crate) fn array(self) -> Option<&'p Array> {
        self.parts.array.as_ref()
    }

    pub(crate) fn object(self) -> Option<&'p Object> {
        self.parts.object.as_ref()
    }
}

impl Shape {
    /// A shape of its nodes; the first is that of anything.
    pub(super) fn new(nodes: Vec<Node>, root: Id) -> Option<Self> {
        let shape = Self { nodes, root };
        // A reference that comes back to itself says nothing.
        (0..shape.nodes.len()).all(|id| shape.follow(id).is_some()).then_some(shape)
    }

    pub(crate) fn root(&self) -> Spot<'_> {
        self.spot(self.root)
    }

    fn spot(&self, id: Id) -> Spot<'_> {
        let (parts, null) = self.follow(id).unwrap_or((&Parts::NOTHING, false));
        Spot { shape: self, parts, null: null || parts.null }
    }

    fn follow(&self, mut id: Id) -> Option<(&Parts, bool)> {
        let mut null = false;
        for _ in 0..=self.nodes.len() {
            match &self.nodes[id] {
                Node::Parts(parts) => return Some((parts, null)),
                Node::OrNull(same) => (id, null) = (*same, true),
                Node::Same(same) => id = *same,
            }
        }
        None
    }
}

impl Parts {
    const NOTHING: Self =
        Self { null: false, boolean: false, number: None, string: None, array: None, object: None };

    pub(super) fn any() -> Self {
        Self {
            null: true,
            boolean: true,
            number: Some(Numbers::Real { low: f64::MIN, high: f64::MAX }),
            string: Some(Strings { min: 0, max: usize::MAX, one_of: None }),
            array: Some(Array { prefix: Vec::new(), items: ANY, min: 0, max: usize::MAX }),
            object: Some(Object::Plain(Plain { properties: Vec::new(), required: 0, rest: Some(ANY) })),
        }
    }

    /// Both, where no JSON type is in both.
    pub(super) fn or(self, other: Self) -> Option<Self> {
        let overlap = (self.null && other.null)
            || (self.boolean && other.boolean)
            || (self.number.is_some() && other.number.is_some())
            || (self.string.is_some() && other.string.is_some())
            || (self.array.is_some() && other.array.is_some())
            || (self.object.is_some() && other.object.is_some());
        (!overlap).then_some(())?;
        Some(Self {
            null: self.null || other.null,
            boolean: self.boolean || other.boolean,
            number: self.number.or(other.number),
            string: self.string.or(other.string),
            array: self.array.or(other.array),
            object: self.object.or(other.object),
        })
    }
}
