//! Changes to start from, with the events that a decision would make.

use domain::{
    change::{Actor, Change, ChangeSet, Event, EventBody, Expect},
    task::{Status, Task},
    zone::ZoneName,
};

use crate::{clock, clock::Ids};

/// The correlation id of all events made here.
pub const CORRELATION_ID: &str = "test-correlation";

/// A new task: its row, `task.created` and `task.state_changed`.
pub fn created(task: &Task, ids: &mut Ids) -> ChangeSet {
    let bodies = [
        EventBody::TaskCreated(Box::new(task.clone())),
        EventBody::TaskStateChanged { before: None, after: Box::new(task.clone()) },
    ];
    change(task, None, bodies, ids)
}

/// A task that changed: its row, `task.completed`, `task.deleted` or `task.updated`, and
/// `task.state_changed`.
pub fn changed(before: &Task, after: &Task, ids: &mut Ids) -> ChangeSet {
    let both = Box::new(Change { before: before.clone(), after: after.clone() });
    let body = match (before.status, after.status) {
        _ if after.deleted_at.is_some() => EventBody::TaskDeleted(both),
        (Status::Open, Status::Done) => EventBody::TaskCompleted(both),
        _ => EventBody::TaskUpdated(both),
    };
    let state = EventBody::TaskStateChanged {
        before: Some(Box::new(before.clone())),
        after: Box::new(after.clone()),
    };
    change(after, Some(before.version), [body, state], ids)
}

/// Something that happened, done by the person at [`clock::now`].
pub fn event(body: EventBody, ids: &mut Ids) -> Event {
    Event {
        id: ids.next_id(),
        at: clock::now(),
        actor: Actor::Person,
        correlation_id: CORRELATION_ID.to_owned(),
        zone: ZoneName::utc(),
        body,
    }
}

fn change(task: &Task, version: Option<u64>, bodies: [EventBody; 2], ids: &mut Ids) -> ChangeSet {
    ChangeSet {
        user_id: task.user_id.clone(),
        tasks: vec![task.clone()],
        events: bodies.into_iter().map(|body| event(body, ids)).collect(),
        expect: vec![Expect { task_id: task.id, version }],
        ..ChangeSet::default()
    }
}
