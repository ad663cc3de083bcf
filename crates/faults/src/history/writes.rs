//! What clients were told, against what is stored.

use std::collections::{HashMap, HashSet};

use super::{Findings, History, Kind, Task, Write, index::Index};

pub(super) fn check(history: &History, index: &Index<'_>, findings: &mut Findings) {
    for ((user, task), writes) in &index.writes {
        match index.tasks.get(&(*user, *task)) {
            Some(row) => of_task(row, writes, findings),
            None => no_row(index, (user, task), writes, findings),
        }
    }
    unasked(history, index, findings);
}

/// The row has to be what its last write led to.
fn of_task(row: &Task, writes: &[&Write], findings: &mut Findings) {
    let told = writes.iter().filter(|write| write.acknowledged).max_by_key(|write| write.version);
    let asked = writes.iter().map(|write| write.version).max().unwrap_or(0);
    if let Some(told) = told {
        let state = (row.done, row.deleted);
        let name = name(row);
        if row.version < told.version {
            let text = format!("{name} has version {}, told {}", row.version, told.version);
            findings.add(Kind::LostWrite, text);
        } else if row.version == told.version && state != (told.done, told.deleted) {
            let told = (told.done, told.deleted);
            let text = format!("{name} is (done, deleted) {state:?}, told {told:?}");
            findings.add(Kind::LostWrite, text);
        }
    }
    if row.version > asked {
        let text = format!("{} has version {}, asked for {asked}", name(row), row.version);
        findings.add(Kind::DoubledEffect, text);
    }
}

fn no_row(
    index: &Index<'_>,
    (user, task): (&str, &str),
    writes: &[&Write],
    findings: &mut Findings,
) {
    if !writes.iter().any(|write| write.acknowledged) {
        return;
    }
    match index.other_owner(user, task) {
        Some(other) => {
            findings.add(Kind::ForeignRow, format!("task {task} of {user} is with {other}"));
        }
        None => findings.add(Kind::LostWrite, format!("task {task} of {user} is not there")),
    }
}

/// Rows that nobody asked for, and rows that are not where they were asked for.
fn unasked(history: &History, index: &Index<'_>, findings: &mut Findings) {
    let titles: HashSet<(&str, &str)> =
        history.writes.iter().map(|write| (&*write.user, &*write.title)).collect();
    let elsewhere: HashSet<&str> = history.writes.iter().map(|write| &*write.title).collect();
    for task in &history.tasks {
        let asked = titles.contains(&(&*task.user, &*task.title))
            || index.writes.contains_key(&(&*task.user, &*task.id));
        let follows = task.place.as_ref().is_some_and(|(_, occurrence)| *occurrence > 1);
        if !asked && elsewhere.contains(&*task.title) {
            findings.add(Kind::ForeignRow, format!("{} was asked for by another", name(task)));
        } else if !asked && !follows {
            findings.add(Kind::Phantom, format!("{} was never asked for", name(task)));
        }
    }
    twice(history, index, findings);
}

/// One creation leads to one row.
fn twice(history: &History, index: &Index<'_>, findings: &mut Findings) {
    let mut by_title = HashMap::<(&str, &str), Vec<&Task>>::new();
    for task in &history.tasks {
        if task.place.as_ref().is_none_or(|(_, occurrence)| *occurrence == 1) {
            by_title.entry((&task.user, &task.title)).or_default().push(task);
        }
    }
    for tasks in by_title.into_values().filter(|tasks| tasks.len() > 1) {
        let known = |task: &&Task| index.writes.contains_key(&(&*task.user, &*task.id));
        for task in tasks.into_iter().filter(|task| !known(task)) {
            findings.add(Kind::DoubledEffect, format!("{} is not the only one", name(task)));
        }
    }
}

pub(super) fn name(task: &Task) -> String {
    format!("task `{}` ({}) of {}", task.title, task.id, task.user)
}
