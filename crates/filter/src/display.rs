//! The canonical text of a filter. Reading it again gives the same filter.

use std::fmt::{self, Display, Formatter, Write};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Timelike};

use crate::{
    Filter,
    day_names::{UNITS, WEEKDAYS, WHICH, WHOLES, WORDS},
    field::{Field, PARTS, PRIORITIES, STATUSES, name_of},
    lex::is_quote,
    node::{Node, NodeKind},
    term::{Tag, Term},
    time::{Ahead, DayUnit, Days, Moment, Order, Period, Point, When},
    words::Words,
};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root().map_or(Ok(()), |root| root.fmt(f))
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Term(term) => term.fmt(f),
            NodeKind::Not(node) => match &node.kind {
                NodeKind::Term(Term::Has(parts)) if parts.len() == 1 => {
                    list(f, "no:", parts, |f, part| f.write_str(name_of(&PARTS, *part)))
                }
                NodeKind::All(_) | NodeKind::Any(_) => write!(f, "-({node})"),
                _ => write!(f, "-{node}"),
            },
            NodeKind::All(nodes) => joined(f, " ", nodes, |f, node| match node.kind {
                NodeKind::Any(_) => write!(f, "({node})"),
                _ => node.fmt(f),
            }),
            NodeKind::Any(nodes) => joined(f, " OR ", nodes, |f, node| node.fmt(f)),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(words) => words.fmt(f),
            Self::Title(any) => list(f, "title:", any, |f, words| words.fmt(f)),
            Self::Description(any) => list(f, "description:", any, |f, words| words.fmt(f)),
            Self::Status(any) => {
                list(f, "status:", any, |f, status| f.write_str(name_of(&STATUSES, *status)))
            }
            Self::Priority(any) => list(f, "priority:", any, |f, priority| {
                f.write_str(name_of(&PRIORITIES, *priority))
            }),
            Self::Tag(any) => list(f, "tag:", any, |f, tag| tag.fmt(f)),
            Self::Time { field, when } => {
                f.write_str(Field::Time(*field).name())?;
                when.fmt(f)
            }
            Self::Has(any) => list(f, "has:", any, |f, part| f.write_str(name_of(&PARTS, *part))),
            Self::Overdue => f.write_str("is:overdue"),
            Self::Id { field, ids } => {
                f.write_str(Field::Id(*field).name())?;
                list(f, ":", ids, |f, id| id.fmt(f))
            }
        }
    }
}

impl Display for Words {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let words = self.as_str();
        if words.contains(' ') { write!(f, "\"{words}\"") } else { f.write_str(words) }
    }
}

impl Display for Tag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let is_bare =
            |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '#' | '@');
        if self.as_str().chars().all(is_bare) {
            return f.write_str(self.as_str());
        }
        f.write_char('"')?;
        for c in self.as_str().chars() {
            if c == '\\' || is_quote(c) {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}

impl Display for When {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compared(order, point) => write!(f, "{order}{point}"),
            Self::In(any) => list(f, ":", any, |f, period| period.fmt(f)),
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl Display for Period {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(point) => point.fmt(f),
            Self::Between(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

impl Display for Point {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => days.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

impl Display for Days {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Weekday(day) => f.write_str(name_of(&WEEKDAYS, *day)),
            Self::Ahead(ahead) => ahead.fmt(f),
            Self::Whole { which, unit } => {
                write!(f, "{}-{}", name_of(&WHICH, *which), name_of(&WHOLES, *unit))
            }
        }
    }
}

impl Display for Ahead {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, count)| *count == self.count);
        if let (Some((word, _)), DayUnit::Day) = (word, self.unit) {
            return f.write_str(word);
        }
        let unit = UNITS.iter().find(|(_, unit)| *unit == self.unit);
        write!(f, "{:+}{}", self.count, unit.map_or('d', |(letter, _)| *letter))
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(instant) => {
                write!(f, "{}{}", local(instant.naive_local()), offset(instant))
            }
            Self::Local(time) => f.write_str(&local(*time)),
            Self::Hours(0) => f.write_str("now"),
            Self::Hours(hours) => write!(f, "{hours:+}h"),
        }
    }
}

/// A wall clock, as exact as it has to be.
fn local(time: NaiveDateTime) -> String {
    let pattern = match (time.second(), time.nanosecond()) {
        (0, 0) => "%Y-%m-%dT%H:%M",
        (_, 0) => "%Y-%m-%dT%H:%M:%S",
        _ => "%Y-%m-%dT%H:%M:%S%.3f",
    };
    time.format(pattern).to_string()
}

fn offset(instant: &DateTime<FixedOffset>) -> String {
    match instant.offset().local_minus_utc() {
        0 => "Z".to_owned(),
        _ => instant.format("%:z").to_string(),
    }
}

/// `tag:a,b`
fn list<T>(
    f: &mut Formatter<'_>,
    head: &str,
    items: &[T],
    each: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(head)?;
    joined(f, ",", items, each)
}

fn joined<T>(
    f: &mut Formatter<'_>,
    between: &str,
    items: &[T],
    each: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        each(f, item)?;
    }
    Ok(())
}
