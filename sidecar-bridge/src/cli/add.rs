//! `taskloom add`: a new task from a line of text, or, once a flag says when or how, from flags.

use std::io::Write;

use clap::ValueEnum;
use events::api::TaskSnapshot;
use language::Intent;
use serde_json::{Map, Value, json};

use crate::{
    cli::{
        Failure, client,
        parse::{self, Place},
        rule::MonthEndFlag,
        table, task,
    },
    config::Config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What is to be done, and when: Pay rent every month on the 1st #home. Several words are joined.
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    /// Take the text as the title, whatever it says; so does every flag below that says when or how.
    #[arg(long)]
    literal: bool,
    /// en-US, en-GB or de [default: the setting `default_locale`].
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,
    /// More about it, Markdown.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A day, 2026-12-01, or a time, 2026-12-01T09:00.
    #[arg(long, value_name = "WHEN")]
    due: Option<String>,
    /// IANA time zone that times are meant in [default: the setting `default_time_zone`].
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// An RRULE: FREQ=MONTHLY;BYMONTHDAY=31.
    #[arg(long, value_name = "RULE", requires = "due")]
    repeat: Option<String>,
    /// From where the next one is counted.
    #[arg(long, requires = "repeat")]
    mode: Option<ModeFlag>,
    /// What happens to the 31st in a month that has none.
    #[arg(long, requires = "repeat")]
    month_end: Option<MonthEndFlag>,
    /// How pressing it is.
    #[arg(long)]
    priority: Option<PriorityFlag>,
    /// A tag; may be given several times.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Before the due time, PT30M, or at a time, 2026-11-30T18:00:00+01:00; several are possible.
    #[arg(long, value_name = "WHEN")]
    remind: Vec<String>,
    /// Print the task as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ModeFlag {
    /// The first occurrence after now.
    NextFuture,
    /// One step of the rule.
    Every,
    /// From the day it was done.
    AfterCompletion,
}

