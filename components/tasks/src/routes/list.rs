//! `GET /api/v1/tasks`: filters, order, pages.

use chrono::{DateTime, NaiveDate, Utc};
use domain::task::{Priority, Status, TAGS_MAX};
use events::api::TaskSnapshot;
use guest::{Code, Problem, Response};
use serde::Serialize;
use store::{
    ListError, ListQuery, Sql,
    list::{LIMIT_DEFAULT, LIMIT_MAX, Moment, Sort, SortKey},
};

use crate::{
    answer::Answer,
    call::Call,
    query::{Query, shown, wrong},
};

const PARAMETERS: &[&str] = &[
    "status",
    "priority",
    "tag",
    "due_after",
    "due_before",
    "sort",
    "limit",
    "cursor",
    "q",
    "filter",
];

/// Parts of the design that are to come.
const NOT_YET: [&str; 2] = ["q", "filter"];

const SORT_KEYS: [(&str, SortKey); 7] = [
    ("created", SortKey::Created),
    ("due", SortKey::Due),
    ("priority", SortKey::Priority),
    ("status", SortKey::Status),
    ("completion", SortKey::Completion),
    ("updated", SortKey::Updated),
    ("title", SortKey::Title),
];

const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

#[derive(Serialize)]
struct List {
    items: Vec<TaskSnapshot>,
    next_cursor: Option<String>,
    total_estimate: u64,
}

pub(super) fn list<S: Sql>(call: &Call<'_, S>) -> Result<Response, Problem> {
    let query = list_query(&Query::read(call.request, PARAMETERS)?)?;
    let page = call.store().list(&call.user_id, &query).map_err(|error| match error {
        ListError::Cursor(error) => bad_cursor(&error.to_string()),
        ListError::Unavailable(error) => error.into(),
    })?;
    let answer = List {
        items: page.items.iter().map(Into::into).collect(),
        next_cursor: page.next.map(|cursor| cursor.to_string()),
        total_estimate: page.total_estimate,
    };
    Ok(Answer::json(&answer).into())
}

fn list_query(query: &Query<'_>) -> Result<ListQuery, Problem> {
    if let Some(name) = NOT_YET.into_iter().find(|name| query.all(name).next().is_some()) {
        return Err(not_yet(name, name));
    }
    let default = ListQuery::default();
    Ok(ListQuery {
        status: query.one("status")?.map_or(Ok(None), status)?,
        priorities: query.one("priority")?.map_or(Ok(Vec::new()), priorities)?,
        tags: tags(query)?,
        due_after: moment(query, "due_after")?,
        due_before: moment(query, "due_before")?,
        sort: query.one("sort")?.map_or(Ok(default.sort), sort)?,
        limit: query.number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?,
        cursor: match query.one("cursor")? {
            None => None,
            Some(text) => Some(
                text.parse().map_err(|error: store::CursorError| bad_cursor(&error.to_string()))?,
            ),
        },
    })
}

fn status(text: &str) -> Result<Option<Status>, Problem> {
    match text {
        "open" => Ok(Some(Status::Open)),
        "done" => Ok(Some(Status::Done)),
        "all" => Ok(None),
        _ => Err(wrong("status", "takes `open`, `done` or `all`")),
    }
}

fn priorities(text: &str) -> Result<Vec<Priority>, Problem> {
    let mut named = Vec::new();
    for name in text.split(',').map(str::trim) {
        let known = PRIORITIES.into_iter().find(|(known, _)| *known == name);
        let (_, priority) = known.ok_or_else(|| {
            wrong("priority", "takes a list of `low`, `medium`, `high` and `urgent`")
        })?;
        if !named.contains(&priority) {
            named.push(priority);
        }
    }
    Ok(named)
}

fn sort(text: &str) -> Result<Vec<Sort>, Problem> {
    text.split(',')
        .map(|part| {
            let part = part.trim();
            let name = part.strip_prefix('-').unwrap_or(part);
            if name == "relevance" {
                return Err(not_yet("sort", "sort=relevance"));
            }
            let (_, key) =
                SORT_KEYS.into_iter().find(|(known, _)| *known == name).ok_or_else(|| {
                    let known = SORT_KEYS.map(|(known, _)| known).join("`, `");
                    let name = shown(name);
                    wrong("sort", format_args!("does not know `{name}`; known are `{known}`"))
                })?;
            Ok(Sort { key, descending: name.len() < part.len() })
        })
        .try_fold(Vec::new(), |mut order, sort: Result<Sort, Problem>| {
            let sort = sort?;
            // The first one has decided already; and a query must not grow without end.
            if order.iter().any(|before: &Sort| before.key == sort.key) {
                let name = sort.key.name();
                return Err(wrong("sort", format_args!("names `{name}` more than once")));
            }
            order.push(sort);
            Ok(order)
        })
}

/// A task has no more tags than that, so that a list of more finds nothing.
fn tags(query: &Query<'_>) -> Result<Vec<String>, Problem> {
    let tags: Vec<_> = query.all("tag").map(str::to_owned).collect();
    if tags.len() > TAGS_MAX {
        return Err(wrong("tag", format_args!("can be given {TAGS_MAX} times at most")));
    }
    Ok(tags)
}

/// A day or an instant.
fn moment(query: &Query<'_>, name: &str) -> Result<Option<Moment>, Problem> {
    let Some(text) = query.one(name)? else { return Ok(None) };
    // chrono takes `2026-2-1` as well, we do not.
    let day = || text.parse().ok().filter(|_: &NaiveDate| text.len() == 10);
    let instant = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc));
    day().map(Moment::Date).or_else(|| instant().map(Moment::Instant)).map(Some).ok_or_else(|| {
        wrong(name, "takes a day (`2026-12-01`) or a time with its offset (RFC 3339)")
    })
}

fn bad_cursor(detail: &str) -> Problem {
    Problem::at(Code::InvalidCursor, "cursor", detail)
}

fn not_yet(parameter: &str, what: &str) -> Problem {
    Problem::at(Code::NotSupportedYet, parameter, format!("`{what}` is not supported yet"))
}
