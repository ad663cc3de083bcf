//! New tasks: a person's, and the next instance of a series.

use chrono::NaiveDateTime;
use uuid::Uuid;

use super::{
    Refusal, fields,
    parts::{self, Shift},
    record, reminders,
};
use crate::{
    change::{ChangeSet, Context, Expect},
    command::{NewTask, NextInstance},
    recurrence::{Repeat, Start, Timetable, series_instance_id},
    task::{Due, Series, Status, Task},
    zone,
};

/// A new task. `series_position` is given for an instance of a series that exists; a task that
/// repeats is the first of its own, whether or not its date is one that the rule would give.
pub fn create(
    new: NewTask,
    id: Uuid,
    series_position: Option<Series>,
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    let due = fields::due(new.due)?;
    let triggers = fields::triggers(&new.reminders, due.as_ref())?;
    // What travels along a series was in time when the person gave it.
    if series_position.is_none() {
        fields::in_time(&triggers, &[], due.as_ref(), ctx.settings)?;
    }
    let series = match (&new.repeat, series_position) {
        (_, Some(position)) => Some(position),
        (Some(repeat), None) => Some(first_of_series(repeat, id, due.as_ref(), ctx)?),
        (None, None) => None,
    };
    let task = Task {
        id,
        user_id: ctx.user_id.to_owned(),
        version: 1,
        title: fields::title(&new.title)?,
        description: fields::description(&new.description)?,
        status: Status::Open,
        priority: new.priority,
        tags: fields::tags(&new.tags)?,
        parent_id: fields::parent(new.parent_id, id)?,
        reminders: reminders::set(triggers, &[], due.as_ref(), Status::Open, ctx)?,
        due,
        repeat: new.repeat,
        series,
        following: None,
        completed_at: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        deleted_at: None,
    };
    Ok(record::created(task, ctx))
}

/// The next instance of a series, with the parts of its predecessor, open again. Empty when there is
/// nothing to do any more: the child exists, or the predecessor is open again, deleted, or no longer
/// repeats.
///
/// `parts` are the tasks below the predecessor, parents before their parts.
pub fn next_instance(
    command: NextInstance,
    predecessor: &Task,
    parts: &[Task],
    child_exists: bool,
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    let NextInstance { task, series, predecessor: named } = command;
    let follows = predecessor.id == named
        && predecessor.user_id == ctx.user_id
        && predecessor.series.as_ref().is_some_and(|last| {
            last.id == series.id && last.occurrence.checked_add(1) == Some(series.occurrence)
        });
    if !follows {
        return Err(Refusal::NotASuccessor { occurrence: series.occurrence, predecessor: named });
    }
    let ended = predecessor.status == Status::Open
        || predecessor.deleted_at.is_some()
        || predecessor.repeat.is_none();
    if ended || child_exists {
        return Ok(record::nothing(ctx));
    }
    let id = series_instance_id(series.id, series.occurrence);
    let shift = Shift::between(predecessor, id, &series);
    let mut set = create(task, id, Some(series), ctx)?;
    // Reopening the predecessor at the same time must not leave the child behind.
    set.expect.push(Expect { task_id: predecessor.id, version: Some(predecessor.version) });
    Ok(set.and(parts::carried(parts, &shift, ctx)?))
}

/// Starts a series with the task itself: its due date is both DTSTART and the first place.
pub(super) fn first_of_series(
    repeat: &Repeat,
    id: Uuid,
    due: Option<&Due>,
    ctx: &Context<'_>,
) -> Result<Series, Refusal> {
    let start = anchor(due, ctx);
    takes_place(repeat, start, due, ctx)?;
    Ok(Series { id, occurrence: 1, start, slot: start })
}

/// Where a rule starts: at the due date, or today when there is none.
pub(super) fn anchor(due: Option<&Due>, ctx: &Context<'_>) -> NaiveDateTime {
    match due {
        Some(due) => due.wall_clock(),
        None => Due::day_start(zone::date(ctx.now, &ctx.settings.zone)),
    }
}

/// Refuses a rule that has no occurrence.
pub(super) fn takes_place(
    repeat: &Repeat,
    start: NaiveDateTime,
    due: Option<&Due>,
    ctx: &Context<'_>,
) -> Result<(), Refusal> {
    let zone = due.and_then(Due::zone).unwrap_or(&ctx.settings.zone);
    let start = Start::of_series(start, due, zone);
    match Timetable::new(&repeat.rule, repeat.month_end, start).occurrences().next() {
        Some(_) => Ok(()),
        None => Err(Refusal::RuleHasNoOccurrence),
    }
}