impl From<ModeFlag> for domain::recurrence::Mode {
    fn from(flag: ModeFlag) -> Self {
        match flag {
            ModeFlag::NextFuture => Self::NextFuture,
            ModeFlag::Every => Self::Every,
            ModeFlag::AfterCompletion => Self::AfterCompletion,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PriorityFlag {
    /// Can wait.
    Low,
    /// The default.
    Medium,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

impl PriorityFlag {
    /// The word as it stands in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

pub(super) fn run(config: Config, args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let intent = match args.is_literal() {
        true => None,
        false => {
            let place = Place::now_in(args.zone.clone(), args.locale.clone());
            Some(parse::read(&args.text.join(" "), &place.context(&config)?)?)
        }
    };
    if intent.as_ref().is_some_and(|intent| intent.title.is_empty()) {
        return Err(Failure::Usage(
            "the text says when, and not what is to be done; add a title".to_owned(),
        ));
    }
    let wish = wish(&args, intent.as_ref(), config.default_time_zone.as_str())?;
    let task: Value =
        client::with_api(config, async |api| api.post("/api/v1/tasks", Some(&wish)).await)?;
    if args.json {
        return table::json(out, &task);
    }
    let task: TaskSnapshot = serde_json::from_value(task).map_err(Failure::failed)?;
    writeln!(out, "{}", task::line(&task))?;
    intent.map_or(Ok(()), |intent| say_back(&intent, out))
}

/// What was understood, and what was not.
fn say_back(intent: &Intent, out: &mut dyn Write) -> Result<(), Failure> {
    for line in intent.said_back.iter().chain(&intent.notes) {
        writeln!(out, "  {}", table::plain(line))?;
    }
    for question in &intent.unsure {
        let choices: Vec<&str> =
            question.choices.iter().map(|choice| choice.label.as_str()).collect();
        let choices = table::plain(&choices.join(" / "));
        writeln!(out, "  {} {choices}", table::plain(&question.asks))?;
    }
    Ok(())
}

impl Args {
    /// Whether the text is the title as it stands: asked for, or because a flag says the rest.
    fn is_literal(&self) -> bool {
        self.literal
            || self.due.is_some()
            || self.priority.is_some()
            || !self.tag.is_empty()
            || !self.remind.is_empty()
    }
}

/// The body of `POST /api/v1/tasks`.
fn wish(args: &Args, intent: Option<&Intent>, default_zone: &str) -> Result<Value, Failure> {
    let mut wish = match intent {
        None => Map::from_iter([("title".to_owned(), json!(args.text.join(" ")))]),
        Some(intent) => understood(intent, &args.text.join(" "))?,
    };
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            wish.insert(name.to_owned(), value);
        }
    };
    set("description", args.description.as_ref().map(|text| json!(text)));
    set("priority", args.priority.map(|priority| json!(priority.word())));
    set("tags", (!args.tag.is_empty()).then(|| json!(args.tag)));
    let zone = args.zone.as_deref();
    set("due", args.due.as_deref().map(|text| due(text, zone, default_zone)));
    set("repeat", args.repeat.as_deref().map(|rule| repeat(rule, args)));
    let reminders: Vec<Value> = args.remind.iter().map(|text| reminder(text)).collect();
    set("reminders", (!reminders.is_empty()).then(|| json!(reminders)));
    Ok(Value::Object(wish))
}

/// The intent's part of the body. A task has no end, so the text of a range is kept beside it.
fn understood(intent: &Intent, text: &str) -> Result<Map<String, Value>, Failure> {
    const FIELDS: [&str; 6] = ["title", "due", "repeat", "reminders", "priority", "tags"];
    let Value::Object(fields) = serde_json::to_value(intent).map_err(Failure::failed)? else {
        return Ok(Map::new());
    };
    let mut wish: Map<String, Value> = fields
        .into_iter()
        .filter(|(name, value)| FIELDS.contains(&name.as_str()) && !value.is_null())
        .collect();
    if intent.end.is_some() {
        wish.insert("description".to_owned(), json!(text));
    }
    Ok(wish)
}

/// What has a `T` in it is a time of day, and that needs a zone.
fn due(text: &str, zone: Option<&str>, default_zone: &str) -> Value {
    if text.contains('T') {
        return json!({ "at": text, "time_zone": zone.unwrap_or(default_zone) });
    }
    match zone {
        Some(zone) => json!({ "date": text, "time_zone": zone }),
        None => json!({ "date": text }),
    }
}

fn repeat(rule: &str, args: &Args) -> Value {
    let mut repeat = json!({ "rule": rule });
    if let Some(mode) = args.mode {
        repeat["mode"] = json!(match mode {
            ModeFlag::NextFuture => "next-future",
            ModeFlag::Every => "every",
            ModeFlag::AfterCompletion => "after-completion",
        });
    }
    if let Some(month_end) = args.month_end {
        repeat["month_end"] = json!(month_end.word());
    }
    repeat
}

/// An ISO 8601 duration begins with `P`; a date never does.
fn reminder(text: &str) -> Value {
    if text.starts_with('P') { json!({ "before": text }) } else { json!({ "at": text }) }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    #[track_caller]
    fn check(words: &str, expect: Value) {
        let command = Args::augment_args(Command::new("add"));
        let words = std::iter::once("add").chain(words.split('|'));
        let matches = command.try_get_matches_from(words).unwrap();
        let args = Args::from_arg_matches(&matches).unwrap();
        assert_eq!(wish(&args, None, "UTC").unwrap(), expect);
    }

    #[test]
    fn words_become_the_title() {
        check("Pay|rent", json!({ "title": "Pay rent" }));
    }

    #[test]
    fn a_day_needs_no_zone_and_a_time_takes_the_default_one() {
        check("x|--due=2026-12-01", json!({ "title": "x", "due": { "date": "2026-12-01" } }));
        check(
            "x|--due=2026-12-01T09:00",
            json!({ "title": "x", "due": { "at": "2026-12-01T09:00", "time_zone": "UTC" } }),
        );
    }

    #[test]
    fn everything_can_be_said() {
        check(
            "Pay rent|--due=2026-01-31T09:00|--zone=Europe/Berlin|--description=to Ada\
             |--repeat=FREQ=MONTHLY;BYMONTHDAY=31|--mode=every|--month-end=clamp\
             |--priority=high|--tag=home|--tag=money|--remind=PT30M\
             |--remind=2026-01-30T18:00:00+01:00",
            json!({
                "title": "Pay rent",
                "description": "to Ada",
                "priority": "high",
                "tags": ["home", "money"],
                "due": { "at": "2026-01-31T09:00", "time_zone": "Europe/Berlin" },
                "repeat": {
                    "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp",
                },
                "reminders": [{ "before": "PT30M" }, { "at": "2026-01-30T18:00:00+01:00" }],
            }),
        );
    }
}
