//! Rules: "every 2 weeks on friday", "mondays", "daily", "the last friday of every month".

mod body;
mod days;

use chrono::Weekday;

use super::{Piece, Reader, Standing, What, number};
use crate::{
    line::Cursor,
    word::{Part, Unit, Word},
};

/// A rule as it was said. [`crate::rule`] makes an RRULE of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pattern {
    pub(crate) step: Step,
    pub(crate) months: Vec<u32>,
    pub(crate) month_days: Vec<i32>,
    /// With an ordinal, 0 for every one.
    pub(crate) days: Vec<(i32, Weekday)>,
    /// Which of `days` in a month: BYSETPOS.
    pub(crate) positions: Vec<i32>,
    /// "every morning".
    pub(crate) part: Option<Part>,
    /// "every! day".
    pub(crate) after_completion: bool,
    /// Understood, but no rule can say it: "every 2 weekdays".
    pub(crate) impossible: bool,
}

/// Every so many units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) unit: Unit,
    pub(crate) interval: u32,
}

impl Default for Step {
    fn default() -> Self {
        Self { unit: Unit::Day, interval: 1 }
    }
}

impl Pattern {
    fn every(interval: u32, unit: Unit) -> Self {
        Self { step: Step { unit, interval }, ..Self::default() }
    }

    fn weekly(interval: u32, days: &[Weekday]) -> Self {
        let days = days.iter().map(|day| (0, *day)).collect();
        Self { days, ..Self::every(interval, Unit::Week) }
    }

    fn impossible() -> Self {
        Self { impossible: true, ..Self::default() }
    }

    /// Whether nothing but the step is said.
    pub(crate) fn is_plain(&self) -> bool {
        self.months.is_empty() && self.month_days.is_empty() && self.days.is_empty()
    }
}

/// Monday to Friday.
const WORKDAYS: [Weekday; 5] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// "every …": anywhere, but asked about before a noun ("make every day count posters").
const EVERY: Standing = Standing { fragile: true, ..Standing::CUE };

pub(super) fn read(start: Cursor<'_>) -> Option<Piece> {
    let readers: [Reader<Found>; 5] = [every, of_the_month, adverb, each_weekday, once];
    let mut at = start;
    let (pattern, standing) = at.first_of(&readers)?;
    at.may_end().then_some(Piece::new(start, at, What::Repeat(pattern), standing))
}

/// A rule and how firmly it stands.
type Found = (Pattern, Standing);

/// "every 3 days", "every! friday", "@every 2 weeks", "an jedem Montag".
fn every(at: &mut Cursor<'_>) -> Option<Found> {
    let _ = at.eat_mark('@') || at.eat(Word::On);
    if !at.eat(Word::Every) {
        return None;
    }
    let after_completion = at.eat_glued('!');
    let (pattern, standing) = body::read(at)?;
    let pattern = days::on(at, pattern);
    Some((Pattern { after_completion, ..pattern }, standing))
}

/// "daily", "monthly on the 15th".
fn adverb(at: &mut Cursor<'_>) -> Option<Found> {
    let marked = at.eat_mark('@');
    let (unit, interval) = at.pick(|word| match word {
        Word::Adverb(unit, interval) => Some((unit, interval)),
        _ => None,
    })?;
    let plain = Pattern::every(interval, unit);
    let pattern = days::on(at, plain.clone());
    let german = at.line.locale() == crate::context::Locale::De;
    let standing = match (pattern == plain, marked, german) {
        (true, false, true) => Standing::EDGES,
        // Before a noun it is an adjective: "weekly report".
        (true, false, false) => Standing::END,
        _ => Standing::CUE,
    };
    Some((pattern, standing))
}

/// "mondays and thursdays", "on weekdays", "montags", "werktags".
fn each_weekday(at: &mut Cursor<'_>) -> Option<Found> {
    let cue = at.eat(Word::On);
    let pattern = if at.eat(Word::EachWorkday) {
        Pattern::weekly(1, &WORKDAYS)
    } else if at.eat(Word::EachWeekend) {
        Pattern::weekly(1, &[Weekday::Sat])
    } else {
        let mut days = vec![days::each(at)?];
        let mut ahead = *at;
        while days::eat_separator(&mut ahead) {
            let Some(day) = days::each(&mut ahead) else { break };
            days.push(day);
            *at = ahead;
        }
        Pattern::weekly(1, &days)
    };
    Some((pattern, Standing::EDGES.with_cue(cue)))
}

/// "once a week".
fn once(at: &mut Cursor<'_>) -> Option<Found> {
    let said = at.eat(Word::Once) && at.eat(Word::One);
    let unit = at.unit().filter(|unit| said && *unit != Unit::Workday)?;
    Some((Pattern::every(1, unit), Standing::EDGES))
}

/// "on the 15th of every month", "the last friday of each month", "last workday of the month",
/// "am 15. jedes Monats".
fn of_the_month(at: &mut Cursor<'_>) -> Option<Found> {
    at.eat(Word::On);
    at.eat(Word::The);
    number::ordinal(&mut at.clone())?;
    let pattern = days::ordinals(at)?;
    let mut ahead = *at;
    let every = (ahead.eat(Word::Of), ahead.eat(Word::Every)).1;
    if every && ahead.eat(Word::Unit(Unit::Month)) {
        *at = ahead;
        return Some((pattern, Standing::CUE));
    }
    // "last day of the month" is one date; a weekday or workday of it comes again.
    let comes_again = !pattern.days.is_empty();
    (comes_again && days::eat_of_the_month(at)).then_some((pattern, Standing::FIRM))
}
