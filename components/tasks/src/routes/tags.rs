//! `GET /api/v1/tags`: every tag with how many open tasks have it.

use guest::{Problem, Response};
use serde::Serialize;
use store::Sql;

use crate::{answer::Answer, call::Call, query::Query};

#[derive(Serialize)]
struct Tags {
    items: Vec<Tag>,
}

#[derive(Serialize)]
struct Tag {
    tag: String,
    count: u64,
}

pub(super) fn tags<S: Sql>(call: &Call<'_, S>) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let tags = call.store().tags(&call.user_id)?;
    let items = tags.into_iter().map(|(tag, count)| Tag { tag, count }).collect();
    Ok(Answer::json(&Tags { items }).into())
}
