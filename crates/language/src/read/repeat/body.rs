//! What stands after "every".

use chrono::{Datelike, Weekday};

use super::{EVERY, Found, Pattern, WORKDAYS, days};
use crate::{
    context::Locale,
    line::Cursor,
    read::{Reader, Standing, calendar, number, numeric},
    word::{Unit, Word},
};

pub(super) fn read(at: &mut Cursor<'_>) -> Option<Found> {
    let readers: [Reader<Found>; 8] =
        [other, of_the_year, counted_ordinal, month_ordinals, counted, unit, weekdays, part];
    let found = at.first_of(
        &readers.map(|read| move |at: &mut Cursor<'_>| read(at).filter(|_| at.may_end())),
    )?;
    Some(with_more_days(found, at))
}

/// "other day", "other tuesday".
fn other(at: &mut Cursor<'_>) -> Option<Found> {
    at.eat(Word::Other).then_some(())?;
    every_so_many(at, 2)
}

/// "3 days", "2 fridays".
fn counted(at: &mut Cursor<'_>) -> Option<Found> {
    let count = number::count(at)?;
    every_so_many(at, count)
}

/// "2nd day", "zweiten Dienstag": where the ordinal counts steps, not days of a month.
fn counted_ordinal(at: &mut Cursor<'_>) -> Option<Found> {
    let in_words = at.token().is_some_and(|token| {
        matches!(token.kind, crate::token::Kind::Word) && !token.is(Word::Last)
    });
    let ordinal = u32::try_from(number::ordinal(at)?).ok()?;
    let mut ahead = *at;
    if let Some(unit) = ahead.unit() {
        if days::eat_of_the_month(&mut ahead.clone()) {
            return None;
        }
        *at = ahead;
        return Some((step(ordinal, unit), EVERY));
    }
    // "every second tuesday" is every other one; "every 2nd tuesday" is the second of a month.
    let german = at.line.locale() == Locale::De;
    if (in_words || german) && ordinal == 2 {
        let found = every_so_many(at, ordinal)?;
        return (!days::eat_of_the_month(&mut at.clone())).then_some(found);
    }
    None
}

fn every_so_many(at: &mut Cursor<'_>, count: u32) -> Option<Found> {
    let mut ahead = *at;
    if ahead.eat(Word::Workday) || ahead.eat(Word::EachWorkday) {
        let pattern =
            if count == 1 { Pattern::weekly(1, &WORKDAYS) } else { Pattern::impossible() };
        *at = ahead;
        return Some((pattern, EVERY));
    }
    if let Some(unit) = ahead.unit() {
        *at = ahead;
        return Some((step(count, unit), EVERY));
    }
    if at.eat(Word::Quarter) {
        return Some((Pattern::every(count.checked_mul(3)?, Unit::Month), EVERY));
    }
    if at.eat(Word::Fortnight) {
        return Some((Pattern::every(count.checked_mul(2)?, Unit::Week), EVERY));
    }
    if at.eat_any(&[Word::Weekend, Word::EachWeekend]) {
        return Some((Pattern::weekly(count, &[Weekday::Sat]), EVERY));
    }
    let found = days::list(at)?;
    Some((Pattern::weekly(count, &found), EVERY))
}

/// "weekday and saturday", "weekend": what else is in the list.
fn with_more_days((mut pattern, standing): Found, at: &mut Cursor<'_>) -> Found {
    let is_list = !pattern.days.is_empty() && pattern.positions.is_empty();
    let is_list = is_list && pattern.days.iter().all(|(ordinal, _)| *ordinal == 0);
    let mut ahead = *at;
    while is_list && days::eat_separator(&mut ahead) {
        let Some(more) = days::list(&mut ahead).filter(|_| ahead.may_end()) else { break };
        pattern.days.extend(more.into_iter().map(|day| (0, day)));
        *at = ahead;
    }
    (pattern, standing)
}

fn step(count: u32, unit: Unit) -> Pattern {
    match unit {
        Unit::Workday if count == 1 => Pattern::weekly(1, &WORKDAYS),
        Unit::Workday => Pattern::impossible(),
        unit => Pattern::every(count, unit),
    }
}

/// "day", "month", "weekday", "weekend", "quarter".
fn unit(at: &mut Cursor<'_>) -> Option<Found> {
    // "enjoy every minute" and "alle Jahre wieder" are sayings.
    let all = at.before().is_some_and(|before| before.is(Word::All));
    if all || at.is(Word::Unit(Unit::Minute)) {
        return None;
    }
    // "every half hour", "jedes halbe Jahr".
    if at.eat(Word::Half) {
        let pattern = match at.unit()? {
            Unit::Hour => Pattern::every(30, Unit::Minute),
            Unit::Year => Pattern::every(6, Unit::Month),
            _ => return None,
        };
        return Some((pattern, EVERY));
    }
    every_so_many(at, 1)
}

/// "mon, wed and fri".
fn weekdays(at: &mut Cursor<'_>) -> Option<Found> {
    let found = days::list(at)?;
    let part = at.glued_part();
    Some((Pattern { part, ..Pattern::weekly(1, &found) }, EVERY))
}

/// "morning", "Abend".
fn part(at: &mut Cursor<'_>) -> Option<Found> {
    let part = at.part()?;
    Some((Pattern { part: Some(part), ..Pattern::default() }, EVERY))
}

/// "27th", "1st and 15th", "3rd friday", "last day", "15th workday, last workday".
fn month_ordinals(at: &mut Cursor<'_>) -> Option<Found> {
    let in_digits = at.token().is_some_and(|token| token.words.is_empty());
    let pattern = days::ordinals(at)?;
    let of_month = days::eat_of_the_month(at);
    // "every 3rd item" is no day of the month.
    let bare = pattern.days.is_empty() && !of_month && pattern.month_days != [-1];
    if bare && !in_digits {
        return None;
    }
    let standing = if bare { Standing::FRAGILE } else { EVERY };
    Some((pattern, standing))
}

/// "jan 27", "27 January", "4/15", "15th of january", "january".
fn of_the_year(at: &mut Cursor<'_>) -> Option<Found> {
    // A leap year, so that the 29th of February can be said.
    let base = chrono::NaiveDate::from_ymd_opt(2000, 1, 1)?;
    let mut ahead = *at;
    let found = calendar::month_and_day(&mut ahead, base)
        .or_else(|| {
            ahead = *at;
            numeric::read(&mut ahead, base)
        })
        .map(|(day, _)| day)
        .filter(|day| day.last.is_none());
    if let Some(day) = found {
        *at = ahead;
        // "every 30 feb".
        if day.doubt.is_some() {
            return Some((Pattern::impossible(), EVERY));
        }
        return Some((yearly(day.date.month(), day.date.day().cast_signed()), EVERY));
    }
    let month = at.month()?;
    let is_numbered = at.clone().digits().is_some();
    (!is_numbered).then(|| (yearly(month, 1), EVERY))
}

pub(super) fn yearly(month: u32, day: i32) -> Pattern {
    Pattern { months: vec![month], month_days: vec![day], ..Pattern::every(1, Unit::Year) }
}
