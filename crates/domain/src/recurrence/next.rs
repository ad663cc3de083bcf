//! From a completed instance of a series to the next one.

use chrono::{DateTime, NaiveDateTime, Utc};
use uuid::Uuid;

use super::{Mode, Moment, Repeat, Start, Timetable};
use crate::{
    command::{NewTask, NextInstance},
    reminder::Trigger,
    task::{Due, Series, Task},
    zone::{self, ZoneName},
};

/// The instance that follows a completed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Its place in the series.
    pub series: Series,
    /// When it is due.
    pub due: Due,
}

/// What follows the completion of `task` at `completed_at`; `None` when it does not repeat or the
/// series ends with it.
///
/// The next slot is always later than the slot of this instance, however early it was done, and also
/// - [`Mode::NextFuture`]: later than the completion (for a date: a later day);
/// - [`Mode::Every`]: nothing more, so it may be overdue at once;
/// - [`Mode::AfterCompletion`]: counted from the day of the completion, whose phase it takes. "Every
///   day when done", due on the 20th and done on the 17th, comes again on the 21st: done early never
///   brings the same day again, and done late counts from then.
///
/// A task without a due date counts from the day of its completion, in every mode; the next one is
/// due on a day. COUNT counts instances. `default_zone` is where a task without a zone lives.
pub fn next_instance(
    task: &Task,
    completed_at: DateTime<Utc>,
    default_zone: &ZoneName,
) -> Option<Next> {
    let (repeat, series) = (task.repeat.as_ref()?, task.series.as_ref()?);
    if repeat.rule.count().is_some_and(|count| series.occurrence >= count) {
        return None;
    }
    let zone = task.due.as_ref().and_then(Due::zone).unwrap_or(default_zone);
    let start = match &task.due {
        None => Due::day_start(zone::date(completed_at, zone)),
        Some(_) => series.start,
    };
    let slot = next_slot(repeat, task.due.as_ref(), start, series.slot, completed_at, zone)?;
    let occurrence = series.occurrence.checked_add(1)?;
    Some(Next {
        series: Series { id: series.id, occurrence, start, slot },
        due: match &task.due {
            Some(Due::At { zone, .. }) => Due::At { local: slot, zone: zone.clone() },
            Some(Due::Date { zone, .. }) => Due::Date { date: slot.date(), zone: zone.clone() },
            None => Due::Date { date: slot.date(), zone: None },
        },
    })
}

fn next_slot(
    repeat: &Repeat,
    due: Option<&Due>,
    start: NaiveDateTime,
    slot: NaiveDateTime,
    completed_at: DateTime<Utc>,
    zone: &ZoneName,
) -> Option<NaiveDateTime> {
    let done = zone::date(completed_at, zone);
    let start = Start::of_series(start, due, zone);
    let (this_one, both) = match start {
        Start::Day(_) => (Moment::Day(slot.date()), Moment::Day(slot.date().max(done))),
        _ => (Moment::Local(slot), Moment::Utc(completed_at.max(zone::instant(slot, zone)))),
    };
    let timetable = Timetable::new(&repeat.rule, repeat.month_end, start);
    let is_elapsed = repeat.rule.frequency().is_within_a_day() && matches!(start, Start::Zoned(..));
    let mut later = match repeat.mode {
        Mode::Every if due.is_some() => timetable.uncounted_after(this_one),
        Mode::NextFuture if due.is_some() => timetable.uncounted_after(both),
        // After completion, and without a due date there is nothing else to count from.
        _ if is_elapsed => timetable.rephased(Moment::Utc(completed_at)).uncounted_after(both),
        _ => {
            let later_day = Moment::Day(slot.date().max(done));
            timetable.rephased(Moment::Day(done)).uncounted_after(later_day)
        }
    };
    // A due time is a wall clock's, and means the first time that it shows it.
    later.find(|next| start.is_told_by_wall_clock(next)).map(|next| next.local)
}

/// The wish for the next instance: [`next_instance`] with everything that travels from one instance
/// to the next. A reminder at a moment keeps its distance to the due time on the wall clock.
pub fn successor(
    task: &Task,
    completed_at: DateTime<Utc>,
    default_zone: &ZoneName,
) -> Option<NextInstance> {
    let Next { series, due } = next_instance(task, completed_at, default_zone)?;
    let reminders = task
        .reminders
        .iter()
        .filter_map(|reminder| moved(&reminder.trigger, task, &due, default_zone));
    Some(NextInstance {
        task: NewTask {
            title: task.title.clone(),
            description: task.description.clone(),
            priority: task.priority,
            tags: task.tags.clone(),
            reminders: reminders.collect(),
            due: Some(due),
            repeat: task.repeat.clone(),
            parent_id: task.parent_id,
        },
        series,
        predecessor: task.id,
    })
}

fn moved(trigger: &Trigger, task: &Task, next: &Due, default_zone: &ZoneName) -> Option<Trigger> {
    let Trigger::At(at) = trigger else { return Some(trigger.clone()) };
    let zone = next.zone().unwrap_or(default_zone);
    let distance = next.wall_clock() - task.due.as_ref()?.wall_clock();
    let local = zone::local(at.to_utc(), zone).checked_add_signed(distance)?;
    Some(Trigger::At(zone::in_zone(zone::instant(local, zone), zone)))
}

/// The id of an instance: the same on every replica, whoever creates it first. (The first instance
/// keeps the id that it was created with; that id names the series.)
pub fn series_instance_id(series_id: Uuid, occurrence: u32) -> Uuid {
    Uuid::new_v5(&series_id, occurrence.to_string().as_bytes())
}
