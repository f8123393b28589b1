//! JSON: decoding with validation, and validation with encoding.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ws_benches::{Bare, Checked, Choice, Reply};
use ws_runtime::{Decode, Encode, Message};

fn decode<T: Decode>(criterion: &mut Criterion, name: &str, text: &str) {
    let plan = T::plan().expect("the schema can be used");
    let message = Message::text(text);
    criterion.bench_function(&format!("json/decode/{name}"), |bencher| {
        bencher.iter(|| T::decode(black_box(message.clone()).into(), &plan).is_ok());
    });
}

fn encode<T: Encode>(criterion: &mut Criterion, name: &str, value: &T) {
    let plan = T::plan().expect("the schema can be used");
    let mut out = Vec::new();
    criterion.bench_function(&format!("json/encode/{name}"), |bencher| {
        bencher.iter(|| {
            out.clear();
            black_box(value).encode(&plan, &mut out).is_ok()
        });
    });
}

fn json(criterion: &mut Criterion) {
    let said = format!(r#"{{"message":"{}"}}"#, "m".repeat(114));
    let text = format!(r#"{{"type":"text","text":"{}","to":["ada","bob"]}}"#, "m".repeat(64));
    decode::<Bare>(criterion, "type alone", &said);
    decode::<Checked>(criterion, "checked", &said);
    decode::<Choice>(criterion, "tagged", &text);
    decode::<Choice>(criterion, "numbers", r#"{"type":"move","x":1.5,"y":-20.25}"#);
    // Explaining an invalid message may be slower than decoding, but not by orders of magnitude.
    decode::<Checked>(criterion, "invalid", r#"{"message":""}"#);
    decode::<Choice>(criterion, "malformed", r#"{"type":"text","text":"#);

    let reply = Reply { id: "bench".to_owned(), message: "m".repeat(114), time: 1_700_000_000_000 };
    encode(criterion, "type alone", &reply);
    encode(criterion, "checked", &Checked { message: "m".repeat(114) });
    encode(criterion, "tagged", &Choice::Text { text: "m".repeat(64), to: vec!["ada".to_owned(); 2] });
}

criterion_group!(benches, json);
criterion_main!(benches);
