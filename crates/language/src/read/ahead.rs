//! Distances from now: "in 3 days", "in half an hour", "2 weeks from now".

use chrono::{NaiveDateTime, TimeDelta};
use domain::zone;

use super::{Day, Length, Piece, Standing, What, day, number, numeric};
use crate::{
    line::{Cursor, Line, minute},
    word::Word,
};

pub(super) fn read(start: Cursor<'_>) -> Option<Piece> {
    distance(start).or_else(|| timestamp(start))
}

/// "2026-10-03T14:00", perhaps with `Z`.
fn timestamp(start: Cursor<'_>) -> Option<Piece> {
    let mut at = start;
    let date = numeric::iso(&mut at)?.date;
    let is = |at: &Cursor<'_>, letter: &str| {
        let token = at.token().filter(|token| !token.spaced);
        token
            .and_then(|token| at.line.text.get(token.start..token.end))
            .is_some_and(|text| text.eq_ignore_ascii_case(letter))
    };
    is(&at, "T").then_some(())?;
    at.at += 1;
    let mut numbers = [0; 3];
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 && !at.eat_glued(':') {
            (index == 2).then_some(())?;
            break;
        }
        *number = at.glued_digits().filter(|digits| digits.digits == 2)?.value;
    }
    let [hour, minute, second] = numbers;
    let mut local = date.and_hms_opt(hour, minute, second)?;
    if let Some(offset_minutes) = offset(&mut at) {
        let utc = local.checked_sub_signed(TimeDelta::minutes(offset_minutes))?.and_utc();
        local = zone::local(utc, &start.line.context.zone);
    }
    at.may_end().then_some(Piece::new(
        start,
        at,
        What::Moment(local),
        Standing::EDGES.with_cue(start.follows_cue()),
    ))
}

/// "Z", "+02:00", "-0330": minutes east of UTC.
fn offset(at: &mut Cursor<'_>) -> Option<i64> {
    let mut ahead = *at;
    let token = ahead.token().filter(|token| !token.spaced)?;
    if matches!(at.line.text.get(token.start..token.end), Some("Z" | "z")) {
        at.at += 1;
        return Some(0);
    }
    let west = ahead.eat_glued('-');
    if !west && !ahead.eat_glued('+') {
        return None;
    }
    let first = ahead.glued_digits()?;
    let (hours, minutes) = match first.digits {
        4 => (first.value / 100, first.value % 100),
        2 if ahead.eat_glued(':') => {
            (first.value, ahead.glued_digits().filter(|digits| digits.digits == 2)?.value)
        }
        2 => (first.value, 0),
        _ => return None,
    };
    *at = ahead;
    let minutes = i64::from(hours * 60 + minutes);
    (hours < 24).then_some(if west { -minutes } else { minutes })
}

/// "in 3 days", "in 1 hour and 30 minutes", "two weeks from friday".
fn distance(start: Cursor<'_>) -> Option<Piece> {
    let mut at = start;
    let inside = at.eat(Word::In);
    let length = number::length(&mut at)?;
    let what = match length.minutes() {
        Some(minutes) => {
            let minutes = minutes + more_minutes(&mut at).unwrap_or(0);
            let from_now = inside || at.eat(Word::From) && at.eat(Word::Now);
            from_now.then(|| moment(at.line, minutes)).flatten().map(What::Moment)?
        }
        None if inside => What::Day(Day::of(length.after(at.line.today())?)),
        None => What::Day(from_day(&mut at, length)?),
    };
    let piece = Piece::new(start, at, what, Standing::CUE);
    at.may_end().then_some(piece)
}

/// "2 weeks from now", "a week from friday".
fn from_day(at: &mut Cursor<'_>, length: Length) -> Option<Day> {
    if !at.eat(Word::From) {
        return None;
    }
    if at.eat(Word::Now) {
        return length.after(at.line.today()).map(Day::of);
    }
    let (day, _) = day::one(at, at.line.today()).filter(|(day, _)| day.doubt.is_none())?;
    length.after(day.date).map(Day::of)
}

/// "and 30 minutes" after hours.
fn more_minutes(at: &mut Cursor<'_>) -> Option<u32> {
    let mut ahead = *at;
    ahead.eat(Word::And);
    let minutes = number::length(&mut ahead)?.minutes().filter(|minutes| *minutes < 60)?;
    *at = ahead;
    Some(minutes)
}

/// Time that really passes, also where the clocks change; to the next whole minute, never early.
fn moment(line: &Line<'_>, minutes: u32) -> Option<NaiveDateTime> {
    let context = line.context;
    let at = context.now.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
    let local = zone::local(at, &context.zone);
    let whole = minute(local);
    if whole == local { Some(local) } else { whole.checked_add_signed(TimeDelta::minutes(1)) }
}
