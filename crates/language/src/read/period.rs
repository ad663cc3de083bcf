//! Periods and their edges: "next week", "this weekend", "end of month", "Ende Oktober".

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{
    Standing, calendar,
    day::{Day, Found, first_of_month, last_of_month, on_or_after},
    number,
    weekday::{Which, next_week, week_of, which},
};
use crate::{
    intent::{ChoiceValue, QuestionKind},
    line::{Cursor, Line},
    word::{Unit, Word},
};

/// "next week", "end of month", "this weekend", "next year".
pub(super) fn read(at: &mut Cursor<'_>, _base: NaiveDate) -> Option<Found> {
    let today = at.line.today();
    edge(at, today).or_else(|| {
        let mut ahead = *at;
        ahead.eat_any(&[Word::At, Word::The]);
        ahead.eat(Word::The);
        let which = which(&mut ahead);
        if ahead.eat(Word::Weekend) {
            let saturday = on_or_after(today, Weekday::Sat);
            let date = match which {
                Some(Which::Next) => next_week(Weekday::Sat, ahead.line)?,
                _ => saturday,
            };
            // "The Lost Weekend" is a film.
            let bare = which.is_none() && at.at == ahead.at - 1;
            let framed = at.before().is_some_and(|before| {
                [Word::On, Word::The, Word::Over, Word::By].iter().any(|word| before.is(*word))
            });
            if bare && !framed {
                return None;
            }
            *at = ahead;
            return Some((Day::of(date), Standing::CUE));
        }
        if which != Some(Which::Next) {
            return None;
        }
        let date = match ahead.unit()? {
            // "nächste Woche Freitag".
            Unit::Week => {
                let mut inner = ahead;
                inner.eat(Word::On);
                match inner.weekday() {
                    Some((weekday, _)) => {
                        ahead = inner;
                        next_week(weekday, ahead.line)?
                    }
                    None => next_week(Weekday::Mon, ahead.line)?,
                }
            }
            Unit::Month => {
                let first = first_of_month(today)?.checked_add_months(Months::new(1))?;
                // "next month on the 5th".
                let mut inner = ahead;
                let on = inner.eat(Word::On) | inner.eat(Word::The);
                let day = if on { number::numeric_ordinal(&mut inner) } else { None };
                match day.and_then(|day| first.with_day(u32::try_from(day).ok()?)) {
                    Some(date) => {
                        ahead = inner;
                        date
                    }
                    None => first,
                }
            }
            Unit::Year => NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?,
            _ => return None,
        };
        *at = ahead;
        Some((Day::of(date), Standing::CUE))
    })
}

/// "end of (the) month", "Ende Oktober", "start of next month", "eom".
fn edge(at: &mut Cursor<'_>, today: NaiveDate) -> Option<Found> {
    let mut ahead = *at;
    ahead.eat(Word::At);
    ahead.eat(Word::The);
    let by_word = ahead.pick(|word| match word {
        Word::PeriodEnd(unit) => Some((true, unit)),
        Word::PeriodBegin(unit) => Some((false, unit)),
        _ => None,
    });
    if let Some((end, unit)) = by_word {
        *at = ahead;
        return Some((edge_of(end, unit, today, at.line)?, Standing::FIRM));
    }
    let end = ahead.eat(Word::End);
    if !end && !ahead.eat(Word::Begin) {
        return None;
    }
    ahead.eat(Word::Of);
    ahead.eat(Word::The);
    let this = ahead.eat(Word::This);
    let next = !this && ahead.eat(Word::Next);
    // "early October" is no day.
    let month = if end { ahead.month() } else { None };
    let day = if let Some(month) = month {
        let first = calendar::coming(today, |year| NaiveDate::from_ymd_opt(year, month, 1), true)?;
        Day::of(last_of_month(first)?)
    } else {
        let unit = ahead.unit()?;
        // "End of Days" is a film, "end of day" today.
        let plural = ahead.before().is_some_and(|token| {
            let text = ahead.line.text.get(token.start..token.end).unwrap_or("");
            ["days", "tage", "tagen"].iter().any(|days| text.eq_ignore_ascii_case(days))
        });
        if plural {
            return None;
        }
        let base = match (next, unit) {
            (false, _) => today,
            (true, Unit::Week) => today.checked_add_days(Days::new(7))?,
            (true, Unit::Month) => first_of_month(today)?.checked_add_months(Months::new(1))?,
            (true, Unit::Year) => NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?,
            (true, _) => return None,
        };
        edge_of(end, unit, base, ahead.line)?
    };
    *at = ahead;
    Some((day, Standing::FIRM))
}

fn edge_of(end: bool, unit: Unit, base: NaiveDate, line: &Line<'_>) -> Option<Day> {
    let week_end = || {
        let first = week_of(base, line)?;
        first.checked_add_days(Days::new(6))
    };
    Some(match (end, unit) {
        (true, Unit::Day) => Day::of(base),
        (true, Unit::Month) => Day::of(last_of_month(base)?),
        (true, Unit::Year) => Day::of(NaiveDate::from_ymd_opt(base.year(), 12, 31)?),
        // Some mean Friday, some the last day of the week.
        (true, Unit::Week) => {
            let last = week_end()?;
            let friday = on_or_after(week_of(base, line)?, Weekday::Fri);
            Day::doubtful(
                QuestionKind::Date,
                vec![ChoiceValue::Date(friday), ChoiceValue::Date(last)],
            )?
        }
        (false, Unit::Month) => {
            let first = first_of_month(base)?;
            let past = first < line.today();
            Day::of(if past { first.checked_add_months(Months::new(1))? } else { first })
        }
        (false, Unit::Year) => {
            let year = if base.ordinal() == 1 { base.year() } else { base.year() + 1 };
            Day::of(NaiveDate::from_ymd_opt(year, 1, 1)?)
        }
        (false, Unit::Week) => Day::of(on_or_after(week_of(base, line)?, Weekday::Mon)),
        _ => return None,
    })
}
