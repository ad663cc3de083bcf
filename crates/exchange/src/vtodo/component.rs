//! Components of iCalendar: BEGIN and END around properties (RFC 5545 3.6).

use crate::{
    content_line::{ContentLine, content_line, lines, unescaped},
    found::Found,
    loss::{Place, ReadError},
    shown::shown,
};

/// Most properties of one task that are looked at; what comes after them is lost.
const PROPERTIES_MAX: usize = 2_000;
/// How deep components may be nested.
const NESTING_MAX: usize = 16;

const ACCEPTS: &str = "iCalendar: a file that begins with BEGIN:VCALENDAR and has VTODO components";

/// A VTODO.
pub(super) struct Component {
    pub(super) lines: Vec<ContentLine>,
    /// The properties of each VALARM in it.
    pub(super) alarms: Vec<Vec<ContentLine>>,
    /// As it stands, empty where there is none.
    pub(super) uid: String,
    begins: u64,
    properties: usize,
}

impl Component {
    pub(super) fn place(&self) -> Place {
        Place::Component { line: self.begins, uid: shown(&self.uid) }
    }

    fn begin(line: u64) -> Self {
        Self {
            lines: Vec::new(),
            alarms: Vec::new(),
            uid: String::new(),
            begins: line,
            properties: 0,
        }
    }
}

type Take<'t> = dyn FnMut(Component, &mut Found<'_>) -> Result<(), ReadError> + 't;

/// Hands out each VTODO of a file.
pub(super) fn components(
    text: &str,
    found: &mut Found<'_>,
    take: &mut Take<'_>,
) -> Result<(), ReadError> {
    let mut open = Open::default();
    let mut is_calendar = false;
    for (number, text) in lines(text) {
        let is_begin = text.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR");
        if !is_calendar && !is_begin {
            return Err(ReadError::Format {
                format: found.format,
                place: Place::Line(number),
                problem: format!("`{}` is not `BEGIN:VCALENDAR`", shown(&text)),
                accepts: ACCEPTS,
            });
        }
        is_calendar = true;
        if let Some(line) = content_line(number, &text, found)
            && let Some(todo) = open.line(line, found)
        {
            take(todo, found)?;
        }
    }
    if !is_calendar {
        return Err(ReadError::Format {
            format: found.format,
            place: Place::File,
            problem: "it is empty".to_owned(),
            accepts: ACCEPTS,
        });
    }
    if let Some(todo) = open.todo.take() {
        let why = "the file ends within this task; what there was of it came along";
        found.lose(&todo.place(), "END:VTODO", "", why);
        take(todo, found)?;
    } else if !open.names.is_empty() {
        let why = "the file ends before this; it may have been cut";
        found.lose(&Place::File, "END:VCALENDAR", "", why);
    }
    Ok(())
}

/// The components that are not closed yet.
#[derive(Default)]
struct Open {
    names: Vec<String>,
    todo: Option<Component>,
    /// Properties beyond the limit, of the task that is open.
    beyond: usize,
}

impl Open {
    /// Takes a line in; returns a task that it closes.
    fn line(&mut self, line: ContentLine, found: &mut Found<'_>) -> Option<Component> {
        match line.name.as_str() {
            "BEGIN" => {
                self.begin(&line, found);
                None
            }
            "END" => self.end(&line, found),
            _ => {
                self.property(line, found);
                None
            }
        }
    }

    fn begin(&mut self, line: &ContentLine, found: &mut Found<'_>) {
        let name = line.value.trim().to_ascii_uppercase();
        let within = self.names.last().map(String::as_str);
        match (name.as_str(), within, &mut self.todo) {
            ("VTODO", None | Some("VCALENDAR"), None) => {
                self.todo = Some(Component::begin(line.line))
            }
            ("VALARM", Some("VTODO"), Some(todo)) if todo.properties < PROPERTIES_MAX => {
                todo.properties += 1;
                todo.alarms.push(Vec::new());
            }
            ("VALARM", Some("VTODO"), Some(_)) => self.beyond += 1,
            ("VCALENDAR" | "VTIMEZONE" | "STANDARD" | "DAYLIGHT", ..) => {}
            _ if within == Some("VCALENDAR") => {
                let why = "is no task; accepted: VTODO";
                found.lose(&Place::Line(line.line), "BEGIN", &name, why);
            }
            _ => found.aside(&format!("BEGIN:{name}"), "", "is a component that has no place here"),
        }
        if self.names.len() < NESTING_MAX {
            self.names.push(name);
        } else {
            found.aside("BEGIN", &name, "is nested too deep");
        }
    }

    fn end(&mut self, line: &ContentLine, found: &mut Found<'_>) -> Option<Component> {
        let name = line.value.trim().to_ascii_uppercase();
        let Some(at) = self.names.iter().rposition(|open| *open == name) else {
            let why = "closes what was not opened";
            found.lose(&Place::Line(line.line), "END", &name, why);
            return None;
        };
        for unclosed in self.names.drain(at..).skip(1) {
            let why = "is not closed before the component around it";
            found.lose(&Place::Line(line.line), "BEGIN", &unclosed, why);
        }
        if self.names.iter().any(|open| open == "VTODO") {
            return None;
        }
        let todo = self.todo.take()?;
        if std::mem::take(&mut self.beyond) > 0 {
            let why = format!("the task has more than {PROPERTIES_MAX}; the rest was left out");
            found.lose(&todo.place(), "properties", "", why);
        }
        Some(todo)
    }

    fn property(&mut self, line: ContentLine, found: &mut Found<'_>) {
        let Some(todo) = &mut self.todo else {
            if self.names.last().map(String::as_str) == Some("VCALENDAR") {
                calendar(&line, found);
            }
            return;
        };
        if line.name == "UID" && self.names.last().map(String::as_str) == Some("VTODO") {
            todo.uid = unescaped(line.value.trim());
        }
        let is_full = todo.properties >= PROPERTIES_MAX;
        todo.properties += 1;
        match self.names.last().map(String::as_str) {
            Some("VTODO" | "VALARM") if is_full => self.beyond += 1,
            Some("VTODO") => todo.lines.push(line),
            Some("VALARM") => {
                if let Some(alarm) = todo.alarms.last_mut() {
                    alarm.push(line);
                }
            }
            _ => {
                found.aside(&line.name, &line.value, "stands in a component that has no place here")
            }
        }
    }
}

/// What is said about the calendar as a whole.
fn calendar(line: &ContentLine, found: &mut Found<'_>) {
    match line.name.as_str() {
        "VERSION" | "PRODID" | "CALSCALE" | "METHOD" => {}
        name => found.aside(
            name,
            &line.value,
            "is about the list as a whole and has no place in a task",
        ),
    }
}
