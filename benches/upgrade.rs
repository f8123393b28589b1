//! The start of a connection, from the HTTP request to the 101, and its end when the client disconnects.

use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use ws_benches::{Rig, runtime, server};

fn upgrade(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("upgrade");
    for (name, target) in [("raw", "/echo"), ("typed query", "/typed?id=bench")] {
        let runtime = runtime();
        let rig = runtime.block_on(async { Rig::start(server()) });
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                runtime.block_on(async {
                    let began = Instant::now();
                    for _ in 0..times {
                        drop(rig.connect(target).await);
                    }
                    began.elapsed()
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, upgrade);
criterion_main!(benches);
