//! `POST /api/v1/quick-add`: one line of text, read as a task.
//!
//! What the text leaves open is asked, never guessed, and never stands in the way: the task is kept
//! with the doubtful words in its title, and the answer brings the questions.

use std::str::FromStr;

use domain::{command::NewTask, zone::ZoneName};
use events::api::QuickAdd;
use guest::{Code, Problem, Response};
use language::{Context, Intent, Locale, Span};
use serde::Serialize;
use store::Sql;

use super::create;
use crate::{
    answer::Answer,
    body,
    call::{Call, no_such_task},
    query::Query,
    write,
};

/// The answer: what was understood, where, and the task that it became.
#[derive(Serialize)]
struct Understood<'a> {
    intent: &'a Intent,
    spans: &'a [Span],
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<events::api::TaskSnapshot>,
}

pub(super) fn quick_add<S: Sql>(call: &Call<'_, S>) -> Result<Response, Problem> {
    Query::read(call.request, &[])?;
    let wish = body::read(call.request, body::JSON, events::api::parse_quick_add)?;
    let context = context(call, &wish)?;
    let intent = language::parse(&wish.text, &context).map_err(|error| invalid("text", &error))?;
    let understood = |task| Understood { intent: &intent, spans: &intent.spans, task };
    if wish.dry_run {
        return Ok(Answer::json(&understood(None)).into());
    }

    if intent.title.is_empty() {
        return Err(invalid("text", "it says when, and not what is to be done"));
    }
    let new = new_task(&intent, &wish.text);
    write::run(call, &|| {
        let (change, id) = create::decide(call, &new)?;
        let task = change.task(id).ok_or_else(no_such_task)?;
        let answer = Answer::created_as(task, &understood(Some(task.into())));
        Ok((change, answer))
    })
}

/// Where and in which language the person is.
fn context<S: Sql>(call: &Call<'_, S>, wish: &QuickAdd) -> Result<Context, Problem> {
    let environment = call.environment;
    let zone = match &wish.time_zone {
        None => environment.settings.zone.clone(),
        Some(name) => ZoneName::parse(name).map_err(|error| invalid("time_zone", &error))?,
    };
    let locale = match &wish.locale {
        None => environment.locale,
        Some(tag) => Locale::from_str(tag).map_err(|error| invalid("locale", &error))?,
    };
    let day_starts_at = environment.settings.day_starts_at;
    Ok(Context { day_starts_at, ..Context::new(environment.now, zone, locale) })
}

/// The wish that the intent is. A task has no end, so the text of a range is kept beside it.
fn new_task(intent: &Intent, text: &str) -> NewTask {
    NewTask {
        title: intent.title.clone(),
        description: intent.end.as_ref().map(|_| text.to_owned()).unwrap_or_default(),
        priority: intent.priority.unwrap_or_default(),
        tags: intent.tags.clone(),
        due: intent.due.clone(),
        repeat: intent.repeat.clone(),
        reminders: intent.reminders.clone(),
        parent_id: None,
    }
}

fn invalid(field: &str, why: &(impl ToString + ?Sized)) -> Problem {
    Problem::at(Code::InvalidField, field, format!("`{field}`: {}", why.to_string()))
}
