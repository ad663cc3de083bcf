//! The corpus of `crates/language`: what people write, and what is meant.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use domain::{
    task::Due,
    zone::{self, ZoneName},
};
use language::{Context, DayParts, SpanKind, parse};

use crate::server::root;

/// A line, what it is read against, and when it is due.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) context: Context,
    pub(crate) wanted: Option<Wanted>,
    /// Whether it is about a date and nothing but a date: it does not repeat, remind or ask.
    plain: bool,
}

/// A day, perhaps with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) date: NaiveDate,
    pub(crate) time: Option<NaiveTime>,
}

impl Line {
    /// What ours makes of it.
    pub(crate) fn ours(&self) -> Option<Wanted> {
        parse(&self.text, &self.context).ok()?.due.map(|due| match due {
            Due::Date { date, .. } => Wanted { date, time: None },
            Due::At { local, .. } => Wanted { date: local.date(), time: Some(local.time()) },
        })
    }

    /// Whether a peer can be expected to read it: it says no more than a date and a time, and what it
    /// says depends on no setting that only ours can be given.
    pub(crate) fn is_fair(&self) -> bool {
        self.plain && self.with(other_settings(&self.context)).ours() == self.ours()
    }

    /// The words about date and time alone: the whole text of a peer that finds no date in a text.
    pub(crate) fn date_words(&self) -> Self {
        let spans = parse(&self.text, &self.context).map_or_else(|_| vec![], |intent| intent.spans);
        let of_date =
            spans.iter().filter(|span| matches!(span.kind, SpanKind::Date | SpanKind::Time));
        let words: Vec<_> = of_date.filter_map(|span| self.text.get(span.bytes())).collect();
        Self { text: words.join(" "), ..self.with(self.context.clone()) }
    }

    fn with(&self, context: Context) -> Self {
        Self { text: self.text.clone(), context, ..*self }
    }

    fn read(line: &str) -> Result<Self> {
        // A bar in a text is written `\|`.
        let escaped = line.replace(r"\|", "\u{0}");
        let mut fields = escaped.splitn(3, '|').map(|field| field.trim().replace('\u{0}', "|"));
        let mut field = || fields.next().context("it has less than 3 fields");
        let (against, text, expected) = (field()?, field()?, field()?);
        let mut words = against.split_whitespace();
        let mut word = || words.next().context("it needs a moment, a zone and a locale");
        let now = NaiveDateTime::parse_from_str(word()?, "%Y-%m-%dT%H:%M")?;
        let zone = ZoneName::parse(word()?)?;
        let context = Context::new(zone::instant(now, &zone), zone, word()?.parse()?);
        let keys = after_title(&expected);
        let due = keys.split(' ').find_map(|key| key.strip_prefix("due="));
        let more = ["repeat=", "remind=", "unsure="];
        let plain = !more.iter().any(|key| keys.contains(key));
        Ok(Self { text, context, wanted: due.map(Wanted::read).transpose()?, plain })
    }
}

impl Wanted {
    fn read(text: &str) -> Result<Self> {
        let (date, time) = text.split_once('T').map_or((text, None), |(d, t)| (d, Some(t)));
        let long =
            |time: &str| if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
        let time = time.map(|time| long(time).parse()).transpose()?;
        Ok(Self { date: date.parse()?, time })
    }
}

/// What is expected besides the title, which may hold anything.
fn after_title(expected: &str) -> &str {
    let mut escaped = false;
    let title = expected.strip_prefix("title=\"").unwrap_or(expected);
    let end = title.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.and_then(|end| title.get(end + 1..)).unwrap_or("")
}

/// The same moment and place for a person who sets everything else in another way.
fn other_settings(context: &Context) -> Context {
    let later = |time: NaiveTime| time + TimeDelta::minutes(7);
    let DayParts { morning, noon, afternoon, evening, night } = context.hours;
    let hours = DayParts {
        morning: later(morning),
        // Noon is noon for everyone.
        noon,
        afternoon: later(afternoon),
        evening: later(evening),
        night: later(night),
    };
    let week_start = match context.week_start {
        Weekday::Mon => Weekday::Sun,
        _ => Weekday::Mon,
    };
    Context { hours, week_start, ..context.clone() }
}

/// All lines of the files whose names begin so, in the order of names and lines.
pub(crate) fn lines(prefix: &str) -> Result<Vec<Line>> {
    let folder = root().join("crates/language/tests/corpus");
    let entries = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        name.starts_with(prefix) && name.ends_with(".txt")
    });
    paths.sort();
    let mut lines = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let written = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        for line in written {
            let read = Line::read(line).with_context(|| format!("{}: {line}", path.display()))?;
            lines.push(read);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, expected: &str) -> Line {
        Line::read(&format!("2026-09-21T10:00 Europe/Berlin en-GB | {text} | {expected}")).unwrap()
    }

    #[test]
    fn a_title_may_look_like_a_key() {
        let line = line(r"Set due=x \| y tomorrow", r#"title="Set \"due=x | y" due=2026-09-22"#);
        assert_eq!(line.text, "Set due=x | y tomorrow");
        assert_eq!(line.wanted, Some(Wanted::read("2026-09-22").unwrap()));
    }

    #[test]
    fn a_setting_makes_a_line_unfair() {
        let due = r#"title="Pay" due=2026-09-22T09:00"#;
        assert!(line("Pay tomorrow at 9", due).is_fair());
        assert!(!line("Pay tomorrow morning", due).is_fair());
        assert!(!line("Pay tomorrow at 9", &format!("{due} remind=PT0S")).is_fair());
    }

    #[test]
    fn date_words_are_those_about_the_date() {
        let line = line("Tomorrow pay rent at 9 #home", r#"title="pay rent""#);
        assert_eq!(line.date_words().text, "Tomorrow at 9");
    }
}
