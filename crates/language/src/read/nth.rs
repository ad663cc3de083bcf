//! "The first monday in october", "last friday of next month".

use chrono::{Datelike, Months, NaiveDate, Weekday};

use super::{
    Standing, calendar,
    day::{Day, Found, first_of_month, last_of_month, on_or_after},
    number,
};
use crate::{
    line::Cursor,
    word::{Unit, Word},
};

pub(super) fn read(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    at.eat(Word::The);
    let ordinal = number::ordinal(at)?;
    let (weekday, _) = at.weekday()?;
    let _ = at.eat(Word::Of) || at.eat(Word::In);
    at.eat(Word::The);
    let mut named = None;
    let date = if at.eat(Word::Next) {
        at.eat(Word::Unit(Unit::Month)).then_some(())?;
        nth(first_of_month(base)?.checked_add_months(Months::new(1))?, ordinal, weekday)?
    } else {
        let month = at.month()?;
        named = Some((ordinal, weekday, month));
        let in_year = |year| nth(NaiveDate::from_ymd_opt(year, month, 1)?, ordinal, weekday);
        match calendar::year(at)? {
            Some(year) => in_year(year)?,
            None => (0..=1)
                .find_map(|years| in_year(base.year() + years).filter(|date| *date >= base))?,
        }
    };
    Some((Day { nth: named, ..Day::of(date) }, Standing::FIRM))
}

/// That weekday of a month: from the front, or the last.
pub(super) fn nth(month: NaiveDate, ordinal: i32, weekday: Weekday) -> Option<NaiveDate> {
    if ordinal < 0 {
        let last = last_of_month(month)?;
        return Some(on_or_after(last.checked_sub_days(chrono::Days::new(6))?, weekday));
    }
    let weeks = u64::try_from(ordinal - 1).ok()?;
    let date = on_or_after(month, weekday).checked_add_days(chrono::Days::new(weeks * 7))?;
    (date.month() == month.month()).then_some(date)
}
