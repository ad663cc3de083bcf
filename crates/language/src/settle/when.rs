//! One due time, its end and its rule.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat},
    task::Due,
};

use super::{
    Ask,
    days::{self, Span},
    hour::{self, TimeOfDay, end_of},
    said::Said,
};
use crate::{
    intent::{ChoiceValue, QuestionKind, SpanKind},
    line::Line,
    read::{Day, Pattern, Piece},
    rule::{self, End},
    word::Unit,
};

/// When a task is due.
#[derive(Debug)]
pub(super) struct When {
    pub(super) due: Due,
    pub(super) end: Option<Due>,
    pub(super) repeat: Option<Repeat>,
    /// The rule as it was said.
    pub(super) rule: Option<(Pattern, End)>,
    /// The tokens that say so.
    pub(super) used: Vec<(usize, usize, SpanKind)>,
}

/// `None` when nothing says when.
pub(super) fn resolve(line: &Line<'_>, said: &Said<'_>) -> Result<Option<When>, Ask> {
    if !said.says_when() {
        return Ok(None);
    }
    if let Some((start, end)) = said.halves() {
        return from_to(line, &start, &end).map(Some);
    }
    one_moment(said)?;
    let pattern = pattern(said)?;
    let days = days::read(said, pattern.as_ref())?;
    let day = days.map(|days| days.first);
    let time = hour::read(line, said, pattern.as_ref(), day)?;
    let used = used(said, pattern.is_some());
    Ok(Some(match pattern {
        Some(pattern) => When { used, ..repeated(line, said, pattern, days, time)? },
        None => {
            let (due, end) = once(line, said, days, time);
            When { due, end, repeat: None, rule: None, used }
        }
    }))
}

/// "fri 6pm - sun 4pm": each half is resolved for itself.
fn from_to(line: &Line<'_>, start: &Said<'_>, end: &Said<'_>) -> Result<When, Ask> {
    let (first, last) = (resolve(line, start)?, resolve(line, end)?);
    let pieces = start.pieces().next().zip(end.pieces().last());
    let (Some(mut first), Some(last), Some((from, to))) = (first, last, pieces) else {
        return Err(start.ask_rule());
    };
    let is_later = last.due.wall_clock() > first.due.wall_clock() && last.end.is_none();
    let same_kind = matches!(first.due, Due::At { .. }) == matches!(last.due, Due::At { .. });
    if !is_later || !same_kind {
        let choice = |due: &Due| match due {
            Due::Date { date, .. } => ChoiceValue::Date(*date),
            Due::At { local, .. } => ChoiceValue::At(*local),
        };
        let choices = vec![choice(&first.due), choice(&last.due)];
        return Err(Ask::about(from, QuestionKind::Date, choices).over(to));
    }
    first.end = Some(last.due);
    first.used.extend(last.used);
    Ok(first)
}

/// "in 2 hours" says all: nothing else may say when as well.
fn one_moment(said: &Said<'_>) -> Result<(), Ask> {
    let Some((piece, at)) = said.moments.first() else { return Ok(()) };
    let others = said.moments.iter().skip(1).map(|(piece, at)| (*piece, ChoiceValue::At(*at)));
    let days = said.days.iter().map(|(piece, day)| (*piece, ChoiceValue::Date(day.date)));
    let times = said.times.iter().map(|(piece, _)| (*piece, ChoiceValue::Nothing));
    match others.chain(days).chain(times).next() {
        None => Ok(()),
        Some((other, choice)) => {
            let choices = vec![ChoiceValue::At(*at), choice];
            Err(Ask::about(piece, QuestionKind::Time, choices).over(other))
        }
    }
}

/// The one rule.
fn pattern(said: &Said<'_>) -> Result<Option<Pattern>, Ask> {
    let Some((_, first)) = said.repeats.first() else { return Ok(None) };
    let mut pattern = (*first).clone();
    for (_, more) in said.repeats.iter().skip(1) {
        let is_list = |pattern: &Pattern| {
            pattern.part.is_none() && pattern.positions.is_empty() && !pattern.days.is_empty()
        };
        if pattern.step != more.step || !is_list(&pattern) || !is_list(more) {
            return Err(said.ask_rule());
        }
        pattern.days.extend(&more.days);
    }
    pattern.after_completion |= !said.after_completion.is_empty();
    // "on the fourth thursday of november every year".
    if let ([(_, Day { nth: Some((ordinal, weekday, month)), .. })], true, Unit::Year) =
        (said.days.as_slice(), pattern.is_plain(), pattern.step.unit)
    {
        pattern.days = vec![(*ordinal, *weekday)];
        pattern.months = vec![*month];
    }
    // "every 2 hours until 17:00": no rule knows office hours.
    let short = pattern.step.unit < Unit::Day;
    let window = said.times.iter().find(|(_, times)| times.until || short && times.to.is_some());
    if let Some((times, _)) = window {
        return Err(said.ask_rule().over(times));
    }
    if pattern.impossible || !said.excepts.is_empty() {
        return Err(said.ask_rule());
    }
    Ok(Some(pattern))
}

