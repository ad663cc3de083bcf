//! How the reminders of a task follow its due date and its state.
//!
//! A reminder whose time has passed when it comes to be, or when the due date moves, fires at once as
//! long as the task itself still lies ahead (or has no due date): late is better than never. When the
//! due time has passed too, there is nothing left to be reminded of in time, and it stays cancelled.

use chrono::{DateTime, Utc};

use super::Refusal;
use crate::{
    change::Context,
    reminder::{Reminder, ReminderState, Trigger, fire_at},
    task::{Due, Status, Task},
};

/// Reminders as they shall be: those that exist are kept as they are, the others are new.
pub(super) fn set(
    triggers: Vec<Trigger>,
    existing: &[Reminder],
    due: Option<&Due>,
    status: Status,
    ctx: &mut Context<'_>,
) -> Result<Vec<Reminder>, Refusal> {
    let of = |(index, trigger): (usize, Trigger)| {
        if let Some(known) = existing.iter().find(|reminder| reminder.trigger == trigger) {
            return Ok(known.clone());
        }
        let fire_at = fire_at(&trigger, due, ctx.settings)
            .map_err(|_| Refusal::ReminderWithoutDue { index })?;
        let state = state(fire_at, due, status, ctx);
        Ok(Reminder { id: (ctx.new_id)(), generation: 1, trigger, fire_at, snoozed: false, state })
    };
    triggers.into_iter().enumerate().map(of).collect()
}

/// After the due date of `task` was set: what counts from it moves with it, and fires again if it
/// had. Without a due date there is nothing to count from. What the person had put off is put off no
/// more: a relative reminder counts from the new date, one at a moment is back at its moment if that
/// is still to come.
pub(super) fn follow_due(task: &mut Task, ctx: &Context<'_>) {
    let (due, status) = (task.due.as_ref(), task.status);
    let follows = |reminder: &&mut Reminder| {
        reminder.snoozed || matches!(reminder.trigger, Trigger::Before { .. })
    };
    for reminder in task.reminders.iter_mut().filter(follows) {
        reminder.snoozed = false;
        let Ok(moved) = fire_at(&reminder.trigger, due, ctx.settings) else {
            cancel(reminder);
            continue;
        };
        let state = match reminder.trigger {
            Trigger::At(_) if moved <= ctx.now => ReminderState::Cancelled,
            _ => state(moved, due, status, ctx),
        };
        let revived = reminder.state == ReminderState::Cancelled && state != reminder.state;
        if moved != reminder.fire_at || revived {
            move_to(reminder, moved, state);
        }
    }
}

/// After `task` went on to another place of its series: every reminder is new, as those of a new
/// instance are; `triggers` are what they are now, in their order.
pub(super) fn renew(task: &mut Task, triggers: &[Trigger], ctx: &Context<'_>) {
    let (due, status) = (task.due.as_ref(), task.status);
    for (reminder, trigger) in task.reminders.iter_mut().zip(triggers) {
        reminder.trigger = trigger.clone();
        if let Ok(moved) = fire_at(trigger, due, ctx.settings) {
            let state = state(moved, due, status, ctx);
            move_to(reminder, moved, state);
            reminder.snoozed = false;
        }
    }
}

/// Puts a reminder off: it fires once more, then. Nothing when it waits for that moment already.
pub(super) fn put_off(reminder: &mut Reminder, until: DateTime<Utc>) {
    let waits = reminder.snoozed && reminder.state == ReminderState::Scheduled;
    if !(waits && reminder.fire_at == until) {
        move_to(reminder, until, ReminderState::Scheduled);
        reminder.snoozed = true;
    }
}

/// None of them will fire.
pub(super) fn cancel_all(task: &mut Task) {
    task.reminders.iter_mut().for_each(cancel);
}

/// After `task` was opened again: those that completion cancelled and whose time is yet to come.
pub(super) fn revive(task: &mut Task, ctx: &Context<'_>) {
    let due = task.due.as_ref();
    for reminder in &mut task.reminders {
        let fire_at = match reminder.snoozed {
            true => Ok(reminder.fire_at),
            false => fire_at(&reminder.trigger, due, ctx.settings),
        };
        if let (ReminderState::Cancelled, Ok(at)) = (reminder.state, fire_at)
            && at > ctx.now
        {
            move_to(reminder, at, ReminderState::Scheduled);
        }
    }
}

fn cancel(reminder: &mut Reminder) {
    if reminder.state == ReminderState::Scheduled {
        reminder.state = ReminderState::Cancelled;
    }
}

fn move_to(reminder: &mut Reminder, fire_at: DateTime<Utc>, state: ReminderState) {
    reminder.generation = reminder.generation.saturating_add(1);
    reminder.fire_at = fire_at;
    reminder.state = state;
}

fn state(
    fire_at: DateTime<Utc>,
    due: Option<&Due>,
    status: Status,
    ctx: &Context<'_>,
) -> ReminderState {
    let ahead = fire_at > ctx.now || due.is_none_or(|due| lies_ahead(due, ctx));
    if status == Status::Open && ahead {
        ReminderState::Scheduled
    } else {
        ReminderState::Cancelled
    }
}

/// A day lies ahead until it is over.
fn lies_ahead(due: &Due, ctx: &Context<'_>) -> bool {
    due.last_moment(&ctx.settings.zone) > ctx.now
}
