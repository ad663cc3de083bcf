//! What the tests share: a world, and tasks in it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::{
    change::{Actor, ChangeSet, Context, EventBody, Settings},
    command::NewTask,
    decide::{self, Refusal},
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::Trigger,
    task::{Due, Priority, Task},
    zone::ZoneName,
};
use uuid::Uuid;

pub(crate) const USER: &str = "ada";

/// A user, a clock and a source of ids.
pub(crate) struct World {
    pub(crate) now: DateTime<Utc>,
    pub(crate) settings: Settings,
    pub(crate) actor: Actor,
    ids: u128,
}

impl World {
    pub(crate) fn at(now: &str) -> Self {
        let settings = Settings {
            zone: zone("Europe/Berlin"),
            day_starts_at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        };
        Self { now: now.parse().unwrap(), settings, actor: Actor::Person, ids: 0 }
    }

    pub(crate) fn move_to(&mut self, now: &str) -> &mut Self {
        self.now = now.parse().unwrap();
        self
    }

    /// Runs one decision.
    pub(crate) fn decide<T>(&mut self, decision: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            Uuid::from_u128(*ids)
        };
        decision(&mut Context {
            user_id: USER,
            now: self.now,
            new_id: &mut new_id,
            actor: self.actor.clone(),
            correlation_id: "correlation",
            settings: &self.settings,
        })
    }

    pub(crate) fn create(&mut self, new: NewTask) -> Result<Task, Refusal> {
        self.ids += 1;
        let id = Uuid::from_u128(self.ids << 64);
        let set = self.decide(|ctx| decide::create(new, id, None, ctx))?;
        Ok(set.task(id).unwrap().clone())
    }

    pub(crate) fn complete(&mut self, task: &Task) -> Task {
        let set = self.decide(|ctx| decide::complete(task, ctx)).unwrap();
        set.task(task.id).unwrap().clone()
    }
}

pub(crate) fn zone(name: &str) -> ZoneName {
    ZoneName::parse(name).unwrap()
}

/// `2026-01-31 09:00`, or `2026-01-31` for its midnight.
pub(crate) fn wall(text: &str) -> NaiveDateTime {
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    match text.split_once(' ') {
        Some((day, time)) => date(day).and_time(time.parse().unwrap()),
        None => date(text).and_time(NaiveTime::MIN),
    }
}

/// `2026-01-31 09:00 Europe/Berlin` or `2026-01-31`.
pub(crate) fn due(text: &str) -> Due {
    match text.rsplit_once(' ') {
        Some((local, name)) => Due::At { local: wall(local), zone: zone(name) },
        None => Due::Date { date: text.parse().unwrap(), zone: None },
    }
}

pub(crate) fn repeat(rule: &str, mode: Mode, month_end: MonthEnd) -> Repeat {
    Repeat { rule: Rule::parse(rule).unwrap(), mode, month_end }
}

/// "Every so often", the way that people get it when they say no more.
pub(crate) fn every(rule: &str) -> Repeat {
    repeat(rule, Mode::default(), MonthEnd::default())
}

pub(crate) fn new_task(title: &str) -> NewTask {
    NewTask {
        title: title.to_owned(),
        description: String::new(),
        priority: Priority::default(),
        tags: Vec::new(),
        due: None,
        repeat: None,
        reminders: Vec::new(),
        parent_id: None,
    }
}

/// `PT30M` is before the due time, everything else a moment.
pub(crate) fn trigger(text: &str) -> Trigger {
    Trigger::before(text).unwrap_or_else(|_| Trigger::At(text.parse().unwrap()))
}

/// The kinds of its events, in order.
pub(crate) fn kinds(set: &ChangeSet) -> Vec<&'static str> {
    let kind = |body: &EventBody| match body {
        EventBody::TaskCreated(_) => "created",
        EventBody::TaskUpdated(_) => "updated",
        EventBody::TaskCompleted(_) => "completed",
        EventBody::TaskDeleted(_) => "deleted",
        EventBody::TaskStateChanged { .. } => "state_changed",
        EventBody::ReminderTrigger { .. } => "trigger",
    };
    set.events.iter().map(|event| kind(&event.body)).collect()
}
