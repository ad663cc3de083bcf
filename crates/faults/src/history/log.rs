//! The log against itself, and against the rows.

use std::collections::HashSet;

use super::{Body, Event, Findings, History, Kind, index::Index, writes::name};

pub(super) fn check(history: &History, index: &Index<'_>, findings: &mut Findings) {
    numbers(index, findings);
    let mut ids = HashSet::new();
    for event in &history.log {
        if !ids.insert(&event.id) {
            findings.add(Kind::DoubledEffect, format!("event {} is in the log twice", event.id));
        }
    }
    for task in &history.tasks {
        let log = index.by_task.get(&(&*task.user, &*task.id)).map_or(&[][..], Vec::as_slice);
        let last = log.iter().rev().find_map(|event| version(event));
        if last != Some(task.version) {
            let text = format!("{} has version {}, its log {last:?}", name(task), task.version);
            findings.add(Kind::TornPair, text);
        }
    }
    for ((user, task), log) in &index.by_task {
        if !index.tasks.contains_key(&(*user, *task)) {
            without_row(index, (user, task), log, findings);
        }
        lives(task, log, findings);
    }
}

/// The events of each user are numbered from 1, without gaps.
fn numbers(index: &Index<'_>, findings: &mut Findings) {
    for (user, log) in &index.by_user {
        for (expected, event) in (1..).zip(log) {
            if event.seq != expected {
                let text = format!("log of {user}: {expected} is followed by {}", event.seq);
                findings.add(Kind::OrderBroken, text);
                break;
            }
        }
    }
}

/// A task that is not there any more has to have been deleted.
fn without_row(
    index: &Index<'_>,
    (user, task): (&str, &str),
    log: &[&Event],
    findings: &mut Findings,
) {
    if let Some(other) = index.other_owner(user, task) {
        let text = format!("events of {user} about task {task}, which is with {other}");
        findings.add(Kind::ForeignRow, text);
    } else if !log.iter().rev().any(|event| event.body == Body::Deleted) {
        findings.add(Kind::TornPair, format!("events of {user} about task {task}, and no row"));
    } else if ends_alive(log) {
        let text = format!("task {task} of {user} came back, and there is no row");
        findings.add(Kind::TornPair, text);
    }
}

fn ends_alive(log: &[&Event]) -> bool {
    let place = |body: &Body| log.iter().rposition(|event| event.body == *body);
    place(&Body::Created) > place(&Body::Deleted)
}

/// Between its creation and its end a task has the versions 1, 2, 3, ... What was taken back may come
/// again with the same id; that is another life.
fn lives(task: &str, log: &[&Event], findings: &mut Findings) {
    let (mut alive, mut at) = (false, 0);
    for event in log {
        match &event.body {
            Body::Created if alive => {
                findings.add(Kind::DoubledEffect, format!("task {task} was created twice"));
            }
            Body::Created => (alive, at) = (true, 0),
            Body::Deleted => alive = false,
            Body::Changed { version } if *version == at + 1 => at = *version,
            Body::Changed { version } if *version <= at => {
                let text = format!("version {version} of task {task} came to be again");
                findings.add(Kind::DoubledEffect, text);
            }
            Body::Changed { version } => {
                let text = format!("version {version} of task {task} follows {at}");
                findings.add(Kind::TornPair, text);
                at = *version;
            }
            Body::Fired { .. } | Body::Other => {}
        }
    }
}

fn version(event: &Event) -> Option<u64> {
    match event.body {
        Body::Changed { version } => Some(version),
        _ => None,
    }
}
