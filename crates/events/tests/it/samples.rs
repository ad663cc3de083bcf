//! One of everything.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use domain::{
    change::{Actor, Change, Digest, Event, EventBody},
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Following, Priority, Series, Status, Task},
    zone::ZoneName,
};
use events::{
    Envelope,
    api::{self, TaskSnapshot},
    effect::{Effect, SeriesPosition},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

pub(crate) fn berlin() -> ZoneName {
    ZoneName::parse("Europe/Berlin").unwrap()
}

/// A recurring task with every field in use.
pub(crate) fn task() -> Task {
    let due = local("2026-01-31T09:00:00");
    Task {
        id: id(1),
        user_id: "anna".to_owned(),
        version: 1,
        title: "Pay rent".to_owned(),
        description: "to *the* landlord".to_owned(),
        status: Status::Open,
        priority: Priority::High,
        tags: vec!["home".to_owned(), "Money".to_owned()],
        due: Some(Due::At { local: due, zone: berlin() }),
        repeat: Some(Repeat {
            rule: Rule::parse("FREQ=MONTHLY;BYMONTHDAY=31").unwrap(),
            mode: Mode::Every,
            month_end: MonthEnd::Clamp,
        }),
        series: Some(Series { id: id(1), occurrence: 1, start: due, slot: due }),
        following: Some(Box::new(Following {
            title: Some("Pay the landlord".to_owned()),
            reminders: Some(vec![Trigger::Before { days: 1, seconds: 0 }]),
            ..Following::default()
        })),
        parent_id: Some(id(2)),
        reminders: vec![
            Reminder {
                id: id(3),
                generation: 2,
                trigger: Trigger::Before { days: 1, seconds: 1800 },
                fire_at: at("2026-01-30T07:30:00Z"),
                snoozed: false,
                state: ReminderState::Scheduled,
            },
            Reminder {
                id: id(4),
                generation: 1,
                trigger: Trigger::At(
                    DateTime::parse_from_rfc3339("2026-01-29T18:00:00+01:00").unwrap(),
                ),
                fire_at: at("2026-01-29T18:30:00Z"),
                snoozed: true,
                state: ReminderState::Fired,
            },
        ],
        completed_at: None,
        created_at: at("2026-01-01T00:00:00.123Z"),
        updated_at: at("2026-01-02T00:00:00Z"),
        deleted_at: None,
    }
}

/// A task with nothing but a title and a day.
pub(crate) fn plain_task() -> Task {
    Task {
        description: String::new(),
        priority: Priority::Medium,
        tags: Vec::new(),
        due: Some(Due::Date { date: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(), zone: None }),
        repeat: None,
        series: None,
        following: None,
        parent_id: None,
        reminders: Vec::new(),
        ..task()
    }
}

pub(crate) fn done(task: Task) -> Task {
    let completed_at = at("2026-01-31T08:30:00Z");
    Task {
        status: Status::Done,
        version: task.version + 1,
        completed_at: Some(completed_at),
        updated_at: completed_at,
        ..task
    }
}

pub(crate) fn snapshot() -> TaskSnapshot {
    TaskSnapshot::from(&task())
}

/// One event of every type, and the other kind of `task.state_changed`.
pub(crate) fn events() -> Vec<Event> {
    let change = |after: Task| Box::new(Change { before: task(), after });
    let renamed = Task { title: "Pay the rent".to_owned(), version: 2, ..task() };
    let deleted = Task { deleted_at: Some(at("2026-01-03T00:00:00Z")), version: 2, ..task() };
    [
        EventBody::TaskCreated(Box::new(task())),
        EventBody::TaskUpdated(change(renamed.clone())),
        EventBody::TaskCompleted(change(done(task()))),
        EventBody::TaskDeleted(change(deleted)),
        EventBody::TaskStateChanged { before: None, after: Box::new(task()) },
        EventBody::TaskStateChanged { before: Some(Box::new(task())), after: Box::new(renamed) },
        EventBody::ReminderTrigger {
            reminder: task().reminders.remove(0),
            task: Box::new(task()),
            late_by_ms: 1500,
            digest: Some(Digest { id: id(9), size: 12, position: 3 }),
        },
        EventBody::ReminderTrigger {
            reminder: task().reminders.remove(1),
            task: Box::new(Task { due: None, ..plain_task() }),
            late_by_ms: 0,
            digest: None,
        },
    ]
    .into_iter()
    .map(|body| Event {
        id: id(100),
        at: at("2026-01-31T08:30:00Z"),
        actor: Actor::Person,
        correlation_id: "correlation-1".to_owned(),
        zone: berlin(),
        body,
    })
    .collect()
}

pub(crate) fn envelope(event: &Event) -> Envelope {
    let (event_type, payload) = events::payload(event);
    Envelope {
        event_id: event.id,
        event_type: event_type.to_string(),
        user_id: "anna".to_owned(),
        timestamp: event.at,
        payload,
    }
}

/// The body of a request with every field in use.
pub(crate) fn new_task() -> Value {
    json!({
        "title": "Pay rent",
        "description": "to *the* landlord",
        "priority": "high",
        "tags": ["home", "Money"],
        "due": {"at": "2026-01-31T09:00", "time_zone": "Europe/Berlin"},
        "repeat": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp"},
        "reminders": [{"before": "P1D"}, {"at": "2026-01-29T18:00:00+01:00"}],
        "parent_id": id(2),
    })
}

/// One of every effect, in the order of [`Effect::NAMES`].
pub(crate) fn effects() -> Vec<Effect> {
    let start = local("2026-01-31T09:00:00");
    vec![
        Effect::CreateTask {
            task: Box::new(serde_json::from_value(new_task()).unwrap()),
            series: Some(SeriesPosition {
                series_id: id(1),
                occurrence: 2,
                start,
                slot: local("2026-02-28T09:00:00"),
                predecessor: id(1),
            }),
        },
        Effect::UpdateTask {
            task_id: id(1),
            patch: Box::new(api::TaskPatch { due: Some(None), ..api::TaskPatch::default() }),
        },
        Effect::CompleteTask { task_id: id(1) },
        Effect::ScheduleReminder {
            reminder_id: id(3),
            task_id: id(1),
            generation: 2,
            fire_at: at("2026-01-30T07:30:00Z"),
        },
        Effect::CancelReminder { reminder_id: id(3) },
        Effect::Notify { title: "Rent".to_owned(), body: "is due".to_owned() },
        Effect::Publish { event: json!({"anything": [1, 2]}) },
    ]
}
