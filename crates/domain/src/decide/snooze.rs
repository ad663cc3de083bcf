//! Once more, later: a reminder that the person puts off.

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc};
use uuid::Uuid;

use super::{Refusal, fields, record, reminders};
use crate::{
    change::{ChangeSet, Context, EventBody},
    command::SnoozeReminder,
    reminder::{Reminder, ReminderState, Snooze},
    task::{Due, Status, Task},
    zone,
};

/// Puts a reminder off, whether it has fired or not: it fires once more at that time. A change of the
/// due date ends it. Empty when it waits for that very moment already.
pub fn snooze(
    task: &Task,
    command: &SnoozeReminder,
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    record::visible(task, ctx)?;
    if task.status == Status::Done {
        return Err(Refusal::TaskIsDone);
    }
    let until = moment(&command.to, task, ctx)?;
    let index = chosen(&task.reminders, command.reminder_id).ok_or(Refusal::NoSuchReminder)?;
    let mut after = task.clone();
    if let Some(reminder) = after.reminders.get_mut(index) {
        reminders::put_off(reminder, until);
    }
    if after == *task {
        return Ok(record::nothing(ctx));
    }
    Ok(record::changed(task, EventBody::TaskUpdated, ctx, |task| *task = after))
}

/// The one that was named; else the one that fired last, else the next to fire.
fn chosen(reminders: &[Reminder], named: Option<Uuid>) -> Option<usize> {
    if let Some(id) = named {
        return reminders.iter().position(|reminder| reminder.id == id);
    }
    let in_state =
        |state| reminders.iter().enumerate().filter(move |(_, reminder)| reminder.state == state);
    let fired = in_state(ReminderState::Fired).max_by_key(|(_, reminder)| reminder.fire_at);
    let next = || in_state(ReminderState::Scheduled).min_by_key(|(_, reminder)| reminder.fire_at);
    fired.or_else(next).map(|(index, _)| index)
}

/// Later than now, on the wall clock of the task where days are counted.
fn moment(to: &Snooze, task: &Task, ctx: &Context<'_>) -> Result<DateTime<Utc>, Refusal> {
    let (field, until) = match *to {
        Snooze::Until(at) => ("until", at.to_utc()),
        Snooze::For { days, seconds } => {
            let zone = task.due.as_ref().and_then(Due::zone).unwrap_or(&ctx.settings.zone);
            let wall = zone::local(ctx.now, zone);
            let day = wall.checked_add_days(Days::new(days.into())).unwrap_or(wall);
            // On the same day nothing is converted: in an overlap the wall clock would be ambiguous.
            let from = if days == 0 { ctx.now } else { zone::instant(day, zone) };
            let until = from.checked_add_signed(TimeDelta::seconds(seconds.into()));
            ("for", until.unwrap_or(from))
        }
    };
    fields::in_range(field, until.year())?;
    if until <= ctx.now {
        return Err(fields::invalid(field, "is not in the future; name a later time"));
    }
    Ok(until)
}
