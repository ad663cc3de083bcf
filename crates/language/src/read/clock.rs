//! One time of day: how it is written, and which times it may mean.

use chrono::NaiveTime;

use super::number;
use crate::{
    context::{DayParts, Locale},
    line::Cursor,
    token::Kind,
    word::{Part, Unit, Word},
};

/// A time as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Said in full: "17:00", "5pm", "05:30".
    Sure(NaiveTime),
    /// An hour of the twelve, 1..=12, with minutes: a part of the day may decide.
    Spoken(NaiveTime),
    /// The end of a day or its start.
    Midnight,
}

impl Clock {
    /// What it means: one time, or two to choose from. Midnight is not decided here.
    pub(crate) fn readings(
        self,
        part: Option<Part>,
        locale: Locale,
    ) -> Option<(NaiveTime, Option<NaiveTime>)> {
        match (self, part) {
            (Self::Sure(time), _) => Some((time, None)),
            (Self::Midnight, _) => None,
            (Self::Spoken(time), Some(part)) => Some((within(time, part)?, None)),
            (Self::Spoken(time), None) if locale == Locale::De || hour(time) >= 8 => {
                Some((time, None))
            }
            (Self::Spoken(time), None) => Some((time, Some(later(time)))),
        }
    }
}

/// An hour of the twelve in a part of the day. `None`: midnight is meant.
fn within(time: NaiveTime, part: Part) -> Option<NaiveTime> {
    let is_twelve = hour(time) == 12;
    match part {
        Part::Morning if is_twelve => None,
        Part::Morning => Some(time),
        Part::Noon if hour(time) >= 10 => Some(time),
        Part::Noon => Some(later(time)),
        Part::Afternoon if is_twelve => Some(time),
        Part::Afternoon => Some(later(time)),
        Part::Evening | Part::Night if is_twelve => None,
        Part::Night if hour(time) < 5 => Some(time),
        Part::Evening | Part::Night => Some(later(time)),
    }
}

fn hour(time: NaiveTime) -> u32 {
    chrono::Timelike::hour(&time)
}

/// Twelve hours later, on the same clock face.
pub(super) fn later(time: NaiveTime) -> NaiveTime {
    time.overflowing_add_signed(chrono::TimeDelta::hours(12)).0
}

/// The hour that a part of the day stands for.
pub(crate) fn of_part(part: Part, hours: &DayParts) -> NaiveTime {
    match part {
        Part::Morning => hours.morning,
        Part::Noon => hours.noon,
        Part::Afternoon => hours.afternoon,
        Part::Evening => hours.evening,
        Part::Night => hours.night,
    }
}

/// How a time was written decides whether it can stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// "5pm", "17 Uhr".
    Plain,
    /// "17:00".
    Digits,
    /// "8": only after "at".
    Bare,
    /// "noon": after "at", or beside a day.
    Word,
}

/// One time of day.
pub(super) fn read(at: &mut Cursor<'_>) -> Option<(Clock, Form)> {
    let mut ahead = *at;
    let found = [word, spoken, digits].into_iter().find_map(|read| {
        ahead = *at;
        read(&mut ahead)
    })?;
    *at = ahead;
    Some(found)
}

/// "noon", "midnight", "12 noon".
fn word(at: &mut Cursor<'_>) -> Option<(Clock, Form)> {
    let mut ahead = *at;
    if ahead.digits().is_some_and(|digits| digits.value == 12)
        && (ahead.is(Word::Noon) || ahead.is(Word::Midnight))
    {
        *at = ahead;
    }
    if at.eat(Word::Midnight) {
        return Some((Clock::Midnight, Form::Word));
    }
    let noon = at.eat(Word::Noon);
    noon.then_some((Clock::Sure(NaiveTime::from_hms_opt(12, 0, 0)?), Form::Word))
}

/// "half past 10", "quarter to 9", "10 past 8"; "halb acht", "Viertel vor 9", "dreiviertel acht".
fn spoken(at: &mut Cursor<'_>) -> Option<(Clock, Form)> {
    let german = at.line.locale() == Locale::De;
    let mut counted = false;
    let in_words = at.before().is_some_and(|before| before.is(Word::At))
        && at.token().is_some_and(|token| token.kind == Kind::Word);
    let minutes = match () {
        () if at.eat(Word::Half) => {
            if german {
                return before_hour(at, 30);
            }
            30
        }
        () if german && at.eat(Word::ThreeQuarters) => return before_hour(at, 15),
        () => {
            at.eat(Word::One);
            if at.eat(Word::Quarter) {
                15
            } else {
                counted = true;
                number::count(at).filter(|count| *count < 30)?
            }
        }
    };
    counted &= !at.eat(Word::Unit(Unit::Minute));
    if at.eat(Word::Past) {
        // "fünf nach halb acht".
        let (hour, minutes) = match german && at.eat(Word::Half) {
            true => (previous(twelve(at)?), minutes + 30),
            false => (twelve(at)?, minutes),
        };
        return Some((face(hour, minutes, at)?, Form::Plain));
    }
    // "from 10 to 12" is a range; "at ten to twelve" is a time.
    let to = match german {
        true => at.eat(Word::Before),
        false => (!counted || in_words && minutes % 5 == 0) && at.eat(Word::To),
    };
    match (to, german && at.eat(Word::Half)) {
        (false, _) => None,
        (true, false) => before_hour(at, minutes),
        (true, true) => {
            let hour = previous(twelve(at)?);
            Some((face(hour, 30_u32.checked_sub(minutes)?, at)?, Form::Plain))
        }
    }
}

