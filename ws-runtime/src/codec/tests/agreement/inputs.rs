//! Inputs that are decoded as each type, and variations of them.

use serde_json::{Value, json};

/// Inputs that are decoded as each type.
pub(super) const INPUTS: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-0.0",
    "1",
    "1.0",
    "1e2",
    "-1",
    "1.5",
    "255",
    "256",
    "65535",
    "65536",
    "-129",
    "4294967295",
    "4294967296",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "1e39",
    "3.5e38",
    "1e300",
    "\"\"",
    "\"x\"",
    "\"é\"",
    "\"xy\"",
    "\"low\"",
    "\"unit\"",
    "\"Nothing\"",
    "[]",
    "{}",
    "[1]",
    "[1,\"x\"]",
    "[1,\"x\",2]",
    "[1,1]",
    "[\"low\",\"high\"]",
    "[1,2,3]",
    "[1.0]",
    r#"{"n":1,"text":"x"}"#,
    r#"{"n":1.0,"text":"x"}"#,
    r#"{"n":4294967296,"text":"x"}"#,
    r#"{"n":-0,"text":"x"}"#,
    r#"{"text":"x","n":1,"more":{"a":[1]}}"#,
    r#"{"n":1}"#,
    r#"{"n":"1","text":"x"}"#,
    r#"{"n":null,"text":"x"}"#,
    r#"{"n":1,"inner":{"n":2,"inner":null}}"#,
    r#"{"n":1,"inner":[2,null]}"#,
    r#"{"n":1,"inner":{"n":2,"x":3}}"#,
    r#"{"a":1,"b":2,"c":{"n":1,"text":"x"},"d":"low"}"#,
    r#"{"a":null,"c":null,"d":null}"#,
    r#"{"b":null}"#,
    r#"{"id":1,"n":1,"text":"x"}"#,
    r#"{"id":1}"#,
    r#"{"id":1,"n":"bad","text":"x"}"#,
    r#"{"id":1,"a":2,"b":3}"#,
    r#"{"id":1,"type":"who"}"#,
    r#"{"type":"who","id":1}"#,
    r#"{"id":1,"type":"text","text":"x"}"#,
    r#"{"id":1,"type":"nope"}"#,
    r#"{"type":"text","text":"x"}"#,
    r#"{"text":"x","type":"text"}"#,
    r#"{"type":"text","text":"x","at":1.0}"#,
    r#"{"type":"text","text":"x","at":null}"#,
    r#"{"type":"text"}"#,
    r#"{"type":"nope"}"#,
    r#"{"type":1}"#,
    r#"{"type":"plain","n":1,"text":"x"}"#,
    r#"{"type":"plain","n":1.0,"text":"x"}"#,
    r#"{"n":1,"type":"plain","text":"x"}"#,
    r#"{"type":"nested","inner":{"n":1,"text":"x"},"level":"low"}"#,
    r#"{"type":"nested","inner":[1,"x"],"level":"low"}"#,
    r#"{"type":"nested","inner":{"n":2.0,"text":"x"},"level":"high","shape":{"new":1}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":"unit"}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":{"unit":null}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":"high","shape":{"struct":[1,2]}}"#,
    r#"{"type":"nested","inner":{"n":2,"text":"x"},"level":{"low":null}}"#,
    r#"{"type":"who"}"#,
    r#"{"type":"who","x":1}"#,
    r#"["text","x"]"#,
    r#"["who"]"#,
    r#"["who",{}]"#,
    r#"{"type":"Text","text":"x"}"#,
    r#"{"type":"Who"}"#,
    r#"{"type":"Who","x":1}"#,
    r#"{"t":"Text","c":{"text":"x"}}"#,
    r#"{"c":{"text":"x"},"t":"Text"}"#,
    r#"{"t":"Text","c":["x"]}"#,
    r#"["Text",{"text":"x"}]"#,
    r#"{"t":"Number","c":1}"#,
    r#"{"t":"Number","c":1.0}"#,
    r#"{"t":"Number","c":1,"x":2}"#,
    r#"{"t":"Pair","c":[1,"x"]}"#,
    r#"{"t":"Pair","c":[1]}"#,
    r#"{"t":"Number"}"#,
    r#"{"unit":null}"#,
    r#"{"new":1}"#,
    r#"{"new":1.0}"#,
    r#"{"new":1,"x":2}"#,
    r#"{"tuple":[1,true]}"#,
    r#"{"tuple":[1]}"#,
    r#"{"tuple":[1,true,2]}"#,
    r#"{"struct":{"x":1,"y":2.5}}"#,
    r#"{"struct":[1,2]}"#,
    r#"{"struct":{"x":1e39,"y":1}}"#,
    r#"{"struct":{"x":1,"y":2,"z":3}}"#,
    r#"{"1":{"n":1,"text":"x"}}"#,
    r#"{"id":1,"t":"Text","c":{"text":"x"}}"#,
    r#"{"id":1,"t":"Pair","c":[1,"x"]}"#,
    r#"{"type":"aliased","nick":"a"}"#,
    r#"{"type":"aliased","name":"a"}"#,
    "\"top\"",
    "\"high\"",
    r#"{"n":1,"list":[1,2]}"#,
    r#"{"n":0}"#,
    r#"{"n":1,"list":[2]}"#,
    r#"{"x":1}"#,
    r#"{"x":1,"y":2}"#,
    r#"{"x":1,"y":"bad"}"#,
    r#"{"x":[1]}"#,
    r#"{"name":"a"}"#,
    r#"{"nick":"a"}"#,
    r#"{"type":"Known","n":1}"#,
    r#"{"type":"Unknown"}"#,
    r#"{"type":"else"}"#,
    r#"{"n":"anything"}"#,
    r#"{"n":300}"#,
    r#"{"text":"abc","stars":5,"share":0.5,"list":[1,2]}"#,
    r#"{"text":"","stars":5,"share":0.5,"list":[]}"#,
    r#"{"text":"ééé","stars":1,"share":1,"list":[]}"#,
    r#"{"text":"abcd","stars":1,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":0,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":6,"share":1,"list":[]}"#,
    r#"{"text":"a","stars":1,"share":0,"list":[]}"#,
    r#"{"text":"a","stars":1,"share":0.5,"list":[1,2,3]}"#,
    r#"{"letters":"abc","mail":"a@b.c","ip":"::1","four":"127.0.0.1"}"#,
    r#"{"letters":"abd"}"#,
    r#"{"letters":"a","mail":"not a mail"}"#,
    r#"{"letters":"a","ip":"1.2.3"}"#,
    r#"{"letters":"a","four":"::1"}"#,
    r#"{"value":1,"children":[{"value":2,"children":[]},{"value":3}]}"#,
    r#"{"value":1,"children":[{"value":"x"}]}"#,
    r#"{"value":1,"children":[[1,[]]]}"#,
    r#"{"value":{"a":[1,{"b":null}]},"rest":{"x":1.5}}"#,
    r#"{"low":1}"#,
    r#"{"1":"a","2":"b"}"#,
    r#"{"x":"a"}"#,
    r#"{"a":1,"b":256}"#,
    r#"{"Ok":1}"#,
    r#"{"Ok":1,"x":2}"#,
    r#"{"Err":"x"}"#,
    r#"{"start":1,"end":2}"#,
    r#"{"start":1,"end":2,"x":3}"#,
    r#"{"secs":1,"nanos":2}"#,
    r#"{"secs":1,"nanos":2,"x":3}"#,
    r#"{"new":{"v":1}}"#,
    r#"{"text":{"v":1}}"#,
    r#"{"struct":{"v":1,"y":1}}"#,
    r#"{"text":{"x":1}}"#,
    r#"{"low":1,"top":2}"#,
    r#"{"t":"Text","c":{"nick":"a"}}"#,
    r#"{"t":"Number","c":{"nick":"a"}}"#,
    r#"{"c":{"name":"a"},"t":"Text"}"#,
    r#"{"t":"Who","c":[{"nick":"a"},{"name":"b"}]}"#,
    r#"{"type":"text","text":{"low":1},"n":{"x":2}}"#,
    r#"{"type":"nested","inner":{"a":{"b":1}}}"#,
    r#"{"n":{"xy":2},"text":{},"type":"text"}"#,
    r#"{"struct":"unit","x":1}"#,
    r#"{"struct":{"new":1},"x":1}"#,
    r#"{"id":1,"n":2,"x":1,"y":2}"#,
    r#"[1,"::1"]"#,
    r#"[1,"1.2.3"]"#,
    r#"[null,[null,"low"]]"#,
    r#""1.2.3.4""#,
    r#""::1""#,
];

/// Returns all variations of a value with one change: a nested value replaced, a key removed, or a key or item added.
pub(super) fn mutants(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let mut less = members.clone();
                less.remove(key);
                all.push(Value::Object(less));
                for mutant in mutants(member).into_iter().chain(atoms()) {
                    let mut other = members.clone();
                    other.insert(key.clone(), mutant);
                    all.push(Value::Object(other));
                }
            }
            let mut more = members.clone();
            more.insert("SECRET".to_owned(), json!({"n": "SECRET"}));
            all.push(Value::Object(more));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for mutant in mutants(item).into_iter().chain(atoms()) {
                    let mut other = items.clone();
                    other[index] = mutant;
                    all.push(Value::Array(other));
                }
            }
            all.push(items.iter().chain([&json!(1)]).cloned().collect());
        }
        _ => {}
    }
    all
}

fn atoms() -> impl Iterator<Item = Value> {
    [
        json!(null),
        json!(true),
        json!(7),
        json!(-1.0),
        json!(1.5),
        json!(70_000),
        json!("low"),
        json!("SECRET"),
        json!([]),
        json!({}),
    ]
    .into_iter()
}
