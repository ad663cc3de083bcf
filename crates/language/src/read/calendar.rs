//! Calendar dates in words: "15 April 2027", "April 15th", "5-7 October", "the 5th", "in March".

use chrono::{Datelike, Months, NaiveDate, Weekday};

use super::{
    Standing,
    day::{Day, DayReader, Found, first_of_month, last_of_month, on_or_after},
    number,
};
use crate::{
    context::Locale,
    intent::{ChoiceValue, QuestionKind},
    line::Cursor,
    word::{Unit, Word},
};

/// The years that a date may name.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

pub(super) fn read(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    at.first_of(
        &[day_month, month_day, month_alone, day_of_month]
            .map(|read: DayReader| move |at: &mut Cursor<'_>| read(at, base)),
    )
}

/// A day of a month, in either order.
pub(super) fn month_and_day(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let mut ahead = *at;
    let found = day_month(&mut ahead, base).or_else(|| {
        ahead = *at;
        month_day(&mut ahead, base)
    })?;
    *at = ahead;
    Some(found)
}

/// "15 April", "the 15th of April", "15. April 2027", "5-7 October", "3. bis 5. Oktober".
fn day_month(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    at.eat(Word::The);
    let first = day_number(at)?;
    let mut last = None;
    let mut ahead = *at;
    if ahead.eat_range_mark() {
        last = day_number(&mut ahead);
        *at = ahead;
        last?;
    }
    if !at.eat_glued('-') {
        at.eat(Word::Of);
    }
    let month = at.month()?;
    Some((dated(at, base, month, first, last)?, Standing::FIRM))
}

/// "April 15", "April the 15th, 2027", "Oct 5-7".
fn month_day(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let cue = at.follows_cue();
    at.eat(Word::This);
    let month = at.month()?;
    let the = at.eat(Word::The);
    let first = day_number(at)?;
    // "Ask Jan 27 Sep".
    if at.clone().month().is_some() {
        return None;
    }
    let mut last = None;
    let mut ahead = *at;
    if ahead.eat_range_mark()
        && let Some(found) = day_number(&mut ahead).filter(|_| ahead.may_end())
        && ahead.clone().month().is_none()
    {
        last = Some(found);
        *at = ahead;
    }
    let day = dated(at, base, month, first, last)?;
    // "May the 4th be with you" is a saying more often than a date.
    let saying = the && !cue;
    Some((day, if saying { Standing { asks: true, ..Standing::NONE } } else { Standing::FIRM }))
}

/// Day and month are known; the year may follow. A day that the month does not have is asked about.
fn dated(
    at: &mut Cursor<'_>,
    base: NaiveDate,
    month: u32,
    first: u32,
    last: Option<u32>,
) -> Option<Day> {
    let year = year(at)?;
    let find = |base: NaiveDate, day: u32| match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => coming(base, |year| NaiveDate::from_ymd_opt(year, month, day), false),
    };
    let Some(date) = find(base, first) else {
        let first_day = |year| NaiveDate::from_ymd_opt(year, month, 1);
        let month = match year {
            Some(year) => first_day(year)?,
            None => coming(base, first_day, true)?,
        };
        return no_such_day(month);
    };
    let last = match last {
        None => None,
        Some(last) => Some(find(date, last).filter(|last| *last > date)?),
    };
    Some(Day { last, ..Day::of(date) })
}

/// "31 feb": the last day of that month, or no date.
pub(super) fn no_such_day(month: NaiveDate) -> Option<Day> {
    let last = last_of_month(month)?;
    Day::doubtful(QuestionKind::Date, vec![ChoiceValue::Date(last), ChoiceValue::Nothing])
}

/// The first date of `make` that is `base` or later; the 29th of February may take years. With
/// `to_month_end` the month counts until its last day.
pub(super) fn coming(
    base: NaiveDate,
    make: impl Fn(i32) -> Option<NaiveDate>,
    to_month_end: bool,
) -> Option<NaiveDate> {
    (0..=8).find_map(|years| {
        let date = make(base.year() + years)?;
        let until = if to_month_end { last_of_month(date)? } else { date };
        (until >= base).then_some(date)
    })
}

/// A year after a date: ", 2027", "2027". `None` when four digits follow that are no year of a task:
/// "14 July 1789" is no date.
pub(super) fn year(at: &mut Cursor<'_>) -> Option<Option<i32>> {
    let mut ahead = *at;
    let _ = ahead.eat_glued(',') || ahead.eat_glued('-');
    match ahead.digits() {
        Some(digits) if digits.digits == 4 && ahead.may_end() => {
            let year = digits.value.cast_signed();
            *at = ahead;
            YEARS.contains(&year).then_some(Some(year))
        }
        _ => Some(None),
    }
}

