//! Todoist's template export, as its help page "Import or export a project as a CSV file" describes it:
//! TYPE, CONTENT, DESCRIPTION, PRIORITY (1 is the most urgent), INDENT, AUTHOR, RESPONSIBLE, DATE,
//! DATE_LANG, TIMEZONE, later also DURATION, DURATION_UNIT, DEADLINE, DEADLINE_LANG.
//!
//! There are no ids, no tasks that are done, and dates are in words.

use domain::{
    recurrence::{Mode, Repeat},
    task::{Due, Priority},
    zone::ZoneName,
};
use language::{Context, Locale};

use crate::{
    dates,
    fit::join,
    found::Found,
    item::Item,
    loss::{Place, ReadError},
    table::{Row, Table},
};

const ACCEPTS: &str = "the columns TYPE, CONTENT, PRIORITY, INDENT and DATE of a Todoist template";

/// Columns of the view, and of languages where the field itself is empty.
const MEANINGLESS: [&str; 4] = ["date_lang", "timezone", "deadline_lang", "duration_unit"];

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let table = Table::open(text, &["type", "content"], ACCEPTS, found)?;
    let mut project = Project::default();
    project.read(table, found)?;
    project.close(found)
}

/// What the rows so far lead to.
#[derive(Default)]
struct Project {
    section: String,
    /// The task of the last task row, which notes may still follow.
    open: Option<Open>,
    /// Indent and key of the tasks that the next one may be a part of.
    above: Vec<(u32, String)>,
}

struct Open {
    item: Item,
    indent: u32,
    place: Place,
}

impl Project {
    fn read(&mut self, mut table: Table<'_>, found: &mut Found<'_>) -> Result<(), ReadError> {
        while let Some(mut row) = table.row()? {
            let kind = table.take(&mut row, "type").to_lowercase();
            match kind.as_str() {
                "task" => self.task(&table, &mut row, found)?,
                "note" => self.note(&table, &mut row, found),
                "section" => {
                    self.close(found)?;
                    self.above.clear();
                    self.section = table.take(&mut row, "content").to_owned();
                }
                // How the project is shown.
                "meta" => continue,
                _ => {
                    let content = table.take(&mut row, "content").to_owned();
                    let why = format!(
                        "the row is of the type `{}` and was left out; accepted: task, note, section",
                        crate::shown::shown(&kind)
                    );
                    found.lose(&row.place, "TYPE", &content, why);
                    continue;
                }
            }
            table.rest(&row, &MEANINGLESS, found);
        }
        Ok(())
    }

    fn task(
        &mut self,
        table: &Table<'_>,
        row: &mut Row,
        found: &mut Found<'_>,
    ) -> Result<(), ReadError> {
        self.close(found)?;
        let place = row.place.clone();
        let (title, mut tags) = labels(table.take(row, "content"));
        if !self.section.is_empty() {
            tags.push(self.section.clone());
        }
        let title = match title.strip_prefix("* ") {
            Some(rest) => {
                let why = "the mark of a task that cannot be completed; it can be, here";
                found.lose(&place, "CONTENT", "* ", why);
                rest.to_owned()
            }
            None => title,
        };
        let priority = priority(table.take(row, "priority"), &place, found);
        let indent = indent(table.take(row, "indent"), &place, found);
        without_place(table, row, found);
        let (due, repeat) = date(table, row, "date", found);
        let (deadline, _) = date(table, row, "deadline", found);
        if let (Some(_), Some(deadline)) = (&due, &deadline) {
            let why = "a task has one due date, which is DATE";
            found.lose(&place, "DEADLINE", &deadline.wall_clock().date().to_string(), why);
        }
        self.above.retain(|(level, _)| *level < indent);
        let item = Item {
            title,
            description: table.take(row, "description").to_owned(),
            priority,
            tags,
            due: due.or(deadline),
            repeat,
            parent: self.above.last().map(|(_, key)| key.clone()),
            ..Item::default()
        };
        self.open = Some(Open { item, indent, place });
        Ok(())
    }

    fn note(&mut self, table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) {
        let text = table.take(row, "content").to_owned();
        // Who wrote it and when has no place in a text.
        for column in ["author", "date"] {
            let who = table.take(row, column);
            if !who.is_empty() {
                found.aside(
                    &format!("{} of notes", column.to_uppercase()),
                    who,
                    "has no place in a description",
                );
            }
        }
        match &mut self.open {
            Some(open) => join(&mut open.item.description, &text),
            None => {
                found.lose(&row.place, "CONTENT", &text, "is a note of the project, not of a task")
            }
        }
    }

