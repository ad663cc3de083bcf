//! `GET /api/v1/occurrences`: when a rule takes place, without creating anything.

use chrono::SecondsFormat;
use domain::{
    recurrence::{self, Mode, MonthEnd, Repeat, Rule, Start, Timetable},
    task::Due,
    zone,
};
use events::{FieldError, api};
use guest::{Problem, Response};
use serde::Serialize;
use store::Sql;

use crate::{
    answer::Answer,
    call::Call,
    query::{Query, wrong},
};

const PARAMETERS: &[&str] = &["rule", "start", "time_zone", "count", "month_end"];
const COUNT_MAX: usize = 100;
const COUNT_DEFAULT: usize = 10;

#[derive(Serialize)]
struct Occurrences {
    rule: String,
    /// The rule in plain English.
    explained: String,
    time_zone: String,
    /// Days when `start` is one, else times with the offset that holds then.
    items: Vec<String>,
}

pub(super) fn preview<S: Sql>(call: &Call<'_, S>) -> Result<Response, Problem> {
    let query = Query::read(call.request, PARAMETERS)?;
    let rule = Rule::parse(query.required("rule")?).map_err(|error| wrong("rule", &error))?;
    let default_zone = &call.environment.settings.zone;
    let start =
        start(query.required("start")?, query.one("time_zone")?.unwrap_or(default_zone.as_str()))?;
    let month_end = match query.one("month_end")? {
        None | Some("clamp") => MonthEnd::Clamp,
        Some("skip") => MonthEnd::Skip,
        Some(_) => return Err(wrong("month_end", "takes `clamp` or `skip`")),
    };
    let count = query.number("count", 1, COUNT_MAX, COUNT_DEFAULT)?;

    let zone = start.zone().unwrap_or(default_zone);
    let from = match start {
        Due::Date { date, .. } => Start::Day(date),
        Due::At { local, .. } => Start::Zoned(local, zone),
    };
    let found = Timetable::new(&rule, month_end, from).occurrences().take(count);
    let items: Vec<String> = found
        .map(|found| match start {
            Due::Date { .. } => found.local.date().to_string(),
            Due::At { .. } => {
                zone::in_zone(found.at, zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
            }
        })
        .collect();
    if items.is_empty() {
        return Err(wrong("rule", "has no occurrence"));
    }
    let (text, time_zone) = (rule.to_string(), zone.to_string());
    let repeat = Repeat { rule, mode: Mode::default(), month_end };
    let explained = recurrence::explain(&repeat, Some(&start));
    let answer = Occurrences { rule: text, explained, time_zone, items };
    Ok(Answer::json(&answer).into())
}

/// A day or a time, read as the due date of a task is.
fn start(text: &str, time_zone: &str) -> Result<Due, Problem> {
    let (day, time) = if text.contains(':') { (None, Some(text)) } else { (Some(text), None) };
    let due = api::Due {
        date: day.map(str::to_owned),
        at: time.map(str::to_owned),
        time_zone: Some(time_zone.to_owned()),
    };
    due.try_into().map_err(|error: FieldError| match error.field.as_str() {
        "time_zone" => wrong("time_zone", error.message),
        _ => wrong("start", error.message),
    })
}
