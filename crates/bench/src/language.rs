//! Dates in what people type: time a line, and the share of right answers.
//!
//! What is right is said by the corpus of `crates/language`, which ours is held to: its own share is
//! no news, the peers' is. They are asked only what they can be expected to answer. Where they read
//! a phrase in another way on purpose ("next friday"), that is not what the corpus says either.

mod corpus;
mod strangers;

use std::hint::black_box;

use anyhow::Result;
use language::parse;

use self::{
    corpus::Line,
    strangers::{ChronoNode, Interim, Seen},
};
use crate::{Setup, recurrence::time, stats::median, table::Row};

/// How many typical lines are read: those of `en-*.txt` in their order, again from the first on
/// when they are all through.
const TYPICAL: usize = 1000;
const ROUNDS: usize = 25;
/// Readings of all lines that come first: by then the compiler of Node.js has seen them.
const WARM_UPS: usize = 3;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let mut chrono_node = ChronoNode::start(setup)?;
    let (english, german) = (corpus::lines("en-")?, corpus::lines("de-")?);
    let misleading = corpus::lines("misleading-")?;
    let mut rows = time_of_typical(&english, &mut chrono_node)?;

    let (english, german) = (dated(&english), dated(&german));
    let words: Vec<_> = english.iter().map(|line| line.date_words()).collect();
    rows.extend(time_of_words(&words));

    let undated = |line: &&Line| line.wanted.is_none() && line.is_fair();
    let misleading: Vec<_> = misleading.iter().filter(undated).collect();
    for (what, lines) in [
        ("right date and time, English", &english),
        ("right date and time, German", &german),
        ("no date seen in misleading titles", &misleading),
    ] {
        let seen = chrono_node.ask(lines)?.0;
        rows.push(share(what, lines, "chrono-node", &seen));
    }
    let words: Vec<_> = words.iter().collect();
    let seen: Vec<_> = words.iter().map(|line| Interim::helped(line).ask()).collect();
    rows.push(share(
        "right date and time, English, its words alone",
        &words,
        "crate interim",
        &seen,
    ));
    let is_english = |line: &&Line| line.context.locale != language::Locale::De;
    let misleading: Vec<_> = misleading.into_iter().filter(is_english).collect();
    let seen: Vec<_> = misleading.iter().map(|line| Interim::new(line).ask()).collect();
    let what = "no date seen in misleading titles, English";
    rows.push(share(what, &misleading, "crate interim", &seen));
    Ok(rows)
}

/// Those that have a due date which a peer can be expected to find.
fn dated(lines: &[Line]) -> Vec<&Line> {
    lines.iter().filter(|line| line.wanted.is_some() && line.is_fair()).collect()
}

fn time_of_typical(english: &[Line], chrono_node: &mut ChronoNode) -> Result<Vec<Row>> {
    let lines: Vec<_> = english.iter().cycle().take(TYPICAL).collect();
    for _ in 0..WARM_UPS {
        chrono_node.ask(&lines)?;
    }
    let (mut ours, mut again, mut peer) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(ours_ns(&lines));
        peer.push(chrono_node.ask(&lines)?.1);
        again.push(ours_ns(&lines));
    }
    let (ours, again, peer) = (median(&mut ours), median(&mut again), median(&mut peer));
    let what = format!("parse of a line, mean of {} typical ones", lines.len());
    Ok(vec![
        time_row(&what, ours, ("chrono-node", peer), "≤ 1"),
        time_row(&format!("{what}, A/A"), ours, ("itself", again), "noise"),
    ])
}

/// The crate is given the words about the date only, and of them those that it can read.
fn time_of_words(words: &[Line]) -> Vec<Row> {
    let readable = |line: &Line| {
        let question = Interim::helped(line);
        question.ask().is_some().then_some(question)
    };
    let (lines, questions): (Vec<_>, Vec<_>) =
        words.iter().filter_map(|line| Some((line, readable(line)?))).unzip();
    let (mut ours, mut again, mut peer) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(ours_ns(&lines));
        peer.push(a_line(questions.len(), || {
            for question in &questions {
                black_box(question.ask());
            }
        }));
        again.push(ours_ns(&lines));
    }
    let (ours, again, peer) = (median(&mut ours), median(&mut again), median(&mut peer));
    let what = format!("parse of the date's words alone, mean of {}", lines.len());
    vec![
        time_row(&what, ours, ("crate interim", peer), "-"),
        time_row(&format!("{what}, A/A"), ours, ("itself", again), "noise"),
    ]
}

/// Nanoseconds a line.
fn ours_ns(lines: &[&Line]) -> f64 {
    a_line(lines.len(), || {
        for line in lines {
            drop(black_box(parse(&line.text, &line.context)));
        }
    })
}

fn a_line(lines: usize, pass: impl FnMut()) -> f64 {
    time(pass) / lines as f64
}

fn time_row(what: &str, ours_ns: f64, (peer, peer_ns): (&str, f64), aim: &'static str) -> Row {
    Row::new(what, (ours_ns / 1000.0, "µs"), (peer, peer_ns / 1000.0, "µs"), aim)
}

/// The share of lines that are understood as the corpus says.
fn share(what: &str, lines: &[&Line], peer: &str, seen: &[Option<Seen>]) -> Row {
    let percent = |right: usize| 100.0 * right as f64 / lines.len() as f64;
    let ours = lines.iter().filter(|line| line.ours() == line.wanted).count();
    let is_right = |(line, seen): &(&&Line, &Option<Seen>)| is_right(line, seen.as_ref());
    let theirs = lines.iter().zip(seen).filter(is_right).count();
    let what = format!("{what}, {} lines of the corpus", lines.len());
    Row::new(what, (percent(ours), "%"), (peer, percent(theirs), "%"), "≥ 1")
}

fn is_right(line: &Line, seen: Option<&Seen>) -> bool {
    match (line.wanted, seen) {
        (Some(wanted), Some(seen)) => seen.is(wanted, &line.context.zone),
        (wanted, seen) => wanted.is_none() && seen.is_none(),
    }
}
