//! `POST /api/v1/tasks`.

use domain::{change::ChangeSet, command::NewTask, decide};
use guest::{Problem, Response};
use store::Sql;
use uuid::Uuid;

use crate::{
    answer::Answer,
    body,
    call::{Call, no_such_task},
    parent,
    query::Query,
    write,
};

pub(super) fn create<S: Sql>(call: &Call<'_, S>) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let new = body::read(call.request, body::JSON, events::api::parse_new_task)?;
    write::run(call, &|| {
        let (change, id) = decide(call, &new)?;
        let answer = Answer::created(change.task(id).ok_or_else(no_such_task)?);
        Ok((change, answer))
    })
}

/// A new task, with its id.
pub(super) fn decide<S: Sql>(
    call: &Call<'_, S>,
    new: &NewTask,
) -> Result<(ChangeSet, Uuid), Problem> {
    let parents = match new.parent_id {
        None => Vec::new(),
        Some(parent_id) => parent::check(call, None, parent_id)?,
    };
    let id = call.new_id();
    let mut change = call.decide(|context| decide::create(new.clone(), id, None, context))?;
    change.expect.extend(parents);
    Ok((change, id))
}
