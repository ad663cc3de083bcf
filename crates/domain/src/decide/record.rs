//! Decisions as change sets: rows, events, expectations.

use crate::{
    change::{Change, ChangeSet, Context, Event, EventBody, Expect},
    decide::Refusal,
    task::Task,
};

/// What kind of change it was: the constructor of its event.
pub(super) type Kind = fn(Box<Change>) -> EventBody;

/// A set that changes nothing.
pub(super) fn nothing(ctx: &Context<'_>) -> ChangeSet {
    ChangeSet { user_id: ctx.user_id.to_owned(), ..ChangeSet::default() }
}

/// A task that there was not.
pub(super) fn created(task: Task, ctx: &mut Context<'_>) -> ChangeSet {
    let after = Box::new(task.clone());
    ChangeSet {
        events: vec![
            event(EventBody::TaskCreated(after.clone()), ctx),
            event(EventBody::TaskStateChanged { before: None, after }, ctx),
        ],
        expect: vec![Expect { task_id: task.id, version: None }],
        tasks: vec![task],
        ..nothing(ctx)
    }
}

/// A task that is another from now on. `change` sets what is different; the rest follows.
pub(super) fn changed(
    before: &Task,
    kind: Kind,
    ctx: &mut Context<'_>,
    change: impl FnOnce(&mut Task),
) -> ChangeSet {
    let mut after = before.clone();
    change(&mut after);
    after.version = before.version.saturating_add(1);
    after.updated_at = ctx.now;
    let change = Box::new(Change { before: before.clone(), after: after.clone() });
    let state = EventBody::TaskStateChanged {
        before: Some(Box::new(before.clone())),
        after: Box::new(after.clone()),
    };
    ChangeSet {
        events: vec![event(kind(change), ctx), event(state, ctx)],
        expect: vec![Expect { task_id: before.id, version: Some(before.version) }],
        tasks: vec![after],
        ..nothing(ctx)
    }
}

/// An event of now.
pub(super) fn event(body: EventBody, ctx: &mut Context<'_>) -> Event {
    Event {
        id: (ctx.new_id)(),
        at: ctx.now,
        actor: ctx.actor.clone(),
        correlation_id: ctx.correlation_id.to_owned(),
        zone: ctx.settings.zone.clone(),
        body,
    }
}

/// Refuses what the user cannot see.
pub(super) fn visible(task: &Task, ctx: &Context<'_>) -> Result<(), Refusal> {
    if task.deleted_at.is_none() && task.user_id == ctx.user_id {
        Ok(())
    } else {
        Err(Refusal::NotFound)
    }
}