/// Once: a day, a time or both.
fn once(
    line: &Line<'_>,
    said: &Said<'_>,
    days: Option<Span>,
    time: Option<TimeOfDay>,
) -> (Due, Option<Due>) {
    let moment = said.moments.first().map(|(_, at)| *at);
    match (days, time, moment) {
        (None, None, Some(at)) => (due_at(line, at), None),
        (Some(days), None, _) => {
            (due_on(line, days.first), days.last.map(|last| due_on(line, last)))
        }
        (days, time, _) => {
            let time = time.unwrap_or(TimeOfDay::at(NaiveTime::MIN));
            let start = match days {
                Some(days) => time.on(line, days.first),
                None => time.next(line),
            };
            let last = days.and_then(|days| days.last);
            let end = match (last, time.to) {
                (None, None) => None,
                (Some(last), to) => Some(last.and_time(to.unwrap_or(time.from))),
                (None, Some(to)) => {
                    Some(end_of(start, time.moved(line, start.date().and_time(to)).time()))
                }
            };
            (due_at(line, start), end.map(|end| due_at(line, end)))
        }
    }
}

/// Again and again: the rule and its first occurrence.
fn repeated(
    line: &Line<'_>,
    said: &Said<'_>,
    pattern: Pattern,
    days: Option<Span>,
    time: Option<TimeOfDay>,
) -> Result<When, Ask> {
    let ask = || said.ask_rule();
    if let (Some(time), Some((piece, _))) = (time.filter(|time| time.utc), said.times.first()) {
        // A wall clock that jumps in Greenwich's stead is no rule.
        let here = ChoiceValue::Time(time.next(line).time());
        return Err(Ask::about(piece, QuestionKind::Time, vec![here, ChoiceValue::Nothing]));
    }
    let until = said.untils.first().map(|(_, day)| day.date).or(days.and_then(|days| days.last));
    let end = match (until, said.lengths.first(), said.counts.first()) {
        (None, None, None) => End::Never,
        (Some(until), None, None) => End::Until(until),
        (None, Some((_, length)), None) => End::For(*length),
        (None, None, Some((_, count))) => End::Count(*count),
        _ => return Err(ask()),
    };
    let from = days.map(|days| days.first);
    let first = match said.moments.first() {
        Some((_, at)) => rule::first(&pattern, Some(at.time()), Some(at.date()), line),
        None => rule::first(&pattern, time.map(|time| time.from), from, line),
    };
    let first = first.ok_or_else(ask)?;
    let end = end.from(first.date()).ok_or_else(ask)?;
    if matches!(end, End::Until(last) if last < first.date()) {
        return Err(ask());
    }
    let rule = rule::rule(&pattern, end).ok_or_else(ask)?;
    let mode = if pattern.after_completion { Mode::AfterCompletion } else { Mode::NextFuture };
    let timed = time.is_some() || !said.moments.is_empty() || pattern.step.unit < Unit::Day;
    let due = if timed { due_at(line, first) } else { due_on(line, first.date()) };
    let until = time.and_then(|time| time.to).map(|to| due_at(line, end_of(first, to)));
    let repeat = Repeat { rule, mode, month_end: MonthEnd::default() };
    Ok(When { due, end: until, repeat: Some(repeat), rule: Some((pattern, end)), used: Vec::new() })
}

fn due_on(line: &Line<'_>, date: NaiveDate) -> Due {
    Due::Date { date, zone: Some(line.context.zone.clone()) }
}

fn due_at(line: &Line<'_>, local: NaiveDateTime) -> Due {
    Due::At { local, zone: line.context.zone.clone() }
}

/// The tokens of what was said; what limits a rule is used only where there is one.
fn used(said: &Said<'_>, repeats: bool) -> Vec<(usize, usize, SpanKind)> {
    let mut used = Vec::new();
    let mut add = |piece: &Piece, kind| used.push((piece.from, piece.to, kind));
    let days = said.days.iter().filter(|day| !days::is_stray(said, day));
    days.for_each(|(piece, _)| add(piece, SpanKind::Date));
    said.moments.iter().for_each(|(piece, _)| add(piece, SpanKind::Date));
    said.times.iter().for_each(|(piece, _)| add(piece, SpanKind::Time));
    said.parts.iter().for_each(|(piece, _)| add(piece, SpanKind::Time));
    let limit = if repeats { SpanKind::Repeat } else { SpanKind::Date };
    said.untils.iter().for_each(|(piece, _)| add(piece, limit));
    if repeats {
        said.repeats.iter().for_each(|(piece, _)| add(piece, SpanKind::Repeat));
        said.lengths.iter().for_each(|(piece, _)| add(piece, SpanKind::Repeat));
        said.counts.iter().for_each(|(piece, _)| add(piece, SpanKind::Repeat));
        said.after_completion.iter().for_each(|(piece, ())| add(piece, SpanKind::Repeat));
    }
    used
}
