//! Dates in digits: ISO everywhere, "10/12" and "24.12." in the order of the locale.

use chrono::{Datelike, NaiveDate};

use super::{
    Standing, calendar,
    day::{Day, Found},
    number,
};
use crate::{
    context::Locale,
    intent::{ChoiceValue, QuestionKind},
    line::{Cursor, Digits},
    word::Word,
};

pub(super) fn read(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let mut ahead = *at;
    if let Some(day) = iso(&mut ahead) {
        *at = ahead;
        return Some((day, Standing::EDGES));
    }
    ordered(at, base)
}

/// "2026-10-12", "2026/10/12"; a `T` may follow, and a time after it.
pub(super) fn iso(at: &mut Cursor<'_>) -> Option<Day> {
    let year = at.digits().filter(|digits| digits.digits == 4)?;
    let separator = ['-', '/'].into_iter().find(|mark| at.eat_glued(*mark))?;
    let month = at.glued_digits().filter(|digits| digits.digits <= 2)?;
    at.eat_glued(separator).then_some(())?;
    let day = at.glued_digits().filter(|digits| digits.digits <= 2)?;
    let year = year.value.cast_signed();
    if !calendar::YEARS.contains(&year) {
        return None;
    }
    match NaiveDate::from_ymd_opt(year, month.value, day.value) {
        Some(date) => Some(Day::of(date)),
        None if (1..=31).contains(&day.value) => {
            calendar::no_such_day(NaiveDate::from_ymd_opt(year, month.value, 1)?)
        }
        None => None,
    }
}

/// "3.-5.10.": the first day takes its month from the last.
pub(super) fn day_range(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let mut ahead = *at;
    let first = u32::try_from(number::numeric_ordinal(&mut ahead)?).ok()?;
    if !ahead.eat_range_mark() {
        return None;
    }
    let (last, standing) = ordered(&mut ahead, base)?;
    let date = last.date.with_day(first).filter(|date| *date < last.date && *date >= base)?;
    *at = ahead;
    last.doubt.is_none().then(|| (Day { last: Some(last.date), ..Day::of(date) }, standing))
}

/// A date as two numbers and perhaps a year.
struct Numbers {
    first: Digits,
    second: Digits,
    year: Option<Digits>,
    separator: char,
}

fn ordered(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let start = *at;
    let first = at.digits().filter(|digits| digits.digits <= 2)?;
    let separator = ['/', '.', '-'].into_iter().find(|mark| at.eat_glued(*mark))?;
    // "25. 9. 2026" is written with spaces, too.
    let spacious = separator == '.' && start.line.locale() == Locale::De;
    let second = if spacious { at.digits() } else { at.glued_digits() };
    let second = second.filter(|digits| digits.digits <= 2)?;
    let mut ahead = *at;
    let closed = ahead.eat_glued(separator);
    if closed && separator == '.' {
        *at = ahead;
    }
    let year = if closed && spacious { ahead.digits() } else { ahead.glued_digits() };
    // "24.12. 15 Kerzen": after a space a year has four digits.
    let spaced = at.token().is_some_and(|token| token.spaced);
    let year = year.filter(|year| match year.digits {
        4 => closed && ahead.may_end(),
        2 => closed && ahead.may_end() && !spaced,
        _ => false,
    });
    if let Some(year) = &year {
        if year.digits == 4 && !calendar::YEARS.contains(&year.value.cast_signed()) {
            return None;
        }
        *at = ahead;
    }
    let dotted_end = closed && separator == '.';
    // "am 5. 3 Pakete" is no 5 March.
    let apart = at.line.tokens.get(start.at + 2).is_some_and(|token| token.spaced);
    if apart && !dotted_end {
        return None;
    }
    let numbers = Numbers { first, second, year, separator };
    let cue = start.follows_cue();
    if start.before().is_some_and(|before| before.is(Word::Numbered)) {
        return None;
    }
    let locale = at.line.locale();
    match (locale, separator) {
        (Locale::EnUs | Locale::EnGb, '/') => {}
        // "3.50" and "Version 2.10" are no dates; the second dot, a year or a preposition makes one.
        (Locale::De, '.') if numbers.year.is_some() || dotted_end || cue => {}
        // The custom of another place: with a year it cannot be anything else.
        (Locale::De, '/') => return foreign(&numbers, base),
        (_, '-' | '.') if numbers.year.is_some_and(|year| year.digits == 4) => {
            return foreign(&numbers, base);
        }
        _ => return None,
    }
    // "24/7" is a way to say "always".
    if separator == '/' && first.value == 24 && second.value == 7 && year.is_none() && !cue {
        return None;
    }
    let (day, month) = match locale {
        Locale::EnUs => (second.value, first.value),
        Locale::EnGb | Locale::De => (first.value, second.value),
    };
    match numbers.date(base, day, month) {
        Some(date) => Some((Day::of(date), Standing::END)),
        None if (1..=12).contains(&month) && (29..=31).contains(&day) => {
            let make = |year| NaiveDate::from_ymd_opt(year, month, 1);
            let first = match numbers.year() {
                Some(year) => make(year)?,
                None => calendar::coming(base, make, true)?,
            };
            Some((calendar::no_such_day(first)?, Standing::END))
        }
        None => {
            let other = numbers.date(base, month, day)?;
            let choices = vec![ChoiceValue::Date(other), ChoiceValue::Nothing];
            Some((Day::doubtful(QuestionKind::NumberOrder, choices)?, Standing::END))
        }
    }
}

/// Both readings, where both are days.
fn foreign(numbers: &Numbers, base: NaiveDate) -> Option<Found> {
    if numbers.separator == '/' && numbers.year.is_none() && numbers.is_always() {
        return None;
    }
    let (first, second) = (numbers.first.value, numbers.second.value);
    let (day_first, month_first) =
        (numbers.date(base, first, second), numbers.date(base, second, first));
    // The earlier one first, `None` before both.
    let (earlier, later) = (day_first.min(month_first), day_first.max(month_first));
    let later = later.filter(|_| later != earlier);
    let mut choices: Vec<_> =
        [earlier, later].into_iter().flatten().map(ChoiceValue::Date).collect();
    choices.push(ChoiceValue::Nothing);
    Some((Day::doubtful(QuestionKind::NumberOrder, choices)?, Standing::END))
}

impl Numbers {
    fn is_always(&self) -> bool {
        self.first.value == 24 && self.second.value == 7
    }

    fn year(&self) -> Option<i32> {
        self.year.map(|year| {
            let century = if year.digits == 2 { 2000 } else { 0 };
            century + year.value.cast_signed()
        })
    }

    fn date(&self, base: NaiveDate, day: u32, month: u32) -> Option<NaiveDate> {
        match self.year() {
            Some(year) => NaiveDate::from_ymd_opt(year, month, day),
            None => calendar::coming(base, |year| NaiveDate::from_ymd_opt(year, month, day), false),
        }
    }
}
