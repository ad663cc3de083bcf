//! What had to follow: next instances, reminders, and one holder at a time.

use std::collections::{HashMap, HashSet};

use super::{Body, Findings, History, Kind, Reminder, State, Tenure, index::Index, writes::name};

pub(super) fn check(history: &History, index: &Index<'_>, findings: &mut Findings) {
    instances(history, index, findings);
    reminders(history, findings);
    tenures(&history.tenures, findings);
}

fn instances(history: &History, index: &Index<'_>, findings: &mut Findings) {
    for ((user, series, occurrence), tasks) in &index.places {
        if tasks.len() > 1 {
            let text = format!("place {occurrence} of series {series} of {user} is taken twice");
            findings.add(Kind::DoubledEffect, text);
        }
    }
    for task in &history.tasks {
        let Some((series, occurrence)) = &task.place else { continue };
        let at = |occurrence| index.places.get(&(&*task.user, series, occurrence));
        if task.done && at(occurrence + 1).is_none() {
            findings.add(Kind::LostEffect, format!("after {} comes nothing", name(task)));
        }
        if *occurrence > 1 && !at(occurrence - 1).is_some_and(|before| before[0].done) {
            let text = format!("{} is there, and the one before is not done", name(task));
            findings.add(Kind::Phantom, text);
        }
    }
}

fn reminders(history: &History, findings: &mut Findings) {
    let mut fired = HashMap::<(&str, &str), Vec<i64>>::new();
    for event in &history.log {
        let Body::Fired { reminder, fire_at_ms } = &event.body else { continue };
        let of_it = fired.entry((&event.user, reminder)).or_default();
        if of_it.contains(fire_at_ms) {
            findings.add(Kind::DoubledEffect, format!("reminder {reminder} fired twice"));
        }
        of_it.push(*fire_at_ms);
        if event.at_ms < *fire_at_ms {
            let text = format!("reminder {reminder}: {} ms", fire_at_ms - event.at_ms);
            findings.add(Kind::Early, text);
        }
    }
    let has_fired = |user: &str, id: &str| fired.contains_key(&(user, id));
    for Reminder { user, id, fire_at_ms, state } in &history.reminders {
        match state {
            State::Fired if !has_fired(user, id) => {
                findings.add(Kind::TornPair, format!("reminder {id} fired without its event"));
            }
            State::Scheduled if *fire_at_ms <= history.rested_at_ms => {
                findings.add(Kind::LostEffect, format!("reminder {id} is due and waits"));
            }
            _ => {}
        }
    }
    for promise in &history.promises {
        let is_due = promise.fire_at_ms <= history.rested_at_ms;
        if is_due && !has_fired(&promise.user, &promise.reminder) {
            let text = format!("reminder {} was promised to {}", promise.reminder, promise.user);
            findings.add(Kind::LostEffect, text);
        }
    }
    let stored = history.reminders.iter().map(|reminder| (&*reminder.user, &*reminder.id));
    let known: HashSet<_> = stored
        .chain(history.promises.iter().map(|promise| (&*promise.user, &*promise.reminder)))
        .collect();
    for (user, id) in fired.keys().filter(|key| !known.contains(*key)) {
        findings.add(Kind::Phantom, format!("reminder {id} of {user} fired, and nobody set it"));
    }
}

/// Numbers of a part of the log only grow, and each belongs to one holder.
fn tenures(tenures: &[Tenure], findings: &mut Findings) {
    let mut last = HashMap::<u32, &Tenure>::new();
    for tenure in tenures {
        if let Some(before) = last.get(&tenure.bucket) {
            let Tenure { bucket, owner, fence } = tenure;
            let text = format!("bucket {bucket}: {owner} with {fence} after {before:?}");
            if *fence < before.fence || (*fence == before.fence && *owner != before.owner) {
                findings.add(Kind::FenceBroken, text);
            }
        }
        last.insert(tenure.bucket, tenure);
    }
}
