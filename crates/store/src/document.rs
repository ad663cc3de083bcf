//! A `ChangeSet` as the JSON document that the database takes: flat lists, one for each table.
//! The names are those of the trigger `apply_changeset_3`. `row.rs` is the way back.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    change::{ChangeSet, Event, EventBody, Expect, IdempotencyRecord, InboxKey, ReminderFire},
    reminder::{Reminder, Trigger},
    task::{Due, Following, Task},
    zone::ZoneName,
};
use serde::Serialize;
use uuid::Uuid;

use crate::names::{self, Named};

/// The whole change.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    user_id: &'a str,
    expect: Vec<ExpectDoc>,
    fire: Vec<FireDoc>,
    removed: &'a [Uuid],
    /// Tasks whose tags and reminders are only those below from now on.
    cleared: Vec<Uuid>,
    tasks: Vec<TaskDoc<'a>>,
    tags: Vec<TagDoc<'a>>,
    reminders: Vec<ReminderDoc>,
    events: Vec<EventDoc<'a>>,
    inbox: Option<InboxDoc<'a>>,
    idempotency: Option<IdempotencyDoc<'a>>,
}

#[derive(Serialize)]
struct ExpectDoc {
    id: Uuid,
    version: Option<u64>,
}

#[derive(Serialize)]
struct FireDoc {
    id: Uuid,
    generation: u32,
}

#[derive(Serialize)]
struct TaskDoc<'a> {
    id: Uuid,
    version: u64,
    title: &'a str,
    description: &'a str,
    status: &'static str,
    priority: i64,
    due_date: Option<String>,
    due_time: Option<String>,
    time_zone: Option<&'a str>,
    due_at: Option<i64>,
    rule: Option<String>,
    mode: Option<&'static str>,
    month_end: Option<&'static str>,
    series_id: Option<Uuid>,
    occurrence: Option<u32>,
    series_start: Option<String>,
    series_slot: Option<String>,
    following: Option<String>,
    parent_id: Option<Uuid>,
    completed_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    deleted_at: Option<i64>,
}

#[derive(Serialize)]
struct TagDoc<'a> {
    task_id: Uuid,
    tag: String,
    label: &'a str,
}

#[derive(Serialize)]
struct ReminderDoc {
    id: Uuid,
    task_id: Uuid,
    generation: u32,
    before_days: Option<u32>,
    before_seconds: Option<u32>,
    at: Option<String>,
    fire_at: i64,
    snoozed: bool,
    state: &'static str,
}

#[derive(Serialize)]
struct EventDoc<'a> {
    event_id: Uuid,
    topic: &'static str,
    event_type: &'static str,
    timestamp_ms: i64,
    actor: String,
    correlation_id: &'a str,
    task_id: Uuid,
    payload: serde_json::Value,
}

#[derive(Serialize)]
struct InboxDoc<'a> {
    consumer: &'a str,
    event_id: Uuid,
}

#[derive(Serialize)]
struct IdempotencyDoc<'a> {
    key: &'a str,
    request_hash: &'a str,
    status: u16,
    etag: Option<&'a str>,
    location: Option<&'a str>,
    body: &'a str,
}

impl<'a> From<&'a ChangeSet> for Document<'a> {
    fn from(change: &'a ChangeSet) -> Self {
        let written = change.tasks.iter().map(|task| task.id);
        Self {
            user_id: &change.user_id,
            expect: change.expect.iter().map(ExpectDoc::from).collect(),
            fire: change.fire.iter().map(FireDoc::from).collect(),
            removed: &change.removed,
            cleared: written.chain(change.removed.iter().copied()).collect(),
            tasks: change.tasks.iter().map(TaskDoc::from).collect(),
            tags: change.tasks.iter().flat_map(tags).collect(),
            reminders: change.tasks.iter().flat_map(reminders).collect(),
            events: change.events.iter().map(EventDoc::from).collect(),
            inbox: change.inbox.as_ref().map(InboxDoc::from),
            idempotency: change.idempotency.as_ref().map(IdempotencyDoc::from),
        }
    }
}

impl From<&Expect> for ExpectDoc {
    fn from(expect: &Expect) -> Self {
        Self { id: expect.task_id, version: expect.version }
    }
}

impl From<&ReminderFire> for FireDoc {
    fn from(fire: &ReminderFire) -> Self {
        Self { id: fire.reminder_id, generation: fire.generation }
    }
}

