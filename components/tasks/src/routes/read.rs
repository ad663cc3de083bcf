//! `GET /api/v1/tasks/{id}`.

use guest::{Problem, Response};
use store::Sql;

use crate::{answer::Answer, call::Call, condition, query::Query};

pub(super) fn read<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let task = call.task(id)?;
    if condition::is_known(call.request, &task)? {
        return Ok(Answer::not_modified(&task).into());
    }
    Ok(Answer::task(call, &task)?.into())
}
