//! This time not: the instance moves to the next place of its series.

use super::{Refusal, record, reminders};
use crate::{
    change::{ChangeSet, Context, EventBody},
    recurrence,
    task::{Series, Status, Task},
};

/// Moves an open instance to the next place of its series, with its reminders. It is the same task
/// with the same number, so there is still one open instance, and COUNT, which counts completions, is
/// not used up. Its parts stay as they are.
///
/// The place is the one that would follow if the instance were done when it is due, or now when that
/// is later. So what is overdue moves as its mode says, and one that was moved far ahead by hand does
/// not fall back.
pub fn skip(task: &Task, ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    if task.status == Status::Done {
        return Err(Refusal::TaskIsDone);
    }
    let (Some(_), Some(series)) = (&task.repeat, &task.series) else {
        return Err(Refusal::SeriesIsOver);
    };
    let zone = &ctx.settings.zone;
    let due = task.due.as_ref().map(|due| due.moment(zone));
    // As if the instance before had been done at this place: the next one has this number.
    let number = series.occurrence.saturating_sub(1);
    let before = Series { occurrence: number, ..series.clone() };
    let before = Task { series: Some(before), ..task.clone() };
    let at = due.map_or(ctx.now, |due| due.max(ctx.now));
    let next = recurrence::successor(&before, at, zone).ok_or(Refusal::SeriesIsOver)?;

    let mut after = Task { due: next.task.due, series: Some(next.series), ..task.clone() };
    // Without a due date there is nothing that a reminder could keep its distance to.
    if let (Some(before), Some(due)) = (&task.due, after.due.clone()) {
        reminders::renew(&mut after, &next.task.reminders, ctx);
        if let Some(following) = &mut after.following {
            following.move_by(due.wall_clock() - before.wall_clock(), due.zone().unwrap_or(zone));
        }
    }
    Ok(record::changed(task, EventBody::TaskUpdated, ctx, |task| *task = after))
}