impl<'a> From<&'a Task> for TaskDoc<'a> {
    fn from(task: &'a Task) -> Self {
        let (due_date, due_time, time_zone) = match &task.due {
            None => (None, None, None),
            Some(Due::Date { date, zone }) => (Some(*date), None, zone.as_ref()),
            Some(Due::At { local, zone }) => (Some(local.date()), Some(local.time()), Some(zone)),
        };
        let repeat = task.repeat.as_ref();
        let series = task.series.as_ref();
        Self {
            id: task.id,
            version: task.version,
            title: &task.title,
            description: &task.description,
            status: task.status.name(),
            priority: names::rank(task.priority),
            due_date: due_date.map(|date| date.to_string()),
            due_time: due_time.map(|time| time.to_string()),
            time_zone: time_zone.map(|zone| zone.as_str()),
            due_at: task.due.as_ref().map(due_at_ms),
            rule: repeat.map(|repeat| repeat.rule.to_string()),
            mode: repeat.map(|repeat| repeat.mode.name()),
            month_end: repeat.map(|repeat| repeat.month_end.name()),
            series_id: series.map(|series| series.id),
            occurrence: series.map(|series| series.occurrence),
            series_start: series.map(|series| wall_clock(series.start)),
            series_slot: series.map(|series| wall_clock(series.slot)),
            following: task.following.as_deref().map(following),
            parent_id: task.parent_id,
            completed_at: task.completed_at.map(ms),
            created_at: ms(task.created_at),
            updated_at: ms(task.updated_at),
            deleted_at: task.deleted_at.map(ms),
        }
    }
}

/// As JSON of the API's shape, which `row.rs` reads.
fn following(following: &Following) -> String {
    // A plain shape with string keys always serialises.
    serde_json::to_string(&events::api::Following::from(following)).unwrap_or_default()
}

/// The instant that lists sort and filter by. A day counts as due when it is over, so that a task for
/// today is not overdue; a day without a zone is one of UTC.
fn due_at_ms(due: &Due) -> i64 {
    ms(due.last_moment(&ZoneName::utc()))
}

fn tags(task: &Task) -> impl Iterator<Item = TagDoc<'_>> {
    task.tags.iter().map(|label| TagDoc { task_id: task.id, tag: names::fold(label), label })
}

fn reminders(task: &Task) -> impl Iterator<Item = ReminderDoc> {
    task.reminders.iter().map(|reminder| reminder_doc(task.id, reminder))
}

fn reminder_doc(task_id: Uuid, reminder: &Reminder) -> ReminderDoc {
    let (before_days, before_seconds, at) = match &reminder.trigger {
        Trigger::Before { days, seconds } => (Some(*days), Some(*seconds), None),
        Trigger::At(at) => (None, None, Some(at.to_rfc3339())),
    };
    ReminderDoc {
        id: reminder.id,
        task_id,
        generation: reminder.generation,
        before_days,
        before_seconds,
        at,
        fire_at: ms(reminder.fire_at),
        snoozed: reminder.snoozed,
        state: reminder.state.name(),
    }
}

impl<'a> From<&'a Event> for EventDoc<'a> {
    fn from(event: &'a Event) -> Self {
        let (event_type, payload) = events::payload(event);
        Self {
            event_id: event.id,
            topic: event_type.topic(),
            event_type: event_type.as_str(),
            timestamp_ms: ms(event.at),
            actor: names::actor(&event.actor),
            correlation_id: &event.correlation_id,
            task_id: task_of(&event.body).id,
            payload,
        }
    }
}

fn task_of(body: &EventBody) -> &Task {
    match body {
        EventBody::TaskCreated(task) => task,
        EventBody::TaskUpdated(change)
        | EventBody::TaskCompleted(change)
        | EventBody::TaskDeleted(change) => &change.after,
        EventBody::TaskStateChanged { after, .. } => after,
        EventBody::ReminderTrigger { task, .. } => task,
    }
}

impl<'a> From<&'a InboxKey> for InboxDoc<'a> {
    fn from(key: &'a InboxKey) -> Self {
        Self { consumer: &key.consumer, event_id: key.event_id }
    }
}

impl<'a> From<&'a IdempotencyRecord> for IdempotencyDoc<'a> {
    fn from(record: &'a IdempotencyRecord) -> Self {
        Self {
            key: &record.key,
            request_hash: &record.request_hash,
            status: record.status,
            etag: record.etag.as_deref(),
            location: record.location.as_deref(),
            body: &record.body,
        }
    }
}

fn ms(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_millis()
}

fn wall_clock(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}
