//! Days: "today", "next friday", "15 April", "10/12", "the 5th", "end of month", and ranges of them.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{
    Doubt, Length, Piece, Standing, What, calendar, nth, number, numeric, period, weekday,
};
use crate::{
    context::Locale,
    intent::{ChoiceValue, QuestionKind},
    line::Cursor,
    word::{Part, Unit, Word},
};

/// A day, or the first and the last of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: NaiveDate,
    pub(crate) last: Option<NaiveDate>,
    /// It is not clear which day is meant.
    pub(crate) doubt: Option<Doubt>,
    /// The part of the day is in the word: "tonight".
    pub(crate) part: Option<Part>,
    /// "before friday": the day before, or that day.
    pub(crate) before: bool,
    /// "from friday", "starting friday": a rule may start there.
    pub(crate) starts: bool,
    /// "the fourth thursday of november": which weekday of which month.
    pub(crate) nth: Option<(i32, Weekday, u32)>,
}

impl Day {
    pub(super) fn of(date: NaiveDate) -> Self {
        Self { date, last: None, doubt: None, part: None, before: false, starts: false, nth: None }
    }

    pub(super) fn doubtful(kind: QuestionKind, choices: Vec<ChoiceValue>) -> Option<Self> {
        let date = choices.iter().find_map(|choice| match choice {
            ChoiceValue::Date(date) => Some(*date),
            _ => None,
        })?;
        Some(Self { doubt: Some(Doubt { kind, choices }), ..Self::of(date) })
    }
}

/// A day and how firmly it stands by its words.
pub(super) type Found = (Day, Standing);