    /// Takes the open task in: no note follows it any more.
    fn close(&mut self, found: &mut Found<'_>) -> Result<(), ReadError> {
        if let Some(Open { item, indent, place }) = self.open.take() {
            let key = found.add("", item, place)?;
            self.above.push((indent, key));
        }
        Ok(())
    }
}

/// Who wrote it, and how long it takes; `None` is what Todoist writes for nothing.
fn without_place(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) {
    let place = row.place.clone();
    let duration = table.take(row, "duration");
    if !matches!(duration, "" | "None") {
        found.lose(&place, "DURATION", duration, "has no place in a task");
    }
    let author = table.take(row, "author");
    if !author.is_empty() {
        found.aside("AUTHOR", author, "all tasks are the importing person's");
    }
}

/// Words that begin with `@` are labels.
fn labels(content: &str) -> (String, Vec<String>) {
    let mut tags = Vec::new();
    let mut words = Vec::new();
    for word in content.split(' ') {
        match word.strip_prefix('@').filter(|label| label.starts_with(char::is_alphanumeric)) {
            Some(label) => tags.push(label.to_owned()),
            None => words.push(word),
        }
    }
    (words.join(" ").trim().to_owned(), tags)
}

fn priority(text: &str, place: &Place, found: &mut Found<'_>) -> Priority {
    match text {
        "" => Priority::default(),
        "1" => Priority::Urgent,
        "2" => Priority::High,
        "3" => Priority::Medium,
        "4" => Priority::Low,
        other => {
            found.lose(place, "PRIORITY", other, "accepted: 1 (most urgent) to 4");
            Priority::default()
        }
    }
}

fn indent(text: &str, place: &Place, found: &mut Found<'_>) -> u32 {
    match text.parse() {
        Ok(indent) => indent,
        Err(_) if text.is_empty() => 1,
        Err(_) => {
            found.lose(
                place,
                "INDENT",
                text,
                "is no number, so the task stands alone; accepted: 1 to 5",
            );
            1
        }
    }
}

/// A date in words, with the language and the zone of its row.
fn date(
    table: &Table<'_>,
    row: &mut Row,
    column: &str,
    found: &mut Found<'_>,
) -> (Option<Due>, Option<Repeat>) {
    let text = table.take(row, column).to_owned();
    if text.is_empty() {
        return (None, None);
    }
    let place = row.place.clone();
    let zone = found.zone(table.take(row, "timezone"), "TIMEZONE", &place);
    if let Some(when) = dates::read(&text) {
        return (Some(when.due(&zone)), None);
    }
    let lang = table.take(row, &format!("{column}_lang")).to_owned();
    match words(&text, &lang, zone, found.context) {
        Ok(read) => read,
        Err(why) => {
            found.lose(&place, &column.to_uppercase(), &text, why);
            (None, None)
        }
    }
}

/// `every! 3 days` counts from the day the task was done.
fn words(
    text: &str,
    lang: &str,
    zone: ZoneName,
    own: &Context,
) -> Result<(Option<Due>, Option<Repeat>), String> {
    // Our own locale where it speaks the language of the row: it knows the order of numeric dates.
    let speaks = |locale: Locale| locale.tag().starts_with(lang);
    let locale = match lang.parse() {
        _ if lang.is_empty() || speaks(own.locale) => own.locale,
        Ok(locale) => locale,
        Err(_) => {
            let lang = crate::shown::shown(lang);
            return Err(format!("dates in the language `{lang}` are not read; accepted: en, de"));
        }
    };
    let context = Context { zone, locale, ..own.clone() };
    let plain = text.replace("every!", "every").replace("ev!", "every").replace("jeden!", "jeden");
    let intent = language::parse(&plain, &context).map_err(|error| error.to_string())?;
    let is_all = intent.title.is_empty() && intent.unsure.is_empty() && intent.due.is_some();
    if !is_all {
        return Err(
            "is not understood as a date as a whole; accepted: `2026-12-01`, `every 3 days`, \
                    `every! 2 weeks`, `tomorrow at 9:00`"
                .to_owned(),
        );
    }
    let mode = |repeat: Repeat| match plain == text {
        true => repeat,
        false => Repeat { mode: Mode::AfterCompletion, ..repeat },
    };
    // A day is one wherever its person is, as in every other format.
    let due = intent.due.map(|due| match due {
        Due::Date { date, .. } => Due::Date { date, zone: None },
        due @ Due::At { .. } => due,
    });
    Ok((due, intent.repeat.map(mode)))
}
