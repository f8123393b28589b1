//! A whole connection: it reads, unmasks and reassembles messages, calls the handler, and writes frames.

use std::time::Instant;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ws_benches::{BATCH, Rig, SMALL, answer_length, masked, runtime, server};

/// The input of one round, its expected output, and the number of messages in it.
struct Round {
    name: &'static str,
    target: &'static str,
    sent: Vec<u8>,
    answered: usize,
    messages: usize,
}

fn rounds() -> [Round; 6] {
    let small = masked(&[b'a'; SMALL], true);
    let echo = |name, size, messages| Round {
        name,
        target: "/echo",
        sent: masked(&vec![b'a'; size], size == SMALL).repeat(messages),
        answered: answer_length(size) * messages,
        messages,
    };
    [
        echo("echo/one", SMALL, 1),
        echo("echo/32 in a read", SMALL, BATCH),
        echo("echo/16 KiB", 16 << 10, 1),
        echo("echo/1 MiB", 1 << 20, 1),
        Round {
            name: "decode",
            target: "/sink",
            sent: [small.repeat(BATCH), masked(b"", true)].concat(),
            answered: answer_length(0),
            messages: BATCH + 1,
        },
        Round {
            name: "encode",
            target: "/source",
            sent: masked(b"", true),
            answered: answer_length(SMALL) * BATCH,
            messages: BATCH,
        },
    ]
}

fn codec(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");
    for Round { name, target, sent, answered, messages } in rounds() {
        let runtime = runtime();
        let (rig, peer) = runtime.block_on(async {
            let rig = Rig::start(server());
            let peer = rig.connect(target).await;
            (rig, peer)
        });
        let sent = Bytes::from(sent);
        group.throughput(Throughput::Elements(messages as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                runtime.block_on(async {
                    let began = Instant::now();
                    for _ in 0..times {
                        peer.send(&sent);
                        rig.answered(answered).await;
                    }
                    began.elapsed()
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
