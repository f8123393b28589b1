//! Schemas that can be validated while the text is parsed.
//!
//! Most schemas of types consist of JSON types, keys, lengths, ranges and tags. Such a schema becomes a small tree,
//! along which a deserializer checks each token without building a value. A schema with other keywords (patterns,
//! formats, unique items, untagged objects) has no shape. A text that the shape rejects is not necessarily invalid: it
//! is read again on the slow path, which alone decides.

/// A schema as a tree. Nodes refer to each other by index, so it can be recursive.
#[derive(Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
    root: Id,
}

/// The index of a node in a shape.
pub(crate) type Id = usize;

/// The node that accepts any value.
pub(super) const ANY: Id = 0;

#[derive(Debug)]
pub(super) enum Node {
    /// The permitted values, by JSON type.
    Types(TypeShapes),
    /// The same values as another node, and `null`.
    OrNull(Id),
    /// The same values as another node.
    Same(Id),
}

#[derive(Debug, Default)]
pub(super) struct TypeShapes {
    pub(super) null: bool,
    pub(super) boolean: bool,
    pub(super) number: Option<Numbers>,
    pub(super) string: Option<Strings>,
    pub(super) array: Option<Array>,
    pub(super) object: Option<ObjectShape>,
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
    /// The range of an `f32`, without additional limits.
    Single,
}

#[derive(Debug)]
pub(super) struct Strings {
    /// The minimum length, in characters; `max` is the maximum.
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) one_of: Option<Vec<Box<str>>>,
}

/// The permitted contents of an array.
#[derive(Debug)]
pub(crate) struct Array {
    pub(super) prefix: Vec<Id>,
    pub(super) items: Id,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// The permitted contents of an object.
#[derive(Debug)]
pub(crate) enum ObjectShape {
    Properties(Properties),
    /// The property `tag` selects the branch. The branch is known only if the tag comes first.
    Tagged {
        tag: Box<str>,
        branches: Vec<(Box<str>, Id)>,
    },
    /// The key of the only property selects the branch.
    Keyed(Vec<(Box<str>, Id)>),
}

/// The properties of an object.
#[derive(Debug)]
pub(crate) struct Properties {
    pub(super) declared: Vec<(Box<str>, Id)>,
    /// The required properties, one bit each.
    pub(crate) required: u64,
    /// The shape of undeclared properties; `None` if they are not permitted.
    pub(crate) rest: Option<Id>,
}

impl Array {
    /// Returns the shape of the item at an index.
    pub(crate) fn item(&self, index: usize) -> Id {
        self.prefix.get(index).copied().unwrap_or(self.items)
    }
}

impl Properties {
    /// Returns the shape of a key's value and the bit of the key; `None` if the key is not declared.
    pub(crate) fn property(&self, key: &str) -> Option<(Id, u64)> {
        let index = self.declared.iter().position(|(name, _)| **name == *key)?;
        Some((self.declared[index].1, 1 << index))
    }
}

impl ObjectShape {
    /// Returns the branch with this name, or `None`.
    pub(crate) fn branch(branches: &[(Box<str>, Id)], name: &str) -> Option<Id> {
        branches.iter().find(|(known, _)| **known == *name).map(|(_, id)| *id)
    }
}

/// A number as parsed by `serde_json`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// A position in a shape, at which tokens are checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'p> {
    shape: &'p Shape,
    parts: &'p TypeShapes,
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

    /// Returns true if the number is permitted at this position. An integer written as a float takes the slow path,
    /// because only its text has the exact value.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a schema with limits that a double cannot represent has no shape"
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
            // A number that rounds to `f32::MAX` may exceed the limit of the schema, so the slow path decides.
            (Some(Numbers::Single), Token::Float(value)) => value.abs() < f32::MAX.into(),
            (Some(Numbers::Single), Token::Unsigned(_) | Token::Signed(_)) => true,
            (Some(Numbers::Integer { .. }), Token::Float(_)) | (None, _) => false,
        }
    }

    /// Returns true if only an `f32` is permitted at this position. A number is then rounded to it at once.
    pub(crate) fn is_single(self) -> bool {
        let TypeShapes { null: _, boolean, number, string, array, object } = self.parts;
        matches!(number, Some(Numbers::Single))
            && !(self.null || *boolean || string.is_some() || array.is_some() || object.is_some())
    }

    pub(crate) fn string(self, text: &str) -> bool {
        let Some(Strings { min, max, one_of }) = &self.parts.string else { return false };
        if let Some(names) = one_of {
            return names.iter().any(|name| **name == *text);
        }
        // A character takes one to four bytes, so most lengths are decided without counting.
        (*min == 0 && text.len() <= *max) || (*min..=*max).contains(&text.chars().count())
    }

    pub(crate) fn array(self) -> Option<&'p Array> {
        self.parts.array.as_ref()
    }

    pub(crate) fn object(self) -> Option<&'p ObjectShape> {
        self.parts.object.as_ref()
    }
}

impl Shape {
    /// Creates a shape from its nodes, of which the first accepts any value. `None` if a reference leads back to
    /// itself.
    pub(super) fn new(nodes: Vec<Node>, root: Id) -> Option<Self> {
        let shape = Self { nodes, root };
        // A reference that leads back to itself does not define any values.
        (0..shape.nodes.len()).all(|id| shape.follow(id).is_some()).then_some(shape)
    }

    pub(crate) fn root(&self) -> Spot<'_> {
        self.spot(self.root)
    }

    fn spot(&self, id: Id) -> Spot<'_> {
        let (parts, null) = self.follow(id).unwrap_or((&TypeShapes::NOTHING, false));
        Spot { shape: self, parts, null: null || parts.null }
    }

    fn follow(&self, mut id: Id) -> Option<(&TypeShapes, bool)> {
        let mut null = false;
        for _ in 0..=self.nodes.len() {
            match &self.nodes[id] {
                Node::Types(parts) => return Some((parts, null)),
                Node::OrNull(same) => (id, null) = (*same, true),
                Node::Same(same) => id = *same,
            }
        }
        None
    }
}

impl TypeShapes {
    const NOTHING: Self =
        Self { null: false, boolean: false, number: None, string: None, array: None, object: None };

    pub(super) fn any() -> Self {
        Self {
            null: true,
            boolean: true,
            number: Some(Numbers::Real { low: f64::MIN, high: f64::MAX }),
            string: Some(Strings { min: 0, max: usize::MAX, one_of: None }),
            array: Some(Array { prefix: Vec::new(), items: ANY, min: 0, max: usize::MAX }),
            object: Some(ObjectShape::Properties(Properties {
                declared: Vec::new(),
                required: 0,
                rest: Some(ANY),
            })),
        }
    }

    /// Returns a shape that accepts the values of both; `None` if both accept the same JSON type.
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
