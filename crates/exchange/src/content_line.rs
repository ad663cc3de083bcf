//! Content lines of iCalendar (RFC 5545 3.1), its texts (3.3.11) and its spans of time (3.3.6).

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use domain::{reminder::Trigger, task::Due, zone};
use language::Context;

use crate::{found::Found, loss::Place};

const DAY_SECONDS: i64 = 86_400;
/// Longest span that is read, in days: what a reminder can have.
const SPAN_MAX_DAYS: i64 = 3_660;

/// A property: `DUE;TZID=Europe/Berlin:20261201T090000`.
pub(crate) struct ContentLine {
    /// In capitals.
    pub(crate) name: String,
    /// Names in capitals, values without quotes.
    parameters: Vec<(String, String)>,
    /// As it stands.
    pub(crate) value: String,
    /// Where it begins.
    pub(crate) line: u64,
}

impl ContentLine {
    /// A parameter, empty where there is none.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        let given = self.parameters.iter().find(|(known, _)| known == name);
        given.map_or("", |(_, value)| value)
    }
}

/// The lines of a file, unfolded. What is no property is lost.
pub(crate) fn lines<'t>(text: &'t str) -> impl Iterator<Item = (u64, String)> + 't {
    let mut raw = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut ahead: Option<&str> = raw.next();
    let mut number = 0;
    std::iter::from_fn(move || {
        loop {
            let first = ahead.take()?;
            number += 1;
            let begins = number;
            let mut line = first.to_owned();
            for next in raw.by_ref() {
                match next.strip_prefix([' ', '\t']) {
                    Some(rest) => {
                        line.push_str(rest);
                        number += 1;
                    }
                    None => {
                        ahead = Some(next);
                        break;
                    }
                }
            }
            if !line.trim().is_empty() {
                return Some((begins, line));
            }
        }
    })
}

/// Reads one line.
pub(crate) fn content_line(line: u64, text: &str, found: &mut Found<'_>) -> Option<ContentLine> {
    let parsed = parse(text);
    if parsed.is_none() {
        let why = "is no property; accepted: `NAME:value` or `NAME;PARAMETER=value:value`";
        found.lose(&Place::Line(line), "line", text, why);
    }
    parsed.map(|(name, parameters, value)| ContentLine { name, parameters, value, line })
}

type Parsed = (String, Vec<(String, String)>, String);

fn parse(text: &str) -> Option<Parsed> {
    let end = text.find([';', ':'])?;
    let (name, mut rest) = text.split_at_checked(end)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let (parameter, after) = after.split_once('=')?;
        let mut value = String::new();
        let mut quoted = false;
        let mut end = None;
        for (at, c) in after.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' | ':' if !quoted => {
                    end = Some(at);
                    break;
                }
                c => value.push(c),
            }
        }
        parameters.push((parameter.to_ascii_uppercase(), value));
        rest = after.get(end?..)?;
    }
    let value = rest.strip_prefix(':')?;
    Some((name.to_ascii_uppercase(), parameters, value.to_owned()))
}

/// A text without its escapes: `\n`, `\,`, `\;`, `\\`.
pub(crate) fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(c @ (',' | ';' | '\\' | ':' | '"')) => text.push(c),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            (c, false) => text.push(c),
        }
    }
    text
}

/// A list of texts, divided by commas that are not escaped.
pub(crate) fn texts(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut from = 0;
    let mut escaped = false;
    for (at, c) in value.char_indices() {
        if c == ',' && !escaped {
            texts.push(unescaped(value.get(from..at).unwrap_or_default()));
            from = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    texts.push(unescaped(value.get(from..).unwrap_or_default()));
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// A span of time with its sign: days on the wall clock and exact seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) is_back: bool,
    pub(crate) days: u32,
    pub(crate) seconds: u32,
}

/// Reads `-P1DT2H`, `PT15M`, `P2W`.
pub(crate) fn span(text: &str) -> Option<Span> {
    let text = text.trim().to_ascii_uppercase();
    let (is_back, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    match Trigger::before(text).ok()? {
        Trigger::Before { days, seconds } => Some(Span { is_back, days, seconds }),
        Trigger::At(_) => None,
    }
}

/// The reminder so far from `anchor`, which is the due time or another one on the same wall. In files
/// a day begins at midnight; here what comes before one counts from `context.day_starts_at`.
pub(crate) fn trigger_of(
    span: Span,
    anchor: NaiveDateTime,
    due: &Due,
    context: &Context,
) -> Option<Trigger> {
    let zone = due.zone().unwrap_or(&context.zone);
    let sign = if span.is_back { -1 } else { 1 };
    let days = TimeDelta::days(sign * i64::from(span.days));
    let seconds = TimeDelta::seconds(sign * i64::from(span.seconds));
    if anchor == due.wall_clock() {
        match due {
            Due::At { .. } if span.is_back || span.days == 0 && span.seconds == 0 => {
                return Some(Trigger::Before { days: span.days, seconds: span.seconds });
            }
            Due::Date { .. } => {
                let day_start = i64::from(context.day_starts_at.num_seconds_from_midnight());
                let before = day_start - days.num_seconds() - seconds.num_seconds();
                if (0..=SPAN_MAX_DAYS * DAY_SECONDS).contains(&before) {
                    let days = u32::try_from(before / DAY_SECONDS).ok()?;
                    let seconds = u32::try_from(before % DAY_SECONDS).ok()?;
                    return Some(Trigger::Before { days, seconds });
                }
            }
            Due::At { .. } => {}
        }
    }
    let wall = anchor.checked_add_signed(days)?;
    let at = zone::instant(wall, zone).checked_add_signed(seconds)?;
    Some(Trigger::At(zone::in_zone(at, zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_keep_their_numbers() {
        let found: Vec<_> = lines("A:1\r\n 2\r\n\r\nB:3\n\t4").collect();
        assert_eq!(found, [(1, "A:12".to_owned()), (4, "B:34".to_owned())]);
    }

    #[test]
    fn quotes_hide_what_divides() {
        let (name, parameters, value) = parse(r#"due;x="a;b:c";TZID=Europe/Berlin:1:2"#).unwrap();
        assert_eq!((name.as_str(), value.as_str()), ("DUE", "1:2"));
        assert_eq!(parameters[0], ("X".to_owned(), "a;b:c".to_owned()));
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescaped(r"a\, b\; c\\n\nd\q"), "a, b; c\\n\nd\\q");
        assert_eq!(texts(r"a\,b,c,,d"), ["a,b", "c", "d"]);
    }
}
