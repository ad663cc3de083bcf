//! Counts, ordinals and lengths of time.

use chrono::{Days, Months, NaiveDate};

use crate::{
    line::Cursor,
    word::{Unit, Word},
};

/// Largest count that a text may name; more is no plan.
const COUNT_MAX: u32 = 10_000;

/// So many units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
}

impl Length {
    /// That many days, weeks, months or years later; the end of a short month clamps. `None` for
    /// minutes and hours, and past the end of the calendar.
    pub(crate) fn after(self, day: NaiveDate) -> Option<NaiveDate> {
        match self.unit {
            Unit::Minute | Unit::Hour => None,
            Unit::Day => day.checked_add_days(Days::new(self.count.into())),
            Unit::Week => day.checked_add_days(Days::new(u64::from(self.count) * 7)),
            Unit::Month => day.checked_add_months(Months::new(self.count)),
            Unit::Year => day.checked_add_months(Months::new(self.count.checked_mul(12)?)),
            Unit::Workday => workdays_after(day, self.count),
        }
    }

    /// Exact minutes; `None` for days and longer.
    pub(crate) fn minutes(self) -> Option<u32> {
        match self.unit {
            Unit::Minute => Some(self.count),
            Unit::Hour => self.count.checked_mul(60),
            _ => None,
        }
    }
}

fn workdays_after(day: NaiveDate, count: u32) -> Option<NaiveDate> {
    let mut day = day;
    for _ in 0..count {
        day = day.succ_opt()?;
        while is_weekend(day) {
            day = day.succ_opt()?;
        }
    }
    Some(day)
}

pub(crate) fn is_weekend(day: NaiveDate) -> bool {
    use chrono::{Datelike, Weekday};
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// "3", "three".
pub(super) fn count(at: &mut Cursor<'_>) -> Option<u32> {
    let mut ahead = *at;
    let count = match ahead.digits() {
        Some(digits) => digits.value,
        None => ahead.pick(|word| match word {
            Word::Count(count) => Some(count),
            _ => None,
        })?,
    };
    *at = ahead;
    (1..=COUNT_MAX).contains(&count).then_some(count)
}

/// "3", "three", "a".
pub(super) fn count_or_one(at: &mut Cursor<'_>) -> Option<u32> {
    if !at.eat(Word::One) {
        return count(at);
    }
    // "a couple of weeks".
    if at.eat(Word::Couple) {
        at.eat(Word::Of);
        return Some(2);
    }
    Some(1)
}

/// "3 weeks", "an hour", "half an hour", "a fortnight", "2h".
pub(super) fn length(at: &mut Cursor<'_>) -> Option<Length> {
    let mut ahead = *at;
    let found = half_an_hour(&mut ahead).or_else(|| {
        ahead = *at;
        let count = count_or_one(&mut ahead)?;
        if let Some(minutes) = tenths_of_an_hour(&mut ahead, count) {
            return Some(Length { count: minutes, unit: Unit::Minute });
        }
        if ahead.eat(Word::Fortnight) {
            return Some(Length { count: count * 2, unit: Unit::Week });
        }
        Some(Length { count, unit: ahead.unit()? })
    })?;
    *at = ahead;
    Some(found)
}

/// ".5 hours" after "1": ninety minutes.
fn tenths_of_an_hour(at: &mut Cursor<'_>, hours: u32) -> Option<u32> {
    let mut ahead = *at;
    let _ = ahead.eat_glued('.') || ahead.eat_glued(',');
    let tenths = ahead.glued_digits().filter(|digits| digits.digits == 1)?.value;
    (ahead.unit()? == Unit::Hour).then(|| {
        *at = ahead;
        hours * 60 + tenths * 6
    })
}

/// "half an hour", "einer halben Stunde".
fn half_an_hour(at: &mut Cursor<'_>) -> Option<Length> {
    let count = match (at.eat(Word::One), at.eat(Word::Half)) {
        (_, true) => {
            at.eat(Word::One);
            30
        }
        (_, false) => return None,
    };
    (at.unit()? == Unit::Hour).then_some(Length { count, unit: Unit::Minute })
}

/// "1st", "15.", "first", "last": 1 to 31 from the front, -1 from the end.
pub(super) fn ordinal(at: &mut Cursor<'_>) -> Option<i32> {
    let mut ahead = *at;
    let found = numeric_ordinal(&mut ahead).or_else(|| {
        ahead = *at;
        ahead.pick(|word| match word {
            Word::Ordinal(number) => Some(number),
            Word::Last => Some(-1),
            _ => None,
        })
    })?;
    *at = ahead;
    Some(found)
}

/// "15th", "15."; 1 to 31.
pub(super) fn numeric_ordinal(at: &mut Cursor<'_>) -> Option<i32> {
    use crate::context::Locale;
    let mut ahead = *at;
    let digits = ahead.digits().filter(|digits| digits.digits <= 2)?;
    let ended = match ahead.line.locale() {
        Locale::De => ahead.eat_glued('.'),
        Locale::EnUs | Locale::EnGb => ahead.is_glued() && ahead.eat(Word::OrdinalEnding),
    };
    let number = i32::try_from(digits.value).ok().filter(|number| (1..=31).contains(number))?;
    ended.then(|| {
        *at = ahead;
        number
    })
}
