//! Lists of weekdays and of days of the month, and the clause "on …" after a rule.

use chrono::{Datelike, Weekday};

use super::{Pattern, WORKDAYS, body};
use crate::{
    line::Cursor,
    read::{calendar, number, numeric},
    word::{Unit, Word},
};

/// "monday", "mondays".
pub(super) fn each(at: &mut Cursor<'_>) -> Option<Weekday> {
    at.pick(|word| match word {
        Word::EachWeekday(weekday) => Some(weekday),
        _ => None,
    })
}

fn one(at: &mut Cursor<'_>) -> Option<Weekday> {
    each(at).or_else(|| at.weekday().map(|(weekday, _)| weekday))
}

/// ",", "and", ", and", "/", "&".
pub(super) fn eat_separator(at: &mut Cursor<'_>) -> bool {
    let comma = at.eat_mark(',');
    let word = at.eat(Word::And) || at.eat_mark('&') || at.eat_glued('/');
    comma || word
}

/// "mon", "mon, wed and fri", "mon-fri", "Montag bis Freitag".
pub(super) fn list(at: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    let mut days = vec![one(at)?];
    loop {
        let mut ahead = *at;
        let ranged = ahead.eat_range_mark();
        if !ranged && !eat_separator(&mut ahead) {
            break;
        }
        let before = *days.last()?;
        let Some(day) = one(&mut ahead) else { break };
        if ranged {
            let mut next = before.succ();
            while next != day && days.len() < 7 {
                days.push(next);
                next = next.succ();
            }
        }
        days.push(day);
        *at = ahead;
    }
    Some(days)
}

/// What an ordinal in a month counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Day,
    Workday,
    Weekday(Weekday),
}

/// "1st and 15th", "last day", "1st and 3rd monday", "15th workday, last workday".
pub(super) fn ordinals(at: &mut Cursor<'_>) -> Option<Pattern> {
    let mut found: Vec<(i32, Option<Counted>)> = Vec::new();
    let mut ahead = *at;
    while let Some(ordinal) = number::ordinal(&mut ahead) {
        found.push((ordinal, counted(&mut ahead)));
        *at = ahead;
        if !eat_separator(&mut ahead) {
            break;
        }
        ahead.eat(Word::The);
    }
    // "1st and 3rd monday": what is named last counts for those before it.
    let mut counted = None;
    for (_, named) in found.iter_mut().rev() {
        counted = named.or(counted);
        *named = counted;
    }
    let mut pattern = Pattern::every(1, Unit::Month);
    for (ordinal, counted) in found {
        match counted {
            None if ordinal < 0 => return None,
            None | Some(Counted::Day) => pattern.month_days.push(ordinal),
            Some(Counted::Workday) => pattern.positions.push(ordinal),
            Some(Counted::Weekday(weekday)) => pattern.days.push((ordinal, weekday)),
        }
    }
    let kinds = [&pattern.month_days, &pattern.positions]
        .into_iter()
        .filter(|list| !list.is_empty())
        .count()
        + usize::from(!pattern.days.is_empty());
    if !pattern.positions.is_empty() {
        pattern.days = WORKDAYS.iter().map(|day| (0, *day)).collect();
    }
    let in_range = pattern.days.iter().all(|(ordinal, _)| *ordinal <= 5);
    (kinds == 1 && in_range).then_some(pattern)
}

fn counted(at: &mut Cursor<'_>) -> Option<Counted> {
    if at.eat(Word::Workday) {
        return Some(Counted::Workday);
    }
    if let Some(weekday) = one(at) {
        return Some(Counted::Weekday(weekday));
    }
    let mut ahead = *at;
    let counted = match ahead.unit()? {
        Unit::Day => Counted::Day,
        Unit::Workday => Counted::Workday,
        _ => return None,
    };
    *at = ahead;
    Some(counted)
}

/// "of the month", "of each month", "im Monat", "des Monats".
pub(super) fn eat_of_the_month(at: &mut Cursor<'_>) -> bool {
    let mut ahead = *at;
    let of = ahead.eat(Word::Of) | ahead.eat(Word::In);
    let which = ahead.eat(Word::The) | ahead.eat(Word::Every);
    let found = (of || which) && ahead.eat(Word::Unit(Unit::Month));
    if found {
        *at = ahead;
    }
    found
}

/// "on friday" after weeks, "on the 15th" after months, "on Feb 14" after years.
pub(super) fn on(at: &mut Cursor<'_>, pattern: Pattern) -> Pattern {
    if !pattern.is_plain() {
        return pattern;
    }
    let mut ahead = *at;
    let said = ahead.eat_any(&[Word::On, Word::By]);
    let step = pattern.step;
    let today = ahead.line.today();
    let completed = match step.unit {
        Unit::Week => weekdays(&mut ahead, said).map(|days| Pattern { days, ..pattern.clone() }),
        Unit::Month => {
            ahead.eat(Word::The);
            // "every month first friday" needs no "on", "every month 15th" does.
            ordinals(&mut ahead)
                .filter(|found| said || !found.days.is_empty())
                .map(|found| Pattern { step, ..found })
        }
        Unit::Year if said && of_a_month(&mut ahead.clone()).is_some() => {
            of_a_month(&mut ahead).map(|found| Pattern { step, ..found })
        }
        Unit::Year if said => calendar::month_and_day(&mut ahead, today)
            .or_else(|| numeric::read(&mut ahead, today))
            .filter(|(day, _)| day.doubt.is_none() && day.last.is_none())
            .map(|(day, _)| Pattern {
                step,
                ..body::yearly(day.date.month(), day.date.day().cast_signed())
            }),
        _ => None,
    };
    match completed.filter(|_| ahead.may_end()) {
        Some(completed) => {
            *at = ahead;
            completed
        }
        None => pattern,
    }
}

/// "the last friday of november".
fn of_a_month(at: &mut Cursor<'_>) -> Option<Pattern> {
    at.eat(Word::The);
    let found = ordinals(at).filter(|found| !found.days.is_empty() || found.month_days == [-1])?;
    let _ = at.eat(Word::Of) || at.eat(Word::In);
    Some(Pattern { months: vec![at.month()?], ..found })
}

/// After "on", or in German without it: "alle zwei Wochen dienstags".
fn weekdays(at: &mut Cursor<'_>, said: bool) -> Option<Vec<(i32, Weekday)>> {
    let plural = each(&mut at.clone()).is_some();
    if !said && !plural {
        return None;
    }
    Some(list(at)?.into_iter().map(|day| (0, day)).collect())
}
