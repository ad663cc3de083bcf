//! The time of day: from a clock or a part of the day, or the question which.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use domain::zone;

use super::{
    Ask,
    said::{Of, Said},
};
use crate::{
    intent::{ChoiceValue, QuestionKind},
    line::Line,
    read::{self, Clock, Pattern, Piece, Zone},
    word::{Part, Word},
};

/// A time of day, perhaps with the end of a range.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeOfDay {
    pub(super) from: NaiveTime,
    pub(super) to: Option<NaiveTime>,
    /// The small hours of a night that began the day before.
    after_midnight: bool,
    /// Of the clock in Greenwich.
    pub(super) utc: bool,
}

impl TimeOfDay {
    pub(super) const fn at(from: NaiveTime) -> Self {
        Self { from, to: None, after_midnight: false, utc: false }
    }

    /// On the wall clock, of a day that was said.
    pub(super) fn on(self, line: &Line<'_>, day: NaiveDate) -> NaiveDateTime {
        let day = if self.after_midnight { day.succ_opt().unwrap_or(day) } else { day };
        self.moved(line, day.and_time(self.from))
    }

    pub(super) fn moved(self, line: &Line<'_>, local: NaiveDateTime) -> NaiveDateTime {
        if self.utc { zone::local(local.and_utc(), &line.context.zone) } else { local }
    }

    /// Without a day: today if it is still ahead, else tomorrow.
    pub(super) fn next(self, line: &Line<'_>) -> NaiveDateTime {
        let today = if self.utc { line.context.now.date_naive() } else { line.today() };
        let tomorrow = today.succ_opt().unwrap_or(today);
        let at = self.moved(line, today.and_time(self.from));
        if at > line.now { at } else { self.moved(line, tomorrow.and_time(self.from)) }
    }
}

/// The time of day, from a clock or a part of the day.
pub(super) fn read(
    line: &Line<'_>,
    said: &Said<'_>,
    pattern: Option<&Pattern>,
    day: Option<NaiveDate>,
) -> Result<Option<TimeOfDay>, Ask> {
    let part = part(line, said, pattern)?;
    let Some((piece, times)) = said.times.first() else {
        let of_part = |part| TimeOfDay::at(read::of_part(part, line.hours()));
        return Ok(part.map(of_part));
    };
    let part = times.part.or(part);
    let readings = |clock: Clock| {
        let (first, second) = clock.readings(part, line.locale()).unwrap_or((NaiveTime::MIN, None));
        [Some(first), second].into_iter().flatten().map(ChoiceValue::Time)
    };
    if let Some((other, more)) = said.times.iter().skip(1).find(|(_, more)| more != times) {
        let mut choices: Vec<_> = readings(times.from).chain(readings(more.from)).collect();
        choices.dedup();
        return Err(Ask::about(piece, QuestionKind::Time, choices).over(other));
    }
    let from =
        clock(line, piece, times.from, part, day).map_err(|ask| match said.days.first() {
            // The choices of midnight name the day, too.
            Some((day, _)) if times.from == Clock::Midnight => ask.over(day),
            _ => ask,
        })?;
    if times.zone == Zone::Letters {
        let choices = vec![ChoiceValue::Time(from), ChoiceValue::Nothing];
        return Err(Ask::about(piece, QuestionKind::Time, choices));
    }
    let to = match times.to {
        None => None,
        // The first reading after the start: "from 11 to 1".
        Some(to) => match to.readings(part, line.locale()) {
            Some((first, Some(second))) if first <= from => Some(second),
            Some((first, _)) => Some(first),
            None => Some(NaiveTime::MIN),
        },
    };
    // The night belongs to the day on which it began: "tonight at 1".
    let after_midnight = part == Some(Part::Night) && from.hour() < 6 && times.part.is_none();
    // Of the friday, or of the night that began on it? A rule cannot say the latter.
    if after_midnight && pattern.is_some_and(|pattern| !pattern.is_plain()) {
        return Err(said.ask_rule().over(piece));
    }
    Ok(Some(TimeOfDay { from, to, after_midnight, utc: times.zone == Zone::Utc }))
}

/// The part of the day: one, or the question which.
fn part(line: &Line<'_>, said: &Said<'_>, pattern: Option<&Pattern>) -> Result<Option<Part>, Ask> {
    // "every day and night" is no time of day.
    let joined = |(piece, _): &&Of<'_, Part>| {
        let before = piece.from.checked_sub(1).and_then(|before| line.tokens.get(before));
        before.is_some_and(|before| before.is(Word::And) || before.is(Word::Or))
    };
    if let Some((piece, _)) = said.parts.iter().find(joined)
        && pattern.is_some_and(|pattern| pattern.part.is_none())
    {
        return Err(said.ask_rule().over(piece));
    }
    let of_rule = said.repeats.first().map(|(piece, _)| *piece);
    let of_rule = of_rule.zip(pattern.and_then(|pattern| pattern.part));
    let of_days = said.days.iter().chain(&said.untils);
    let of_days = of_days.filter_map(|(piece, day)| Some((*piece, day.part?)));
    let mut all = of_rule.into_iter().chain(of_days).chain(said.parts.iter().copied());
    let Some((piece, part)) = all.next() else { return Ok(None) };
    let hours = line.hours();
    match all.find(|(_, other)| *other != part) {
        None => Ok(Some(part)),
        Some((other, second)) => {
            let times = [part, second].map(|part| read::of_part(part, hours));
            let choices = times.map(ChoiceValue::Time).to_vec();
            Err(Ask::about(piece, QuestionKind::Time, choices).over(other))
        }
    }
}

/// One time, or the question which.
fn clock(
    line: &Line<'_>,
    piece: &Piece,
    clock: Clock,
    part: Option<Part>,
    day: Option<NaiveDate>,
) -> Result<NaiveTime, Ask> {
    let choices = match clock.readings(part, line.locale()) {
        Some((time, None)) => return Ok(time),
        Some((first, Some(second))) => vec![ChoiceValue::Time(first), ChoiceValue::Time(second)],
        // Midnight belongs to two days.
        None => {
            let day = day.unwrap_or(line.today());
            [Some(day), day.succ_opt()]
                .into_iter()
                .flatten()
                .map(|day| ChoiceValue::At(day.and_time(NaiveTime::MIN)))
                .collect()
        }
    };
    Err(Ask::about(piece, QuestionKind::Time, choices))
}

/// The end of a range of times; one that is not later belongs to the next day.
pub(super) fn end_of(start: NaiveDateTime, to: NaiveTime) -> NaiveDateTime {
    let same_day = start.date().and_time(to);
    if same_day > start {
        same_day
    } else {
        same_day.date().succ_opt().unwrap_or(start.date()).and_time(to)
    }
}
