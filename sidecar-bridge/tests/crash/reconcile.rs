//! Compares what users were told with what is stored.

use std::collections::HashMap;

use crate::{
    facts::Row,
    findings::Findings,
    ledger::{Ledger, Plain, Series},
};

/// Adds everything that the ledgers and the rows disagree about.
pub(crate) fn reconcile(ledgers: &[Ledger], rows: &[Row], findings: &mut Findings) {
    let mut plain = HashMap::<(&str, &str), Vec<&Row>>::new();
    let mut series = HashMap::<(&str, &str), Vec<&Row>>::new();
    for row in rows {
        match &row.series {
            None => plain.entry((&row.user, &row.title)).or_default().push(row),
            Some(id) => series.entry((&row.user, id)).or_default().push(row),
        }
    }
    for ledger in ledgers {
        for task in &ledger.plain {
            let found = plain.remove(&(&*ledger.user, &*task.title)).unwrap_or_default();
            check_plain(task, &found, findings);
        }
        for one in &ledger.series {
            let found = series.remove(&(&*ledger.user, &*one.id)).unwrap_or_default();
            check_series(one, &found, findings);
        }
    }
    // What is left was asked for by nobody.
    for row in plain.into_values().chain(series.into_values()).flatten() {
        findings.doubled.push(format!("`{}` was never asked for", row.title));
    }
}

fn check_plain(task: &Plain, found: &[&Row], findings: &mut Findings) {
    let title = &task.title;
    let [row] = found else {
        let list = if found.is_empty() { &mut findings.lost } else { &mut findings.doubled };
        list.push(format!("`{title}` is there {} times", found.len()));
        return;
    };
    let changes = |version: i64| format!("`{title}` was changed to version {version}, ");
    for (what, count) in [("is of", row.version), ("its log tells of", row.changes)] {
        let text = format!("{}{what} {count}", changes(task.version));
        if count < task.version {
            findings.lost.push(text);
        } else if count > task.version {
            findings.doubled.push(text);
        }
    }
    let told = (&task.description, task.done, task.deleted);
    let stored = (&row.description, row.done, row.deleted);
    if told != stored {
        findings.lost.push(format!("`{title}` was told to be {told:?}, is {stored:?}"));
    }
    let reminders = i64::from(task.remind_at.is_some());
    if row.triggers < reminders {
        findings.lost.push(format!("`{title}` has a reminder that did not fire"));
    } else if row.triggers > reminders {
        findings.doubled.push(format!("`{title}` was reminded of {} times", row.triggers));
    }
}

fn check_series(series: &Series, found: &[&Row], findings: &mut Findings) {
    let at = |occurrence: u32| found.iter().find(|row| row.occurrence == Some(occurrence));
    if at(series.occurrence).is_none() {
        findings.lost.push(format!("`{}` has no instance {}", series.title, series.occurrence));
    }
    for (occurrence, title) in &series.done {
        if !at(*occurrence).is_some_and(|row| row.done) {
            findings.lost.push(format!("instance {occurrence} of `{title}` is not completed"));
        }
        // An instance that was completed again has to lead to one of what it was then.
        if let Some(next) = at(occurrence + 1).filter(|next| next.version == 1)
            && next.title != *title
        {
            let found = &next.title;
            findings.doubled.push(format!("after `{title}` comes `{found}`, of a time before"));
        }
    }
}
