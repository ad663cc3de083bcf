//! Tasks to start from: `Task { title: "Pay rent".into(), ..a_task() }`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Priority, Status, Task},
    zone::ZoneName,
};
use uuid::Uuid;

use crate::clock;

/// Whose tasks they are when nothing is said.
pub const USER: &str = "ada";

/// An open task without anything that could be left out.
pub fn a_task() -> Task {
    Task {
        id: clock::id(1),
        user_id: USER.to_owned(),
        version: 1,
        title: "Buy milk".to_owned(),
        description: String::new(),
        status: Status::Open,
        priority: Priority::default(),
        tags: Vec::new(),
        due: None,
        repeat: None,
        series: None,
        following: None,
        parent_id: None,
        reminders: Vec::new(),
        completed_at: None,
        created_at: clock::now(),
        updated_at: clock::now(),
        deleted_at: None,
    }
}

/// The task, one version on and done.
pub fn done(task: &Task) -> Task {
    Task {
        version: task.version + 1,
        status: Status::Done,
        completed_at: Some(clock::now()),
        ..task.clone()
    }
}

/// A reminder that waits for a moment.
pub fn a_reminder(id: Uuid, fire_at: DateTime<Utc>) -> Reminder {
    Reminder {
        id,
        generation: 1,
        trigger: Trigger::At(fire_at.into()),
        fire_at,
        snoozed: false,
        state: ReminderState::Scheduled,
    }
}

/// A day: `due_on("2026-12-01")`.
pub fn due_on(date: &str) -> Due {
    Due::Date { date: date.parse().expect("a day"), zone: None }
}

/// A time on the wall clock of Berlin: `due_at("2026-12-01", 9)`.
pub fn due_at(date: &str, hour: u32) -> Due {
    let date: NaiveDate = date.parse().expect("a day");
    Due::At {
        local: date.and_hms_opt(hour, 0, 0).expect("an hour"),
        zone: ZoneName::parse("Europe/Berlin").expect("a zone"),
    }
}
