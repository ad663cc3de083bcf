//! Done, open again, deleted.

use super::{Refusal, parts, record, reminders};
use crate::{
    change::{ChangeSet, Context, EventBody, Expect},
    recurrence::series_instance_id,
    task::{Series, Status, Task},
};

/// Closes an open task, with its reminders. Empty for a task that is done.
pub fn complete(task: &Task, ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    if task.status == Status::Done {
        return Ok(record::nothing(ctx));
    }
    let now = ctx.now;
    Ok(record::changed(task, EventBody::TaskCompleted, ctx, |task| {
        task.status = Status::Done;
        task.completed_at = Some(now);
        reminders::cancel_all(task);
    }))
}

/// Opens a done task again, with those of its reminders that are still to come. Empty for an open
/// task.
///
/// `child` is the row of the next instance, if there is one (a deleted row too), and `parts` are the
/// rows below it (deleted ones too). All of it is taken back when nobody touched any of it; else it
/// stays, and completing again leads to no other.
pub fn reopen(
    task: &Task,
    child: Option<&Task>,
    parts: &[Task],
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    if task.status == Status::Open {
        return Ok(record::nothing(ctx));
    }
    let mut after = task.clone();
    after.status = Status::Open;
    after.completed_at = None;
    reminders::revive(&mut after, ctx);
    let mut set = record::changed(task, EventBody::TaskUpdated, ctx, |task| *task = after);

    match (child, &task.series) {
        (Some(child), Some(series))
            if is_untouched_child(child, task, series) && parts::are_untouched(parts, child) =>
        {
            Ok(set.and(taken_back(child, ctx)?).and(parts::taken_back(parts, ctx)?))
        }
        (None, Some(series)) if task.repeat.is_some() => {
            // The child may come to be at this very moment: then look again.
            if let Some(occurrence) = series.occurrence.checked_add(1) {
                let task_id = series_instance_id(series.id, occurrence);
                set.expect.push(Expect { task_id, version: None });
            }
            Ok(set)
        }
        _ => Ok(set),
    }
}

/// Deletes a task, with its reminders.
pub fn delete(task: &Task, ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    let now = ctx.now;
    Ok(record::changed(task, EventBody::TaskDeleted, ctx, |task| {
        task.deleted_at = Some(now);
        reminders::cancel_all(task);
    }))
}

/// As if it had never been: deleted, and the row gone, so that its place can be taken again.
pub(super) fn taken_back(child: &Task, ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    let deleted = delete(child, ctx)?;
    Ok(ChangeSet { tasks: Vec::new(), removed: vec![child.id], ..deleted })
}

fn is_untouched_child(child: &Task, task: &Task, series: &Series) -> bool {
    let follows = child.series.as_ref().is_some_and(|next| {
        next.id == series.id && series.occurrence.checked_add(1) == Some(next.occurrence)
    });
    follows
        && child.user_id == task.user_id
        && child.status == Status::Open
        && child.version == 1
        && child.deleted_at.is_none()
}
