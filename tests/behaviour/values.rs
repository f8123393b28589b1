//! Values in both directions: strings in requests, numbers at their limits, raw JSON and formats.

use std::{borrow::Cow, fmt, net::IpAddr};

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};
use serde_json::{Value, json, value::RawValue};
use url::Url;
use uuid::Uuid;
use ws_runtime::{Server, Socket, testing::Site, ws_route};

use crate::support::{answer, echo, whole};

/// A decimal number like those of money crates: exact if read from a string, rounded if read from a float.
#[derive(Clone, Debug, PartialEq)]
struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                Ok(Decimal(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
                Ok(Decimal(value.to_string()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Decimal, E> {
                Ok(Decimal(format!("about {value}")))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?$"})
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is shown by its `Debug` alone")]
enum Id {
    Number(u64),
    Text(String),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Version(String);

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "it is shown by its `Debug` alone")]
struct Texts {
    price: Option<Decimal>,
    id: Option<Id>,
    version: Option<Version>,
    single: Option<f32>,
    double: Option<f64>,
    whole: Option<i64>,
    uuid: Option<Uuid>,
    at: Option<Timestamp>,
    from: Option<IpAddr>,
    #[serde(default)]
    prices: Vec<Decimal>,
    #[serde(flatten)]
    more: More,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "it is shown by its `Debug` alone")]
struct More {
    rate: Option<Decimal>,
    big: Option<u64>,
}

struct Reading;

#[ws_route("/read/{price: Decimal}", query = Texts, header = Texts, cookie = Texts, response = String)]
impl Reading {
    fn open(&self, ws: &Socket<Self>) -> String {
        let texts = [ws.query(), ws.header(), ws.cookie()];
        format!("{:?} {texts:?}", ws.params().price).replace("Some", "").replace("None", "-")
    }
}

#[tokio::test(start_paused = true)]
async fn strings_in_requests_are_parsed_by_their_types() {
    let site = Site::start(Server::new().route(Reading));
    for (text, shown) in [
        ("price=12345678901234567.89", r#"price: (Decimal("12345678901234567.89"))"#),
        ("price=1.10", r#"price: (Decimal("1.10"))"#),
        ("price=7", r#"price: (Decimal("7"))"#),
        ("price=1e-5", r#"price: (Decimal("about 0.00001"))"#),
        ("prices=1.10", r#"prices: [Decimal("1.10")]"#),
        ("rate=0.10", r#"rate: (Decimal("0.10"))"#),
        ("big=9007199254740993.0", "big: (9007199254740993)"),
        ("big=18446744073709551615", "big: (18446744073709551615)"),
        ("id=1e3", r#"id: (Text("1e3"))"#),
        ("id=1000", "id: (Number(1000))"),
        ("id=1.0", r#"id: (Text("1.0"))"#),
        ("id=007", r#"id: (Text("007"))"#),
        ("id=18446744073709551616", r#"id: (Text("18446744073709551616"))"#),
        ("id=-1", r#"id: (Text("-1"))"#),
        ("version=1.10", r#"version: (Version("1.10"))"#),
        ("version=1e400", r#"version: (Version("1e400"))"#),
        ("single=3.4028235e38", "single: (3.4028235e38)"),
        ("single=7.038531e-26", "single: (7.038531e-26)"),
        ("double=-0.0", "double: (-0.0)"),
        ("double=0.30000000000000004", "double: (0.30000000000000004)"),
        ("whole=-9223372036854775808", "whole: (-9223372036854775808)"),
        ("whole=9007199254740993.0", "whole: (9007199254740993)"),
        ("whole=1e2", "whole: (100)"),
        ("from=::1", "from: (::1)"),
        ("at=2030-01-31T12:00:00Z", "at: (2030-01-31T12:00:00Z)"),
    ] {
        for connect in [
            site.connect::<Reading>(&format!("/read/1.10?{text}")),
            site.connect::<Reading>("/read/1.10").header("cookie", text),
            {
                let (name, value) = text.split_once('=').expect("each text is a pair");
                site.connect::<Reading>("/read/1.10").header(name, value)
            },
        ] {
            let heard = connect.await.expect(text).receive().await;
            assert!(heard.starts_with(r#"Decimal("1.10")"#) && heard.contains(shown), "{text}: {heard}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn values_rejected_by_their_types_are_named() {
    let site = Site::start(Server::new().route(Reading));
    for (text, path, keyword) in [
        ("uuid=SECRET", "/uuid", "format"),
        ("at=SECRET", "/at", "format"),
        ("from=SECRET", "/from", "format"),
        ("whole=-9223372036854775809", "/whole", "minimum"),
        ("whole=1.5", "/whole", "type"),
        ("single=3.4028236e38", "/single", "exclusiveMaximum"),
        ("double=1e400", "/double", "type"),
        ("double=SECRET", "/double", "type"),
    ] {
        let refused = site.connect::<Reading>(&format!("/read/7?{text}")).await.expect_err(text);
        let problem = refused.problem().expect("it has a body");
        assert_eq!(
            (&problem["errors"][0]["path"], &problem["errors"][0]["keyword"]),
            (&json!(path), &json!(keyword))
        );
        assert!(!problem.to_string().contains("SECRET"), "{problem}");
    }
}

struct ById;

#[ws_route("/by/{id: Uuid}/{version: Version}/{count: u64}", response = String)]
impl ById {
    fn open(&self, ws: &Socket<Self>) -> String {
        let params = ws.params();
        format!("{} {} {}", params.id, params.version.0, params.count)
    }
}

#[tokio::test(start_paused = true)]
async fn captures_are_parsed_by_their_types() {
    let site = Site::start(Server::new().route(ById));
    let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    let target = format!("/by/{id}/1.10/9007199254740993.0");
    let heard = site.connect::<ById>(&target).await.expect("all fit").receive().await;
    assert_eq!(heard, format!("{id} 1.10 9007199254740993"));
    let refused = site.connect::<ById>("/by/SECRET/1/1").await.expect_err("it is not a UUID");
    let problem = refused.problem().expect("it has a body");
    assert_eq!(problem["errors"], json!([{"path": "/id", "keyword": "format"}]));
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Numbers {
    single: f32,
    double: f64,
    signed: i64,
    unsigned: u64,
}

echo!(Counting, "/numbers", Numbers);

#[tokio::test(start_paused = true)]
async fn numbers_at_their_limits_are_received_and_sent() {
    let site = Site::start(Server::new().route(Counting));
    let mut client = site.connect::<Counting>("/numbers").await.expect("it connects");
    for (single, double, signed, unsigned) in [
        (f32::MAX, f64::MAX, i64::MAX, u64::MAX),
        (f32::MIN, f64::MIN, i64::MIN, u64::MIN),
        (-0.0, -0.0, 0, 0),
        (f32::MIN_POSITIVE, f64::MIN_POSITIVE, -1, 9_007_199_254_740_993),
        (f32::from_bits(1), f64::from_bits(1), 9_007_199_254_740_993, 1),
        (0.1, 0.1 + 0.2, -9_007_199_254_740_993, 1),
    ] {
        client.send(&Numbers { single, double, signed, unsigned }).await;
        let heard = client.receive().await;
        assert_eq!((heard.single.to_bits(), heard.double.to_bits()), (single.to_bits(), double.to_bits()));
        assert_eq!((heard.signed, heard.unsigned), (signed, unsigned));
    }
    let text = |single: &str, double: &str, signed: &str, unsigned: &str| {
        format!(r#"{{"single":{single},"double":{double},"signed":{signed},"unsigned":{unsigned}}}"#)
    };
    let exact = text("1.0", "1.0", "9007199254740993.0", "1.8446744073709551615e19");
    let heard = answer(&mut client, &exact).await;
    assert_eq!(heard, Ok(text("1.0", "1.0", "9007199254740993", "18446744073709551615")));
    for (sent, path) in [
        (text("1e39", "1", "1", "1"), "/single"),
        (text("1", "1e400", "1", "1"), "/double"),
        (text("1", "1", "-9223372036854775809", "1"), "/signed"),
        (text("1", "1", "9223372036854775808.0", "1"), "/signed"),
        (text("1", "1", "1", "18446744073709551616"), "/unsigned"),
        (text("1", "1", "1", "-1e0"), "/unsigned"),
        (text("1", "1", "1", "0.99999999999999999999"), "/unsigned"),
    ] {
        let [at, ..] = answer(&mut client, &sent).await.expect_err(&sent);
        assert_eq!(at, path, "{sent}");
    }
}

#[test]
fn server_with_128_bit_numbers_does_not_start() {
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Wide {
        wide: i128,
    }
    echo!(Wider, "/wide", Wide);
    let errors = Site::try_start(Server::new().route(Wider)).expect_err("it does not start");
    let reason = whole(&errors[0]);
    assert!(reason.contains("128-bit"), "{reason}");
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Envelope {
    id: u32,
    raw: Box<RawValue>,
    more: Vec<Option<Box<RawValue>>>,
}

echo!(Relay, "/relay", Envelope);
echo!(Wire, "/wire", Box<RawValue>);

#[tokio::test(start_paused = true)]
async fn raw_values_are_verbatim() {
    let site = Site::start(Server::new().route(Relay).route(Wire));
    let mut client = site.connect::<Relay>("/relay").await.expect("it connects");
    let mut alone = site.connect::<Wire>("/wire").await.expect("it connects");
    for raw in [
        r#"{"b":1,"a":2}"#,
        r#"{ "b" : [ 1.10 , 1e2 ] }"#,
        "12345678901234567890.123456789",
        "1e400",
        "-0.0",
        "1.0",
        r#""\u0061\/""#,
        "[1 ,\t2]",
        "null",
        r#"{"a":{"a":{"a":"é"}}}"#,
    ] {
        // A raw value does not include the whitespace around it.
        let text = format!(r#"{{"id":1,"raw":{raw},"more":[{raw},7]}}"#);
        assert_eq!(answer(&mut client, &text).await.as_deref(), Ok(&*text));
        let spaced = format!(r#"{{ "more" : [ {raw} , 7 ] , "raw" : {raw} , "id" : 1.0 }}"#);
        assert_eq!(answer(&mut client, &spaced).await.as_deref(), Ok(&*text));
        assert_eq!(answer(&mut alone, raw).await.as_deref(), Ok(raw));
    }
    for (raw, keyword) in [(r#"{"a":1,"a":1}"#, "json"), ("01", "json"), ("nul", "json")] {
        let text = format!(r#"{{"id":1,"raw":{raw},"more":[]}}"#);
        let [_, found, _] = answer(&mut client, &text).await.expect_err(raw);
        assert_eq!(found, keyword, "{raw}");
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Formats {
    link: Option<Url>,
    wait: Option<SignedDuration>,
    at: Option<Timestamp>,
    uuid: Option<Uuid>,
    from: Option<IpAddr>,
    /// A string that only the schema validates, not its type.
    #[schemars(url)]
    page: Option<String>,
    #[schemars(email)]
    mail: Option<String>,
    #[schemars(extend("format" = "hostname"))]
    host: Option<String>,
}

echo!(Formatted, "/formats", Formats);

#[tokio::test(start_paused = true)]
async fn formats_are_not_asserted_outbound() {
    let site = Site::start(Server::new().route(Formatted));
    let mut client = site.connect::<Formatted>("/formats").await.expect("it connects");
    let nothing = json!({
        "link": null, "wait": null, "at": null, "uuid": null, "from": null, "page": null, "mail": null, "host": null,
    });
    for (name, text) in [
        ("link", "https://images.example/a[1000x700].jpg"),
        ("link", "https://example.org/?q=a|b^c`"),
        ("link", "data:text/plain,x y"),
        ("link", "mailto:someone@example.org"),
        ("wait", "-PT1H30M"),
        ("wait", "PT0.000000001S"),
        ("at", "2030-01-31T12:00:00.123456789Z"),
        ("at", "-000001-01-01T00:00:00Z"),
        ("uuid", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("from", "::ffff:192.0.2.1"),
        ("page", "x:anything at all"),
        ("mail", "a@b.c"),
        ("host", "not a host name"),
    ] {
        let mut value = nothing.clone();
        value[name] = json!(text);
        let heard = answer(&mut client, &value.to_string()).await.expect(text);
        assert_eq!(serde_json::from_str::<Value>(&heard).expect("it is JSON"), value, "{text}");
    }
    // The type decides whether to accept other notations of a value.
    for (name, text, written) in [
        ("uuid", "67E5504410B1426F9247BB680E5FE0C8", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("link", " HTTPS://EXAMPLE.org", "https://example.org/"),
        ("wait", "1h 30m", "PT1H30M"),
        ("at", "2030-01-31T13:00:00+01[Europe/Berlin]", "2030-01-31T12:00:00Z"),
    ] {
        let heard = answer(&mut client, &json!({ name: text }).to_string()).await.expect(text);
        assert!(heard.contains(written), "{heard}");
    }
    for (name, text, message) in [
        ("link", "no-scheme", "must be a URL with its scheme, as in `https://example.org/`"),
        ("link", "https://", "must be a URL with its scheme, as in `https://example.org/`"),
        ("page", "no-scheme", "must be a URL with its scheme, as in `https://example.org/`"),
        ("mail", "nobody", "must be an email address"),
        ("wait", "SECRET", "must be a duration, as in `PT1H30M`"),
        ("at", "SECRET", "must be a date and time with an offset, as in `2030-01-31T12:00:00Z`"),
        ("uuid", "SECRET", "must be a UUID"),
        ("from", "1.2.3", "must be an IP address"),
    ] {
        let error = answer(&mut client, &json!({ name: text }).to_string()).await.expect_err(text);
        assert_eq!(error, [&format!("/{name}"), "format", message], "{text}");
    }
}
