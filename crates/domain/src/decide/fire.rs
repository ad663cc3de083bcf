//! Reminders whose time has come.

use chrono::TimeDelta;

use super::{Refusal, record};
use crate::{
    change::{ChangeSet, Context, EventBody, ReminderFire},
    reminder::{Reminder, ReminderState},
    task::{Status, Task},
};

/// So much later than `fire_at` still counts as on time.
const ON_TIME: TimeDelta = TimeDelta::seconds(1);

/// Fires those of the reminders that wait in the given generation, in the order of their times; the
/// rest was overtaken by a change and is left out. Never early: that is refused. Nothing fires for a
/// task that is done or deleted.
pub fn fire_reminders(
    task: &Task,
    fires: &[ReminderFire],
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    let mut set = record::nothing(ctx);
    if record::visible(task, ctx).is_err() || task.status == Status::Done {
        return Ok(set);
    }
    let mut waiting: Vec<&Reminder> =
        task.reminders.iter().filter(|reminder| is_waiting(reminder, fires)).collect();
    waiting.sort_by_key(|reminder| reminder.fire_at);

    for reminder in waiting {
        let late = ctx.now - reminder.fire_at;
        if late < TimeDelta::zero() {
            return Err(Refusal::ReminderTooEarly { reminder_id: reminder.id });
        }
        let late = if late < ON_TIME { TimeDelta::zero() } else { late };
        let body = EventBody::ReminderTrigger {
            reminder: Reminder { state: ReminderState::Fired, ..reminder.clone() },
            task: Box::new(task.clone()),
            late_by_ms: u64::try_from(late.num_milliseconds()).unwrap_or(0),
            digest: None,
        };
        set.events.push(record::event(body, ctx));
        set.fire.push(ReminderFire { reminder_id: reminder.id, generation: reminder.generation });
    }
    Ok(set)
}

fn is_waiting(reminder: &Reminder, fires: &[ReminderFire]) -> bool {
    reminder.state == ReminderState::Scheduled
        && fires
            .iter()
            .any(|fire| fire.reminder_id == reminder.id && fire.generation == reminder.generation)
}
