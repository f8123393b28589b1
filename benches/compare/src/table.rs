//! Writes results as Markdown.

use crate::{
    cases::{Case, Figure, Run},
    load::{Load, Sample},
    peer::Peer,
    statistics::Spread,
};

/// Samples of a case for each run, in the order of the rounds.
type Samples = Vec<Vec<Option<Sample>>>;

pub(crate) fn print(cases: &[Case], results: &[Samples]) {
    let all = || cases.iter().zip(results);
    if cases.iter().any(|case| case.main) {
        let peers = Peer::ALL.into_iter().filter(|peer| {
            *peer != Peer::BASE && cases.iter().any(|case| case.main && place(case, *peer).is_some())
        });
        let peers: Vec<_> = peers.collect();
        println!(
            "| case | {} | {} |",
            Peer::BASE.name(),
            peers.iter().map(|peer| peer.name()).collect::<Vec<_>>().join(" | ")
        );
        println!("|---|---|{}", "---|".repeat(peers.len()));
        for (case, samples) in all().filter(|(case, _)| case.main) {
            let base = absolute(&case.runs[0], Figure::Cost, &samples[0]);
            let cells = peers.iter().map(|peer| match place(case, *peer) {
                Some(place) => ratio(Figure::Cost, &samples[place], &samples[0]),
                None => String::new(),
            });
            println!("| {} | {base} | {} |", case.title, cells.collect::<Vec<_>>().join(" | "));
        }
    }
    if cases.iter().any(|case| !case.main) {
        println!("\n| case | where | figure | base | | against it | ratio |");
        println!("|---|---|---|---|---|---|---|");
        for (case, samples) in all().filter(|(case, _)| !case.main) {
            for figure in case.figures {
                let base = absolute(&case.runs[0], *figure, &samples[0]);
                for (run, against) in case.runs.iter().zip(samples).skip(1) {
                    println!(
                        "| {} | {} | {} | {} | {base} | {} | {} |",
                        case.name,
                        case.title,
                        figure_name(run, *figure),
                        case.runs[0].label,
                        run.label,
                        ratio(*figure, against, &samples[0]),
                    );
                }
            }
        }
    }
}

/// Returns the run of a peer in a case; `None` if it has failed_cell.
fn place(case: &Case, peer: Peer) -> Option<usize> {
    case.runs.iter().position(|run| run.peer == peer)
}

fn of(figure: Figure, sample: &Sample) -> Option<f64> {
    match figure {
        Figure::Cost => Some(sample.cost),
        Figure::P99 => sample.p99,
    }
}

/// Formats the median of a figure with its unit.
fn absolute(run: &Run, figure: Figure, samples: &[Option<Sample>]) -> String {
    let figures = samples.iter().flatten().filter_map(|sample| of(figure, sample));
    let unit = match (figure, run.load) {
        (Figure::Cost, Load::Idle { .. }) => "KiB",
        _ => "µs",
    };
    Spread::of(figures).map_or_else(failed_cell, |spread| format!("{:.2} {unit}", spread.median))
}

/// Formats the median and the quartiles of the ratios of the rounds.
fn ratio(figure: Figure, samples: &[Option<Sample>], base: &[Option<Sample>]) -> String {
    let rounds = samples.iter().zip(base);
    let ratios =
        rounds.filter_map(|(sample, base)| Some(of(figure, sample.as_ref()?)? / of(figure, base.as_ref()?)?));
    Spread::of(ratios).map_or_else(failed_cell, |Spread { low, median, high }| {
        format!("**{median:.2}** ({low:.2}–{high:.2})")
    })
}

/// Cell of a run without a result.
fn failed_cell() -> String {
    "failed".to_owned()
}

fn figure_name(run: &Run, figure: Figure) -> &'static str {
    match (figure, run.load) {
        (Figure::P99, _) => "p99",
        (Figure::Cost, Load::Echo { .. }) => "CPU a message",
        (Figure::Cost, Load::Room { .. }) => "CPU a delivery",
        (Figure::Cost, Load::Connect) => "CPU a connection",
        (Figure::Cost, Load::Idle { .. }) => "memory a connection",
    }
}