/// Reads a day that "coming" counts to from a base.
pub(super) type DayReader = fn(&mut Cursor<'_>, NaiveDate) -> Option<Found>;

pub(super) fn read(start: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    let mut at = start;
    let cue = cue(&mut at);
    let today = start.line.today();
    let (mut day, mut standing) = match one(&mut at, today) {
        Some(found) => found,
        // "on the 5th or 6th".
        None if joins_a_day(start, before) => calendar::another_day(&mut at)?,
        None => return None,
    };
    day.before = cue == Cue::Before;
    day.starts = cue == Cue::Start;
    if day.doubt.is_none() {
        later(&mut at, &mut day);
        range(&mut at, &mut day);
    }
    // "mon-wed" are days, however weak each is; "so-so" is neither.
    let is_days = day.last.is_some_and(|last| (last - day.date).num_days() < 7);
    if standing.fragile && is_days {
        standing = Standing::FIRM;
    }
    // German "von" opens a range; "der Brief von gestern" does not.
    let from = cue == Cue::From && day.last.is_none();
    if cue == Cue::Topic || from {
        standing = Standing { at_start: false, at_end: false, cue: false, ..standing };
    } else if cue != Cue::None {
        standing = standing.with_cue(true);
    }
    if standing.partner && before.is_none() || !at.may_end() {
        return None;
    }
    // With the time glued on: "2026-10-03T14:00".
    Some(Piece::new(start, at, What::Day(day), standing))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    None,
    Plain,
    /// "from", "starting", "due": a rule may start there.
    Start,
    Before,
    /// German "von".
    From,
    /// "about friday", "to friday": spoken about.
    Topic,
}

/// The prepositions before a day; several may stand together: "due by", "bis spätestens".
fn cue(at: &mut Cursor<'_>) -> Cue {
    let mut cue = Cue::None;
    let follows_to = at.before().is_some_and(|before| {
        before.is(Word::To) && !before.is(Word::Until) && !before.is(Word::From)
    });
    if at.eat_any(&[Word::Topic, Word::After]) || follows_to {
        return Cue::Topic;
    }
    if at.eat(Word::Before) {
        return Cue::Before;
    }
    // "Buy cake for tomorrow": it goes with the day, but makes it no surer.
    at.eat(Word::For);
    for _ in 0..3 {
        if at.eat(Word::Due) {
            at.eat_glued(':');
            cue = Cue::Start;
        } else if at.eat(Word::Starting) {
            cue = Cue::Start;
        } else if at.eat(Word::From) {
            let german = at.line.locale() == Locale::De;
            cue = if german { Cue::From } else { Cue::Start };
        } else if at.eat_any(&[Word::On, Word::By, Word::Until]) {
            cue = if cue == Cue::Start { cue } else { Cue::Plain };
        } else {
            break;
        }
    }
    // "in the next week", "over the weekend".
    let mut ahead = *at;
    if ahead.eat_any(&[Word::In, Word::Over]) {
        ahead.eat(Word::The);
        if ahead.eat_any(&[Word::Next, Word::This, Word::Coming, Word::Weekend]) {
            at.at = ahead.at - 1;
            return if cue == Cue::None { Cue::Plain } else { cue };
        }
    }
    cue
}

/// One day. `base`: what "coming" counts from; today, or the first day of a range.
pub(super) fn one(at: &mut Cursor<'_>, base: NaiveDate) -> Option<Found> {
    let readers: [DayReader; 7] = [
        relative,
        period::read,
        nth::read,
        calendar::read,
        numeric::day_range,
        numeric::read,
        weekday::read,
    ];
    at.first_of(&readers.map(|read| move |at: &mut Cursor<'_>| read(at, base)))
}

/// Whether an "and" or "or" ties this to a day before.
fn joins_a_day(start: Cursor<'_>, before: Option<&Piece>) -> bool {
    before.is_some_and(|before| matches!(before.what, What::Day(_)) && start.follows_joined(before))
}

/// "friday in two weeks", "heute in einer Woche".
fn later(at: &mut Cursor<'_>, day: &mut Day) {
    let mut ahead = *at;
    let length = ahead.eat(Word::In).then(|| number::length(&mut ahead)).flatten();
    // German counts the day itself: "Montag in acht Tagen" is in a week.
    let german = ahead.line.locale() == Locale::De;
    let length = length.map(|length| match length {
        Length { count: 8, unit: Unit::Day } if german => Length { count: 7, ..length },
        length => length,
    });
    if let Some(date) = length.and_then(|length| length.after(day.date))
        && day.last.is_none()
        && ahead.may_end()
    {
        day.date = date;
        *at = ahead;
    }
}

/// "to friday", "- 5 Oct" after a first day.
fn range(at: &mut Cursor<'_>, day: &mut Day) {
    if day.last.is_some() {
        return;
    }
    let mut ahead = *at;
    if !ahead.eat_range_mark() {
        return;
    }
    ahead.eat(Word::On);
    let mut again = ahead;
    let Some((last, _)) = one(&mut ahead, day.date) else { return };
    if last.doubt.is_some() || last.last.is_some() || last.date <= day.date || !ahead.may_end() {
        return;
    }
    *at = ahead;
    // "from 3 Oct to 1 Oct": nobody means a year less two days.
    let from_today = one(&mut again, at.line.today()).map(|(last, _)| last.date);
    let is_far = (last.date - day.date).num_days() > 7;
    match from_today.filter(|date| is_far && *date < day.date) {
        Some(earlier) => {
            let choices = vec![ChoiceValue::Date(day.date), ChoiceValue::Date(earlier)];
            day.doubt = Some(Doubt { kind: QuestionKind::Date, choices });
        }
        None => day.last = Some(last.date),
    }
}

/// "today", "the day after tomorrow", "tonight", "this evening".
fn relative(at: &mut Cursor<'_>, _base: NaiveDate) -> Option<Found> {
    let today = at.line.today();
    let later = |days: u64| today.checked_add_days(Days::new(days)).map(Day::of);
    let mut ahead = *at;
    let the = ahead.eat(Word::The);
    if ahead.eat(Word::Unit(Unit::Day)) && ahead.eat(Word::After) && ahead.eat(Word::Tomorrow) {
        *at = ahead;
        return Some((later(2)?, Standing::FIRM));
    }
    if the {
        return None;
    }
    let day = match () {
        () if at.eat(Word::Today) => later(0)?,
        () if is_tomorrow(at) && at.eat(Word::Tomorrow) => later(1)?,
        () if at.eat(Word::AfterTomorrow) => later(2)?,
        () if at.eat(Word::Tonight) => Day { part: Some(Part::Night), ..later(0)? },
        () if at.eat(Word::This) => {
            let part = at.part()?;
            return Some((
                Day { part: Some(part), ..later(0)? },
                Standing { fragile: true, ..Standing::CUE },
            ));
        }
        () => return None,
    };
    Some((day, Standing::FIRM))
}

/// German "heute morgen", "am Morgen", "Montag morgen" is the morning.
fn is_tomorrow(at: &Cursor<'_>) -> bool {
    let is_part = at.is(Word::Part(Part::Morning));
    let frames = |word: &Word| {
        matches!(
            word,
            Word::Today
                | Word::Tomorrow
                | Word::AfterTomorrow
                | Word::Weekday(..)
                | Word::On
                | Word::The
                | Word::Every
        )
    };
    !is_part || !at.before().is_some_and(|before| before.words.iter().any(frames))
}

/// The first such weekday from a day on, that day included.
pub(super) fn on_or_after(day: NaiveDate, weekday: Weekday) -> NaiveDate {
    let days = weekday.days_since(day.weekday());
    day.checked_add_days(Days::new(days.into())).unwrap_or(day)
}

pub(super) fn first_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)
}

pub(super) fn last_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(day.num_days_in_month().into())
}
