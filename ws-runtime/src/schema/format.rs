//! The keyword `format`: the formats that are validated, and the names of all formats in messages.
//!
//! A format belongs to a type, which decides what it accepts: an `IpAddr`, a `Uuid` or a `Timestamp` accepts more or
//! less than the specification of its format. Therefore no format is validated outbound. Inbound, two are validated,
//! because a `String` field may have them and would accept any text: `#[schemars(email)]` and `#[schemars(url)]`.

use schemars::{
    Schema,
    transform::{Transform, transform_subschemas},
};
use serde_json::Value;

use super::Direction;

/// The keyword that lists the formats that are not validated. Validators ignore it.
pub(super) const FORMATS: &str = "x-formats";

/// Returns a schema in which the formats that are not validated are moved to the keyword [`FORMATS`].
pub(super) fn asserted(schema: &Value, direction: Direction) -> Value {
    let Value::Object(object) = schema else { return schema.clone() };
    let mut schema = Schema::from(object.clone());
    Unassert(direction).transform(&mut schema);
    schema.to_value()
}

struct Unassert(Direction);

impl Unassert {
    fn is_asserted(&self, format: &str) -> bool {
        self.0 == Direction::Inbound && matches!(format, "email" | "uri")
    }

    /// Returns the formats of a schema, or of its alternatives, that are not validated, and the keyword that contains
    /// them. `None` if there are none.
    fn formats(&self, schema: &Schema) -> Option<(&'static str, Vec<Value>)> {
        let free = |format: &Value| format.as_str().is_some_and(|format| !self.is_asserted(format));
        if let Some(format) = schema.get("format").filter(|format| free(format)) {
            return Some(("format", vec![format.clone()]));
        }
        let alternatives = schema.get("anyOf")?.as_array()?;
        let formats = alternatives.iter().map(|one| {
            let only = one.as_object().filter(|one| one.len() == 1)?;
            only.get("format").filter(|format| free(format)).cloned()
        });
        Some(("anyOf", formats.collect::<Option<_>>()?))
    }
}

impl Transform for Unassert {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some((keyword, formats)) = self.formats(schema) {
            schema.remove(keyword);
            schema.insert(FORMATS.to_owned(), Value::Array(formats));
        }
        transform_subschemas(self, schema);
    }
}

/// Returns true if a text is a URI as `url::Url` reads it: a scheme, a colon, and any text. Surrounding whitespace and
/// control characters are ignored, and so are line breaks and tabs inside (WHATWG URL, section 4.4).
pub(super) fn is_uri(text: &str) -> bool {
    let text = text.trim_matches(|char: char| char <= ' ');
    let mut scheme = text.chars().filter(|char| !matches!(char, '\t' | '\n' | '\r'));
    scheme.next().is_some_and(|first| first.is_ascii_alphabetic())
        && scheme.find(|char| !char.is_ascii_alphanumeric() && !matches!(char, '+' | '-' | '.')) == Some(':')
}

/// Returns the message for a text that is not in any of these formats.
pub(super) fn must_be<'a>(formats: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = formats.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    if names == ["ipv4", "ipv6"] {
        return "must be an IP address".to_owned();
    }
    let names: Vec<_> = names.into_iter().map(name).collect();
    format!("must be {}", names.join(" or "))
}

fn name(format: &str) -> String {
    let name = match format {
        "date" => "a date, as in `2030-01-31`",
        "date-time" => "a date and time with an offset, as in `2030-01-31T12:00:00Z`",
        "duration" => "a duration, as in `PT1H30M`",
        "email" => "an email address",
        "hostname" => "a host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "regex" => "a regular expression",
        "time" => "a time with an offset, as in `12:00:00Z`",
        "uri" => "a URL with its scheme, as in `https://example.org/`",
        "uuid" => "a UUID",
        other => return format!("a valid {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn uri_needs_only_a_scheme_and_a_colon() {
        for text in [
            "https://images.example/a[1000x700].jpg",
            "https://example.org/a b|c",
            "http://münchen.example/",
            "mailto:someone@example.org",
            "data:,x",
            "urn:uuid:1",
            " https://example.org ",
            "ht\ntps://example.org",
            "a+b-c.1:",
            "x:",
        ] {
            assert!(is_uri(text), "{text}");
        }
        for text in
            ["", ":", "1a:b", "example.org/path", "//example.org", "ht tps://x", "é:x", "+a:b", "nothing"]
        {
            assert!(!is_uri(text), "{text}");
        }
    }

    #[test]
    fn only_inbound_email_and_uri_formats_are_validated() {
        let schema = json!({
            "properties": {
                "mail": {"type": "string", "format": "email"},
                "link": {"type": ["string", "null"], "format": "uri"},
                "id": {"type": "string", "format": "uuid"},
                "ip": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
                "either": {"anyOf": [{"type": "string", "format": "date"}, {"format": "uri"}]},
                "format": {"const": {"format": "uuid"}},
            },
            "$defs": {"When": {"type": "string", "format": "date-time"}},
        });
        let inbound = asserted(&schema, Direction::Inbound);
        assert_eq!(inbound["properties"]["mail"], schema["properties"]["mail"]);
        assert_eq!(inbound["properties"]["link"], schema["properties"]["link"]);
        assert_eq!(inbound["properties"]["id"], json!({"type": "string", "x-formats": ["uuid"]}));
        assert_eq!(inbound["properties"]["ip"], json!({"type": "string", "x-formats": ["ipv4", "ipv6"]}));
        let either = json!({"anyOf": [{"type": "string", "x-formats": ["date"]}, {"format": "uri"}]});
        assert_eq!(inbound["properties"]["either"], either);
        assert_eq!(inbound["properties"]["format"], schema["properties"]["format"]);
        assert_eq!(inbound["$defs"]["When"], json!({"type": "string", "x-formats": ["date-time"]}));
        let outbound = asserted(&schema, Direction::Outbound);
        assert!(!outbound.to_string().contains("\"format\":\"email\""), "{outbound}");
        assert!(!outbound.to_string().contains("\"format\":\"uri\""), "{outbound}");
    }

    #[test]
    fn format_messages_name_the_format_in_words() {
        for (formats, words) in [
            (&["ipv6", "ipv4", "ipv4"][..], "must be an IP address"),
            (&["uuid"], "must be a UUID"),
            (&["ipv4"], "must be an IPv4 address"),
            (&["date", "email"], "must be a date, as in `2030-01-31` or an email address"),
            (&["json-pointer"], "must be a valid json-pointer"),
        ] {
            assert_eq!(must_be(formats.iter().copied()), words);
        }
    }
}