/// "in March", "until march": of which no day is said.
fn month_alone(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let before = at.before().map_or(&[][..], |before| before.words);
    let inside = at.eat(Word::In);
    let deadline = !inside && before.iter().any(|word| matches!(word, Word::Until | Word::By));
    let starting = !inside && before.contains(&Word::Starting);
    let month = at.month()?;
    let year = year(at)?;
    if !inside && !deadline && !starting {
        return None;
    }
    let make = |year| NaiveDate::from_ymd_opt(year, month, 1);
    let first = match year {
        Some(year) => make(year)?,
        None => coming(base, make, true)?,
    };
    if starting && !deadline && first >= base {
        return Some((Day::of(first), Standing::FIRM));
    }
    let last = last_of_month(first)?;
    // The month has begun: now, or in a year.
    let next = first.checked_add_months(Months::new(12))?;
    let (from, to) = match (deadline, starting) {
        (true, _) if first > base => (first.pred_opt()?, last),
        (true, _) => (last, next.pred_opt()?),
        (false, true) => (base, next),
        (false, false) => (first.max(base), last),
    };
    let day =
        Day::doubtful(QuestionKind::Date, vec![ChoiceValue::Date(from), ChoiceValue::Date(to)])?;
    Some((day, Standing::CUE))
}

/// "the 5th", "on the 5th", "am 5.", "on the 5th of next month".
fn day_of_month(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let preposition = at.follows_cue();
    let the = at.eat(Word::The);
    let german = at.line.locale() == Locale::De;
    if !(the || german && preposition) {
        return None;
    }
    let day = u32::try_from(number::numeric_ordinal(at)?).ok()?;
    let mut ahead = *at;
    // "am 25. 9." names the month as well.
    let names_month = ahead.digits().is_some() && ahead.eat_glued('.');
    if !at.may_end() || names_month {
        return None;
    }
    let mut ahead = *at;
    let the_month = ahead.eat(Word::Of) | ahead.eat(Word::The);
    let next = ahead.eat(Word::Next);
    let in_month =
        (next || the_month || ahead.eat(Word::This)) && ahead.eat(Word::Unit(Unit::Month));
    if in_month {
        *at = ahead;
    }
    let from = if in_month && next {
        first_of_month(base)?.checked_add_months(Months::new(1))?
    } else {
        base
    };
    let date = coming_day(from, day)?;
    let standing = if preposition { Standing::FRAGILE } else { Standing::END };
    Some((Day::of(date), standing))
}

/// "6th" after "the 5th or".
pub(super) fn another_day(at: &mut Cursor<'_>) -> Option<Found> {
    let day = u32::try_from(number::numeric_ordinal(at)?).ok()?;
    Some((Day::of(coming_day(at.line.today(), day)?), Standing::PARTNER))
}

/// The first day of a month with that number, from `base` on.
pub(super) fn coming_day(base: NaiveDate, day: u32) -> Option<NaiveDate> {
    (0..=2).find_map(|months| {
        let month = first_of_month(base)?.checked_add_months(Months::new(months))?;
        month.with_day(day).filter(|date| *date >= base)
    })
}

/// What makes a weekday a certain one: "friday the 25th", "Freitag, den 25. September", "Fri, Sep 25".
/// The second value: it has to be asked whether it is a date at all.
pub(super) fn after_weekday(
    at: &mut Cursor<'_>,
    weekday: Weekday,
    cue: bool,
) -> Option<(Day, bool)> {
    let today = at.line.today();
    let mut ahead = *at;
    ahead.eat_glued(',');
    let _ = ahead.eat(Word::The) || ahead.eat(Word::On);
    let mut inner = ahead;
    let found =
        month_and_day(&mut inner, today).or_else(|| super::numeric::read(&mut inner, today));
    if let Some((day, _)) = found {
        *at = inner;
        if day.doubt.is_some() || day.date.weekday() == weekday {
            return Some((day, false));
        }
        // The weekday and the date do not agree.
        let by_weekday = on_or_after(today.succ_opt()?, weekday);
        let choices = vec![ChoiceValue::Date(day.date), ChoiceValue::Date(by_weekday)];
        return Some((Day::doubtful(QuestionKind::Date, choices)?, false));
    }
    let number = u32::try_from(number::numeric_ordinal(&mut ahead)?).ok()?;
    if !ahead.may_end() {
        return None;
    }
    let date = (0..=60).find_map(|months| {
        let month = first_of_month(today)?.checked_add_months(Months::new(months))?;
        let date = month.with_day(number)?;
        (date >= today && date.weekday() == weekday).then_some(date)
    })?;
    *at = ahead;
    // "Friday the 13th" is a film and a superstition.
    Some((Day::of(date), number == 13 && weekday == Weekday::Fri && !cue))
}

/// "15", "15th", "15.", "first": the number of a day.
fn day_number(at: &mut Cursor<'_>) -> Option<u32> {
    let mut ahead = *at;
    let day = match number::numeric_ordinal(&mut ahead) {
        Some(day) => u32::try_from(day).ok()?,
        None => {
            ahead = *at;
            match ahead.digits() {
                Some(digits) if digits.digits <= 2 => digits.value,
                Some(_) => return None,
                None => ahead.pick(|word| match word {
                    Word::Ordinal(day) => u32::try_from(day).ok(),
                    _ => None,
                })?,
            }
        }
    };
    *at = ahead;
    (1..=31).contains(&day).then_some(day)
}
