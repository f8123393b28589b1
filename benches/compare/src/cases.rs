//! The cases: for each, the servers, the load and the figure.

use crate::{
    command::Command,
    load::{Form, Load},
    peer::Peer,
};

/// CPU of a single-threaded server.
const ONE: &str = "0";
/// All CPUs, including the one of the load.
const BOTH: &str = "0,1";
/// CPU of the load.
const LOADED: &str = "1";

/// Runs of servers that are compared with one another.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Description of the comparison.
    pub(crate) title: String,
    /// True if the case compares every peer.
    pub(crate) main: bool,
    /// The first run is the base of the ratios.
    pub(crate) runs: Vec<Run>,
    pub(crate) figures: &'static [Figure],
}

#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) label: String,
    pub(crate) peer: Peer,
    pub(crate) path: &'static str,
    pub(crate) cpus: &'static str,
    pub(crate) load: Load,
}

#[derive(Clone, Copy)]
pub(crate) enum Figure {
    /// CPU time per message, delivery or connection, or memory per connection.
    Cost,
    /// The 99th percentile of the time to a reply or delivery.
    P99,
}

/// The cases with every peer: name, path and load.
const MAIN: [(&str, &str, Load); 10] = [
    ("echo1", "/echo", ECHO1),
    ("echo32", "/echo", ECHO32),
    ("echo16k", "/echo", Load::Echo { sockets: 16, window: 4, size: 16 << 10, form: Form::Binary }),
    ("echo1m", "/echo", Load::Echo { sockets: 4, window: 1, size: 1 << 20, form: Form::Binary }),
    ("json1", "/json", JSON1),
    ("json32", "/json", JSON32),
    ("room1k", "/room", ROOM1K),
    ("room64", "/room", Load::Room { sockets: 64, window: 16, stuck: false }),
    ("idle5k", "/echo", Load::Idle { sockets: 5000 }),
    ("connect", "/echo", Load::Connect),
];
const ECHO1: Load = Load::Echo { sockets: 64, window: 1, size: 64, form: Form::Text };
const ECHO32: Load = Load::Echo { sockets: 64, window: 32, size: 64, form: Form::Text };
const JSON1: Load = Load::Echo { sockets: 64, window: 1, size: 128, form: Form::Json };
const JSON32: Load = Load::Echo { sockets: 64, window: 32, size: 128, form: Form::Json };
const ROOM1K: Load = Load::Room { sockets: 1000, window: 4, stuck: false };

/// Additional cases, which compare figures of one server, or with Bun's.
const FURTHER: [&str; 6] = ["latency", "sockets", "subscribers", "shards", "stuck", "checked"];
/// The servers in the cases that compare ours with Bun.
const BESIDE: [Peer; 2] = [Peer::Ours, Peer::BunRaw];

pub(crate) fn names() -> Vec<&'static str> {
    MAIN.iter().map(|(name, ..)| *name).chain(FURTHER).collect()
}

/// Returns the selected cases. Those with every peer come first.
pub(crate) fn chosen(command: &Command) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, path, load) in MAIN {
        let runs = command.peers.iter().filter(|peer| path == "/echo" || peer.is_framework());
        let runs = runs.map(|peer| run(peer.name(), *peer, path, load)).collect();
        cases.push(Case { name, title: name.to_owned(), main: true, runs, figures: &[Figure::Cost] });
    }
    if command.peers.contains(&Peer::Ours) {
        cases.extend(latency());
        cases.extend(BESIDE.into_iter().flat_map(growing));
        cases.extend(shards());
        cases.extend(BESIDE.into_iter().map(stuck));
        cases.extend(checked());
    }
    cases.retain(|case| command.wants(case.name));
    cases
}

fn latency() -> [Case; 1] {
    let runs = BESIDE.iter().rev().map(|peer| run(peer.name(), *peer, "/echo", ECHO1)).collect();
    [further("latency", "echo1".to_owned(), runs, &[Figure::P99])]
}

/// Measures whether a message costs more with more sockets, and a delivery with more subscribers.
fn growing(peer: Peer) -> [Case; 2] {
    let runs = |path, what: &str, load: fn(usize) -> Load| {
        [100, 1000, 10_000]
            .map(|sockets| run(&format!("{sockets} {what}"), peer, path, load(sockets)))
            .to_vec()
    };
    let echo = |sockets| Load::Echo { sockets, window: 1, size: 64, form: Form::Text };
    let room = |sockets| Load::Room { sockets, window: 4, stuck: false };
    [
        further("sockets", format!("echo, {}", peer.name()), runs("/echo", "sockets", echo), &[Figure::Cost]),
        further(
            "subscribers",
            format!("room, {}", peer.name()),
            runs("/room", "subscribers", room),
            &[Figure::Cost],
        ),
    ]
}

/// Measures the cost of sharing between shards: one server on both CPUs, one of which also runs the load, compared with
/// the same server on one CPU. A single shard on the CPU of the load shows how much of the difference the load causes.
fn shards() -> impl Iterator<Item = Case> {
    [("echo1", "/echo", ECHO1), ("json32", "/json", JSON32), ("room1k", "/room", ROOM1K)].into_iter().map(
        |(name, path, load)| {
            let one = run("one shard", Peer::Ours, path, load);
            let two = Run { label: "two shards".to_owned(), cpus: BOTH, ..one.clone() };
            let beside = Run { label: "one shard on the load's CPU".to_owned(), cpus: LOADED, ..one.clone() };
            further("shards", name.to_owned(), vec![one, two, beside], &[Figure::Cost])
        },
    )
}

/// Measures what one subscriber that reads nothing costs the others.
fn stuck(peer: Peer) -> Case {
    let all = run("all read", peer, "/room", ROOM1K);
    let load = Load::Room { sockets: 1000, window: 4, stuck: true };
    let stuck = Run { label: "one does not read".to_owned(), load, ..all.clone() };
    further("stuck", format!("room1k, {}", peer.name()), vec![all, stuck], &[Figure::Cost, Figure::P99])
}

/// Measures the cost of a schema that is stricter than its type.
fn checked() -> impl Iterator<Item = Case> {
    [("json1", JSON1), ("json32", JSON32)].into_iter().map(|(name, load)| {
        let types = run("`/json`", Peer::Ours, "/json", load);
        let checked = Run { label: "`/json-checked`".to_owned(), path: "/json-checked", ..types.clone() };
        further("checked", name.to_owned(), vec![types, checked], &[Figure::Cost])
    })
}

fn further(name: &'static str, title: String, runs: Vec<Run>, figures: &'static [Figure]) -> Case {
    Case { name, title, main: false, runs, figures }
}

fn run(label: &str, peer: Peer, path: &'static str, load: Load) -> Run {
    Run { label: label.to_owned(), peer, path, cpus: ONE, load }
}
