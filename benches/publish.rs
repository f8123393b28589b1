//! A message to all subscribers, which is encoded once and written to each.

use std::time::Instant;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ws_benches::{Rig, answer_length, masked, runtime, server};

/// Size of a published message's payload, in bytes.
const SIZE: usize = 128;

fn publish(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("publish");
    for subscribers in [1_usize, 64, 1000] {
        let runtime = runtime();
        let (rig, peers) = runtime.block_on(async {
            let rig = Rig::start(server());
            let mut peers = Vec::new();
            // The publisher does not receive the message.
            for _ in 0..=subscribers {
                peers.push(rig.connect("/room").await);
            }
            (rig, peers)
        });
        let sent = Bytes::from(masked(&[b'p'; SIZE], true));
        group.throughput(Throughput::Elements(subscribers as u64));
        group.bench_function(BenchmarkId::from_parameter(subscribers), |bencher| {
            bencher.iter_custom(|times| {
                runtime.block_on(async {
                    let began = Instant::now();
                    for _ in 0..times {
                        peers[0].send(&sent);
                        rig.answered(answer_length(SIZE) * subscribers).await;
                    }
                    began.elapsed()
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, publish);
criterion_main!(benches);