fn before_hour(at: &mut Cursor<'_>, minutes: u32) -> Option<(Clock, Form)> {
    let hour = previous(twelve(at)?);
    Some((face(hour, 60 - minutes, at)?, Form::Plain))
}

/// The hour before on the clock face.
fn previous(hour: u32) -> u32 {
    if hour == 1 { 12 } else { hour - 1 }
}

/// An hour of the clock face, 1..=12, with am, pm or "Uhr" after it left to [`face`].
fn twelve(at: &mut Cursor<'_>) -> Option<u32> {
    number::count(at).filter(|hour| *hour <= 12)
}

fn face(hour: u32, minutes: u32, at: &mut Cursor<'_>) -> Option<Clock> {
    let time = NaiveTime::from_hms_opt(hour, minutes, 0)?;
    at.eat(Word::Oclock);
    Some(match half_of_day(at) {
        Some(half) => Clock::Sure(half.of(time)),
        None => Clock::Spoken(time),
    })
}

/// "5pm", "17:00", "9:30 am", "17 Uhr 30", "8", "eight".
fn digits(at: &mut Cursor<'_>) -> Option<(Clock, Form)> {
    let Some(hours) = at.digits() else {
        // "um ein Uhr".
        let mut ahead = *at;
        if ahead.eat(Word::One) && ahead.eat(Word::Oclock) {
            *at = ahead;
            return Some((Clock::Spoken(NaiveTime::from_hms_opt(1, 0, 0)?), Form::Plain));
        }
        let hour = number::count(at).filter(|hour| *hour <= 12)?;
        let form = if at.eat(Word::Oclock) { Form::Plain } else { Form::Bare };
        return Some((Clock::Spoken(NaiveTime::from_hms_opt(hour, 0, 0)?), form));
    };
    if hours.digits > 2 {
        return None;
    }
    let (mut minutes, mut seconds, mut form) = (0, 0, Form::Bare);
    if let Some((found, dotted)) = minutes_after(at) {
        minutes = found;
        // "5.30" could be a price; "5.30pm" and "at 5.30" in Britain are times.
        form = if dotted { Form::Bare } else { Form::Digits };
        let mut ahead = *at;
        if !dotted && ahead.eat_glued(':') {
            seconds = ahead.glued_digits().filter(|digits| digits.digits == 2)?.value;
            *at = ahead;
        }
    }
    if at.eat(Word::Oclock) {
        form = Form::Plain;
        let mut ahead = *at;
        if let Some(found) = ahead.digits().filter(|found| found.digits == 2 && ahead.may_end()) {
            minutes = found.value;
            *at = ahead;
        }
    }
    if let Some(half) = half_of_day(at) {
        let time = NaiveTime::from_hms_opt(hours.value, minutes, seconds)?;
        return (1..=12).contains(&hours.value).then(|| (Clock::Sure(half.of(time)), Form::Plain));
    }
    let time = NaiveTime::from_hms_opt(hours.value, minutes, seconds)?;
    // "12:00 noon", "12:00 midnight".
    if hours.value == 12 && minutes == 0 && at.eat(Word::Midnight) {
        return Some((Clock::Midnight, Form::Plain));
    }
    if hours.value == 12 && at.eat(Word::Noon) {
        return Some((Clock::Sure(time), Form::Plain));
    }
    let said_in_full = hours.digits == 2 && hours.value < 10 || !(1..=12).contains(&hours.value);
    Some((if said_in_full { Clock::Sure(time) } else { Clock::Spoken(time) }, form))
}

/// ":30", or ".30" where that is custom; whether it was a dot.
fn minutes_after(at: &mut Cursor<'_>) -> Option<(u32, bool)> {
    let mut ahead = *at;
    let dotted = !ahead.eat_glued(':') && ahead.eat_glued('.');
    let minutes = ahead.glued_digits().filter(|digits| digits.digits == 2)?;
    let is_time = match (dotted, ahead.line.locale()) {
        (false, _) => true,
        (true, Locale::De) => ahead.is(Word::Oclock),
        (true, Locale::EnUs) => ahead.is(Word::Am) || ahead.is(Word::Pm),
        (true, Locale::EnGb) => ahead.may_end() || ahead.is(Word::Am) || ahead.is(Word::Pm),
    };
    is_time.then(|| {
        *at = ahead;
        (minutes.value, dotted)
    })
}

#[derive(Debug, Clone, Copy)]
enum HalfOfDay {
    Am,
    Pm,
}

impl HalfOfDay {
    /// Of a time on the clock face: 12am is midnight, 12pm noon.
    fn of(self, time: NaiveTime) -> NaiveTime {
        match (self, hour(time) == 12) {
            (Self::Am, false) | (Self::Pm, true) => time,
            (Self::Am, true) | (Self::Pm, false) => later(time),
        }
    }
}

/// "pm", "p.m.".
fn half_of_day(at: &mut Cursor<'_>) -> Option<HalfOfDay> {
    if at.eat(Word::Am) {
        return Some(HalfOfDay::Am);
    }
    if at.eat(Word::Pm) {
        return Some(HalfOfDay::Pm);
    }
    let mut ahead = *at;
    let token = ahead.token()?;
    let half = match ahead.line.text.get(token.start..token.end)? {
        "a" | "A" => HalfOfDay::Am,
        "p" | "P" => HalfOfDay::Pm,
        _ => return None,
    };
    ahead.at += 1;
    let is_half = ahead.eat_glued('.')
        && ahead.token().is_some_and(|token| {
            matches!(ahead.line.text.get(token.start..token.end), Some("m" | "M"))
        });
    is_half.then(|| {
        ahead.at += 1;
        ahead.eat_glued('.');
        *at = ahead;
        half
    })
}
