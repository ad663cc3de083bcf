//! Changes of a task's fields.

use super::{
    Refusal,
    create::{anchor, first_of_series, takes_place},
    fields, following, record, reminders,
};
use crate::{
    change::{ChangeSet, Context, EventBody},
    command::{Scope, TaskPatch},
    recurrence::{Mode, Repeat},
    task::{Due, Series, Task},
};

/// Changes fields. A patch that changes nothing leads to an empty set. A done task may be edited, and
/// stays done.
///
/// - `due` moves this instance; its place in the series stays. Only where the series cannot mean the
///   same any more it follows: from a date to a time and back, to another zone, or to its first date.
/// - `repeat` with another rule starts the rule anew at the due date; series and occurrence are kept.
///   `null` ends the series with this instance.
/// - `reminders` are all from now on: what is not among them is gone. One that is there already is
///   left as it is, even if it has fired.
/// - `scope` says for which instances of a series it is: `due` for this and the following ones starts
///   the rule anew there; the other fields for this one only leave [`Task::following`] behind.
pub fn update(task: &Task, patch: TaskPatch, ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    following::check(&patch)?;
    let mut after = task.clone();
    if let Some(title) = &patch.title {
        after.title = fields::title(title)?;
    }
    if let Some(description) = &patch.description {
        after.description = fields::description(description)?;
    }
    if let Some(priority) = patch.priority {
        after.priority = priority;
    }
    if let Some(tags) = &patch.tags {
        after.tags = fields::tags(tags)?;
    }
    if let Some(parent_id) = patch.parent_id {
        after.parent_id = fields::parent(parent_id, task.id)?;
    }
    if let Some(due) = &patch.due {
        after.due = fields::due(due.clone())?;
        if after.due != task.due {
            reminders::follow_due(&mut after, ctx);
        }
    }
    if let Some(repeat) = &patch.repeat {
        after.repeat.clone_from(repeat);
    }
    after.series = series(task, &after, patch.scope, ctx)?;
    if let Some(triggers) = &patch.reminders {
        let due = after.due.as_ref();
        let triggers = fields::triggers(triggers, due)?;
        fields::in_time(&triggers, &after.reminders, due, ctx.settings)?;
        after.reminders = reminders::set(triggers, &after.reminders, due, task.status, ctx)?;
    }
    after.following = following::after(task, &after, &patch);
    if after == *task {
        return Ok(record::nothing(ctx));
    }
    Ok(record::changed(task, EventBody::TaskUpdated, ctx, |task| *task = after))
}

/// The place in the series after the change.
fn series(
    before: &Task,
    after: &Task,
    scope: Option<Scope>,
    ctx: &Context<'_>,
) -> Result<Option<Series>, Refusal> {
    let Some(repeat) = &after.repeat else { return Ok(before.series.clone()) };
    let due = after.due.as_ref();
    let Some(series) = &before.series else {
        return first_of_series(repeat, before.id, due, ctx).map(Some);
    };
    let is_moved = scope == Some(Scope::ThisAndFollowing) && before.due != after.due;
    if is_moved || before.repeat.as_ref().is_none_or(|old| is_new_start(old, repeat)) {
        return restarted(series, repeat, due, ctx).map(Some);
    }
    Ok(Some(match (&before.due, &after.due) {
        (None, Some(first)) => {
            let start = first.wall_clock();
            Series { start, slot: start, ..series.clone() }
        }
        (Some(old), Some(new)) if !is_alike(old, new) => {
            let time = new.wall_clock().time();
            let (start, slot) = (series.start.date(), series.slot.date());
            Series { start: start.and_time(time), slot: slot.and_time(time), ..series.clone() }
        }
        _ => series.clone(),
    }))
}

/// Another rule starts anew, and so does one that was counted from completions until now: it has no
/// phase of its own.
fn is_new_start(old: &Repeat, new: &Repeat) -> bool {
    let counted = |repeat: &Repeat| repeat.mode == Mode::AfterCompletion;
    old.rule != new.rule || counted(old) && !counted(new)
}

fn restarted(
    series: &Series,
    repeat: &Repeat,
    due: Option<&Due>,
    ctx: &Context<'_>,
) -> Result<Series, Refusal> {
    let occurrence = series.occurrence;
    if let Some(count) = repeat.rule.count().filter(|count| *count < occurrence) {
        return Err(Refusal::CountIsOver { count, occurrence });
    }
    let start = anchor(due, ctx);
    takes_place(repeat, start, due, ctx)?;
    Ok(Series { start, slot: start, ..series.clone() })
}

/// Whether the wall clock of one date is that of the other.
fn is_alike(one: &Due, other: &Due) -> bool {
    match (one, other) {
        (Due::Date { .. }, Due::Date { .. }) => true,
        (Due::At { zone, .. }, Due::At { zone: other, .. }) => zone == other,
        _ => false,
    }
}
