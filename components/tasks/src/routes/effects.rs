//! `POST /internal/tasks/effects`: what a handler wishes for one event, all of it in one change set
//! together with the inbox key. Delivered again, it changes nothing.
//!
//! The bridge has checked what the handler is allowed to wish for; here counts whose rows it is
//! about. Effects that are not about tasks are the bridge's own and are passed over.

use chrono::{DateTime, Utc};
use domain::{
    change::{Actor, ChangeSet, Expect, InboxKey},
    decide,
    task::Task,
};
use events::{
    FieldError, api,
    effect::{Applied, ApplyEffects, Effect, SeriesPosition},
};
use guest::{Code, Problem, Request, Response, Scope};
use store::{ApplyError, Conflict, Sql};
use uuid::Uuid;

use super::{change, create};
use crate::{Environment, answer::Answer, body, call::Call, query::Query, write};

pub(super) fn apply<S: Sql>(
    request: &Request,
    scope: &Scope,
    environment: &Environment<S>,
) -> Result<Response, Problem> {
    Query::read(request, &[])?;
    let wishes = body::read(request, body::JSON, ApplyEffects::parse)?;
    environment.store.sql().act_for(&wishes.user_id)?;
    let call = Call {
        environment,
        scope,
        request,
        user_id: wishes.user_id,
        actor: Actor::Handler(wishes.consumer.clone()),
        correlation_id: wishes.correlation_id,
    };
    let inbox = InboxKey { consumer: wishes.consumer, event_id: wishes.event_id };
    for _ in 0..write::ATTEMPTS_MAX {
        let (change, applied) = match decide_all(&call, &inbox, &wishes.effects, wishes.timestamp) {
            Ok(decision) => decision,
            // The task may have gone on since the first delivery; that one counts.
            Err(_) if was_applied(&call, &inbox) => return Ok(duplicate()),
            Err(problem) => return Err(problem),
        };
        match call.store().apply(&change) {
            Ok(_) => return Ok(Answer::json(&applied).into()),
            Err(ApplyError::Conflict(Conflict::Duplicate)) => return Ok(duplicate()),
            Err(ApplyError::Conflict(_)) => {}
            Err(ApplyError::Unavailable(error)) => return Err(error.into()),
        }
    }
    Err(write::contended())
}

fn duplicate() -> Response {
    Answer::json(&Applied { duplicate: true, task_ids: Vec::new() }).into()
}

/// Asks the inbox without writing to it: no task has version 0, so this change is never applied.
fn was_applied<S: Sql>(call: &Call<'_, S>, inbox: &InboxKey) -> bool {
    let never = Expect { task_id: Uuid::nil(), version: Some(0) };
    let question = ChangeSet {
        user_id: call.user_id.clone(),
        expect: vec![never],
        inbox: Some(inbox.clone()),
        ..ChangeSet::default()
    };
    call.store().apply(&question) == Err(ApplyError::Conflict(Conflict::Duplicate))
}

/// Each effect is decided on what those before it lead to.
fn decide_all<S: Sql>(
    call: &Call<'_, S>,
    inbox: &InboxKey,
    effects: &[Effect],
    happened_at: DateTime<Utc>,
) -> Result<(ChangeSet, Applied), Problem> {
    let mut change = ChangeSet { user_id: call.user_id.clone(), ..ChangeSet::default() };
    change.inbox = Some(inbox.clone());
    for (index, effect) in effects.iter().enumerate() {
        let next = match effect {
            Effect::CreateTask { task, series } => create(call, task, *series, happened_at),
            Effect::UpdateTask { task_id, patch } => update(call, &change, *task_id, patch),
            Effect::CompleteTask { task_id } => complete(call, &change, *task_id),
            _ => continue,
        };
        change = change.and(next.map_err(|problem| refused(index, problem))?);
    }
    let task_ids = change.tasks.iter().map(|task| task.id).collect();
    Ok((change, Applied { duplicate: false, task_ids }))
}

fn create<S: Sql>(
    call: &Call<'_, S>,
    task: &api::NewTask,
    place: Option<SeriesPosition>,
    happened_at: DateTime<Utc>,
) -> Result<ChangeSet, Problem> {
    let Some(place) = place else {
        let new = task.clone().try_into().map_err(|error: FieldError| error.within("task"))?;
        return Ok(create::decide(call, &new)?.0);
    };
    let next = place.next_instance(task.clone())?;
    // The row of the predecessor counts even when it was deleted: then there is nothing to do.
    let place_of = |occurrence| call.store().child_of(&call.user_id, next.series.id, occurrence);
    let before = next.series.occurrence.checked_sub(1);
    let Some(predecessor) = before.map_or(Ok(None), place_of)? else { return Err(not_theirs()) };
    // Completed, opened again, edited and completed once more, all before the first event came here:
    // the wish shows the task as it was, and the event of the later completion is on its way.
    if predecessor.completed_at.is_some_and(|completed_at| completed_at != happened_at) {
        return Ok(ChangeSet { user_id: call.user_id.clone(), ..ChangeSet::default() });
    }
    let child_exists = place_of(next.series.occurrence)?.is_some();
    let parts = match child_exists {
        true => Vec::new(),
        false => call.store().parts_of(&call.user_id, predecessor.id)?,
    };
    Ok(call.decide(|context| {
        decide::next_instance(next, &predecessor, &parts, child_exists, context)
    })?)
}

fn update<S: Sql>(
    call: &Call<'_, S>,
    change: &ChangeSet,
    task_id: Uuid,
    patch: &api::TaskPatch,
) -> Result<ChangeSet, Problem> {
    let patch = patch.clone().try_into().map_err(|error: FieldError| error.within("patch"))?;
    match present(call, change, task_id)? {
        Some(task) => change::decide_patch(call, &task, &patch),
        None => Ok(ChangeSet::default()),
    }
}

fn complete<S: Sql>(
    call: &Call<'_, S>,
    change: &ChangeSet,
    task_id: Uuid,
) -> Result<ChangeSet, Problem> {
    match present(call, change, task_id)? {
        Some(task) => Ok(call.decide(|context| decide::complete(&task, context))?),
        None => Ok(ChangeSet::default()),
    }
}

/// The task as the effects so far leave it. `None` for one that its user deleted meanwhile: what a
/// handler wished for it has no object any more.
fn present<S: Sql>(
    call: &Call<'_, S>,
    change: &ChangeSet,
    task_id: Uuid,
) -> Result<Option<Task>, Problem> {
    if let Some(task) = change.task(task_id) {
        return Ok(Some(task.clone()));
    }
    let found = call.store().task(&call.user_id, task_id)?;
    let was_theirs = || call.store().history(&call.user_id, task_id, 0, 1);
    if found.is_none() && was_theirs()?.is_empty() {
        return Err(not_theirs());
    }
    Ok(found)
}

fn not_theirs() -> Problem {
    Problem::new(Code::InvalidEffects, "the task is not one of this user")
}

/// A refusal of one effect refuses them all, for good; a failure of the store is none.
fn refused(index: usize, problem: Problem) -> Problem {
    if problem.status().is_server_error() {
        return problem;
    }
    let effect = format!("effects[{index}]");
    let field = problem.field().map_or(effect.clone(), |field| format!("{effect}.{field}"));
    Problem::at(Code::InvalidEffects, field, problem.detail())
}
