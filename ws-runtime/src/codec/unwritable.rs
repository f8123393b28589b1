//! Explains why serde cannot write a value, for the mistakes that have a way out.
//!
//! The text of a serialization error may repeat the value, so it is not passed on. Some of the texts consist of names
//! and constants only, and are recognized here.

use std::borrow::Cow;

/// The contents that serde cannot tag, as it names them.
const CONTENTS: &[&str] = &[
    "a boolean",
    "an integer",
    "a float",
    "a char",
    "a string",
    "a byte array",
    "an optional",
    "a sequence",
    "a tuple",
    "a tuple struct",
];

/// Returns the reason and the way out, for a known mistake.
pub(super) fn unwritable(error: &serde_json::Error) -> Option<Cow<'static, str>> {
    let text = error.to_string();
    // While writing, only a raw value is expected.
    if text == "expected value" {
        return Some(
            "a `RawValue` is the content of a tagged variant, where serde cannot write it: name the content, as in \
             `content = \"data\"`"
                .into(),
        );
    }
    if text == "key must be a string" {
        return Some("the keys of a map are not strings, which JSON requires: use a list of pairs".into());
    }
    if text.starts_with("float key must be finite") {
        return Some("a key of a map is NaN or infinite, which JSON does not have".into());
    }
    if text.starts_with("can only flatten structs and maps") {
        return Some("a flattened field is neither a struct nor a map: remove its `flatten`".into());
    }
    let (names, content) =
        text.strip_prefix("cannot serialize tagged newtype variant ")?.split_once(" containing ")?;
    let (name, variant) = names.split_once("::")?;
    (CONTENTS.contains(&content) && is_identifier(name) && is_identifier(variant)).then(|| {
        format!(
            "serde cannot tag the variant `{variant}` of `{name}`, which holds {content}: use named fields, as in \
             `{variant} {{ text: String }}`, or name the content, as in `content = \"data\"`"
        )
        .into()
    })
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Serialize, Serializer, ser::Error};
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Say<T> {
        Held(T),
    }

    #[derive(Serialize)]
    struct Flat<T> {
        #[serde(flatten)]
        rest: T,
    }

    struct Failing(&'static str);

    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom(self.0))
        }
    }

    fn explained(value: &impl Serialize) -> Option<String> {
        unwritable(&serde_json::to_string(value).unwrap_err()).map(Cow::into_owned)
    }

    #[test]
    fn known_mistake_names_the_way_out() {
        let raw = RawValue::from_string("[1]".to_owned()).unwrap();
        for (explained, parts) in [
            (explained(&Say::Held("SECRET")), ["variant `Held` of `Say`", "a string", "content = \"data\""]),
            (explained(&Say::Held(7)), ["variant `Held` of `Say`", "an integer", "Held { text: String }"]),
            (explained(&[Say::Held(vec![true])]), ["`Held` of `Say`", "a sequence", "named fields"]),
            (explained(&Say::Held(Some(Flat { rest: () }))), ["`Held`", "an optional", "named fields"]),
            (explained(&Say::Held(raw)), ["`RawValue`", "of a tagged variant", "content = \"data\""]),
            (explained(&BTreeMap::from([((1, 2), 3)])), ["keys of a map", "not strings", "list of pairs"]),
            (explained(&Flat { rest: "SECRET" }), ["flattened", "neither a struct nor a map", "remove"]),
        ] {
            let explained = explained.unwrap();
            assert!(parts.iter().all(|part| explained.contains(part)), "{explained}");
            assert!(!explained.contains("SECRET"), "{explained}");
        }
    }

    #[test]
    fn other_text_of_serde_is_not_repeated() {
        for text in [
            "SECRET",
            "cannot serialize tagged newtype variant Say::Held containing SECRET",
            "cannot serialize tagged newtype variant Say::an other containing a string",
            "cannot serialize tagged newtype variant Say containing a string",
            "expected value SECRET",
            "key must be a string, not SECRET",
        ] {
            assert_eq!(explained(&Failing(text)), None, "{text}");
        }
        assert!(!explained(&Failing("float key must be finite, SECRET")).unwrap().contains("SECRET"));
    }
}
