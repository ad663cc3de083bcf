//! Weekdays: "friday", "next friday", "friday next week", "Friday the 13th".

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{
    Standing, calendar,
    day::{Day, Found, on_or_after},
};
use crate::{
    line::{Cursor, Line},
    word::{Form, Unit, Word},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    This,
    Coming,
    Next,
}

pub(super) fn which(at: &mut Cursor<'_>) -> Option<Which> {
    at.pick(|word| match word {
        Word::This => Some(Which::This),
        Word::Coming => Some(Which::Coming),
        Word::Next => Some(Which::Next),
        _ => None,
    })
}

/// "friday", "next friday", "diesen Freitag", "Friday the 13th".
pub(super) fn read(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    if at.before().is_some_and(|before| before.is(Word::Last)) {
        return None;
    }
    let cue = at.follows_cue();
    let which = which(at);
    let (weekday, form) = at.weekday()?;
    let date = match which {
        None | Some(Which::Coming) => on_or_after(base.succ_opt()?, weekday),
        Some(Which::This) => on_or_after(base, weekday),
        Some(Which::Next) => next_week(weekday, at.line)?,
    };
    let standing = match (form, which) {
        (Form::Plain, None) => Standing::FIRM,
        (Form::Plain, Some(_)) => Standing::CUE,
        (Form::Weak, None) => Standing { fragile: true, ..Standing::NONE },
        (Form::Weak, Some(_)) => Standing::FRAGILE,
    };
    if which.is_none()
        && let Some((dated, asks)) = calendar::after_weekday(at, weekday, cue)
    {
        let standing =
            if asks { Standing { asks: true, ..Standing::NONE } } else { Standing::FIRM };
        return Some((dated, standing));
    }
    // "friday next week".
    let mut ahead = *at;
    if which.is_none() && ahead.eat(Word::Next) && ahead.eat(Word::Unit(Unit::Week)) {
        *at = ahead;
        return Some((Day::of(next_week(weekday, at.line)?), Standing::CUE));
    }
    Some((Day { part: at.glued_part(), ..Day::of(date) }, standing))
}

/// That weekday in the week after this one.
pub(super) fn next_week(weekday: Weekday, line: &Line<'_>) -> Option<NaiveDate> {
    let next = week_of(line.today(), line)?.checked_add_days(Days::new(7))?;
    Some(on_or_after(next, weekday))
}

/// The first day of the week of a day.
pub(super) fn week_of(day: NaiveDate, line: &Line<'_>) -> Option<NaiveDate> {
    let since = day.weekday().days_since(line.week_start());
    day.checked_sub_days(Days::new(since.into()))
}
