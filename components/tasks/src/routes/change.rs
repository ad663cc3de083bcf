//! `PATCH` and `DELETE /api/v1/tasks/{id}`, `POST /api/v1/tasks/{id}:complete`, `:reopen`, `:skip` and
//! `:snooze`.
//!
//! Deleting a task leaves its parts alone: they keep their `parent_id`, which then names a task that
//! is not there, so that undoing the deletion brings the whole back.

use domain::{
    change::{ChangeSet, Context},
    command::TaskPatch,
    decide::{self, Refusal},
    task::Task,
};
use guest::{Problem, Response};
use store::Sql;

use crate::{answer::Answer, body, call::Call, condition, parent, query::Query, write};

pub(super) fn patch<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let patch = body::read(call.request, body::JSON_OR_PATCH, events::api::parse_patch)?;
    write::run(call, &|| {
        let task = seen(call, id)?;
        let change = decide_patch(call, &task, &patch)?;
        changed(call, &task, change)
    })
}

/// What a patch makes of a task.
pub(super) fn decide_patch<S: Sql>(
    call: &Call<'_, S>,
    task: &Task,
    patch: &TaskPatch,
) -> Result<ChangeSet, Problem> {
    let parents = match patch.parent_id.flatten() {
        None => Vec::new(),
        Some(parent_id) => parent::check(call, Some(task.id), parent_id)?,
    };
    let mut change = call.decide(|context| decide::update(task, patch.clone(), context))?;
    change.expect.extend(parents);
    Ok(change)
}

pub(super) fn complete<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    without_body(call, id, decide::complete)
}

pub(super) fn reopen<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    let next_of = |task: &Task| match &task.series {
        None => Ok(None),
        Some(series) => call.store().child_of(&call.user_id, series.id, series.occurrence + 1),
    };
    Query::read(call.request, &[])?;
    body::refuse(call.request)?;
    write::run(call, &|| {
        let task = seen(call, id)?;
        let next = next_of(&task)?;
        let parts = match &next {
            None => Vec::new(),
            Some(next) => call.store().parts_of(&call.user_id, next.id)?,
        };
        let change =
            call.decide(|context| decide::reopen(&task, next.as_ref(), &parts, context))?;
        changed(call, &task, change)
    })
}

pub(super) fn skip<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    without_body(call, id, decide::skip)
}

pub(super) fn snooze<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let snooze = body::read(call.request, body::JSON, events::api::parse_snooze)?;
    write::run(call, &|| {
        let task = seen(call, id)?;
        let change = call.decide(|context| decide::snooze(&task, &snooze, context))?;
        changed(call, &task, change)
    })
}

pub(super) fn delete<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    body::refuse(call.request)?;
    write::run(call, &|| {
        let task = seen(call, id)?;
        let change = call.decide(|context| decide::delete(&task, context))?;
        Ok((change, Answer::empty()))
    })
}

/// A command that the path says all about.
fn without_body<S: Sql>(
    call: &Call<'_, S>,
    id: &str,
    decide: impl Fn(&Task, &mut Context<'_>) -> Result<ChangeSet, Refusal>,
) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    body::refuse(call.request)?;
    write::run(call, &|| {
        let task = seen(call, id)?;
        let change = call.decide(|context| decide(&task, context))?;
        changed(call, &task, change)
    })
}

/// The task, as the client knows it where it says what it knows.
fn seen<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Task, Problem> {
    let task = call.task(id)?;
    condition::check_match(call.request, &task)?;
    Ok(task)
}

/// Answers with the task as it will be, or as it is when nothing changes.
fn changed<S: Sql>(
    call: &Call<'_, S>,
    before: &Task,
    change: ChangeSet,
) -> Result<write::Decision, Problem> {
    let answer = Answer::task(call, change.task(before.id).unwrap_or(before))?;
    Ok((change, answer))
}
