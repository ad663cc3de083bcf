//! Days and moments as they are written.

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use domain::recurrence::YEARS;

use crate::{
    day_names::{UNITS, WEEKDAYS, WHICH, WHOLES, WORDS},
    field::nearest,
    time::{AHEAD_MAX, Ahead, DayUnit, Days, Moment, Point},
};

/// Why a text is no point in time.
#[derive(Debug)]
pub(crate) enum PointFault {
    /// It is none.
    Unknown { meant: Option<String> },
    /// No calendar or clock shows it.
    NoSuchDay,
    /// No task can be there.
    OutOfYears,
    /// The number is too large.
    TooFar,
}

const UNKNOWN: PointFault = PointFault::Unknown { meant: None };

/// Reads a day or a moment, in any case.
pub(crate) fn point(text: &str) -> Result<Point, PointFault> {
    let text = text.to_lowercase();
    if text == "now" {
        return Ok(Point::Moment(Moment::Hours(0)));
    }
    if let Some(days) = word(&text) {
        return Ok(Point::Days(days));
    }
    if text.starts_with(['+', '-']) {
        return ahead(&text);
    }
    match text.get(..10) {
        Some(day) if has_shape(day, "0000-00-00") => absolute(day, text.get(10..).unwrap_or("")),
        _ => Err(PointFault::Unknown { meant: meant(&text) }),
    }
}

fn word(text: &str) -> Option<Days> {
    if let Some((_, count)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Some(Days::Ahead(Ahead { count: *count, unit: DayUnit::Day }));
    }
    let is_named = |name: &str| name == text || name.get(..3) == Some(text);
    if let Some((_, day)) = WEEKDAYS.iter().find(|(name, _)| is_named(name)) {
        return Some(Days::Weekday(*day));
    }
    let (which, unit) = text.split_once('-')?;
    let (_, which) = WHICH.iter().find(|(word, _)| *word == which)?;
    let (_, unit) = WHOLES.iter().find(|(word, _)| *word == unit)?;
    Some(Days::Whole { which: *which, unit: *unit })
}

/// `+7d`, `-3h`.
fn ahead(text: &str) -> Result<Point, PointFault> {
    let mut chars = text.chars();
    let is_negative = chars.next() == Some('-');
    let unit = chars.next_back();
    let digits = chars.as_str();
    if text.len() > 1 && text.get(1..).is_some_and(is_digits) {
        return Err(PointFault::Unknown { meant: Some(format!("{text}d")) });
    }
    if !is_digits(digits) {
        return Err(UNKNOWN);
    }
    let unit = match unit {
        Some('h') => None,
        Some(unit) => {
            let known = UNITS.iter().find(|(letter, _)| *letter == unit);
            Some(known.map(|(_, unit)| *unit).ok_or(UNKNOWN)?)
        }
        None => return Err(UNKNOWN),
    };
    let count = digits.parse().ok().filter(|count: &i32| *count <= AHEAD_MAX);
    let count = count.ok_or(PointFault::TooFar)?;
    let count = if is_negative { -count } else { count };
    Ok(match unit {
        None => Point::Moment(Moment::Hours(count)),
        Some(unit) => Point::Days(Days::Ahead(Ahead { count, unit })),
    })
}

/// `2026-12-31`, perhaps with a time, perhaps with an offset.
fn absolute(day: &str, rest: &str) -> Result<Point, PointFault> {
    let number = |from: usize, to: usize| day.get(from..to).and_then(|text| text.parse().ok());
    let year = day.get(..4).and_then(|text| text.parse().ok()).unwrap_or_default();
    let (month, date) = (number(5, 7).unwrap_or_default(), number(8, 10).unwrap_or_default());
    let day = NaiveDate::from_ymd_opt(year, month, date).ok_or(PointFault::NoSuchDay)?;
    if !YEARS.contains(&day.year()) {
        return Err(PointFault::OutOfYears);
    }
    if rest.is_empty() {
        return Ok(Point::Days(Days::Date(day)));
    }
    let time = rest.strip_prefix('t').ok_or(UNKNOWN)?;
    let (clock, offset) = match time.find(['z', '+', '-']) {
        None => (time, None),
        Some(at) => {
            time.split_at_checked(at).map(|(clock, offset)| (clock, Some(offset))).ok_or(UNKNOWN)?
        }
    };
    let local = day.and_time(time_of_day(clock)?);
    Ok(Point::Moment(match offset {
        None => Moment::Local(local),
        Some(offset) => instant(local, offset)?,
    }))
}

/// `09:00`, `09:00:30`, `09:00:30.5`
fn time_of_day(clock: &str) -> Result<NaiveTime, PointFault> {
    const SHAPES: [&str; 5] = ["00:00", "00:00:00", "00:00:00.0", "00:00:00.00", "00:00:00.000"];
    if !SHAPES.iter().any(|shape| has_shape(clock, shape)) {
        return Err(UNKNOWN);
    }
    let number = |from: usize, to: usize| -> u32 {
        clock.get(from..to).and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    let fraction = clock.get(9..).unwrap_or_default();
    let milli = format!("{fraction:0<3}").parse().unwrap_or_default();
    NaiveTime::from_hms_milli_opt(number(0, 2), number(3, 5), number(6, 8), milli)
        .ok_or(PointFault::NoSuchDay)
}

/// `z`, `+01:00`
fn instant(local: NaiveDateTime, offset: &str) -> Result<Moment, PointFault> {
    let number = |from: usize, to: usize| -> i32 {
        offset.get(from..to).and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    let east_s = match offset {
        "z" => 0,
        _ if !has_shape(offset.get(1..).unwrap_or_default(), "00:00") => return Err(UNKNOWN),
        _ => (number(1, 3) * 60 + number(4, 6)) * 60,
    };
    let east_s = if offset.starts_with('-') { -east_s } else { east_s };
    let offset = FixedOffset::east_opt(east_s).filter(|_| number(4, 6) < 60);
    let instant = offset.and_then(|offset| local.and_local_timezone(offset).single());
    instant.map(Moment::Instant).ok_or(PointFault::NoSuchDay)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text is this one, with any digit for a `0`.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            shape => byte == shape,
        })
}

/// What was probably meant.
fn meant(text: &str) -> Option<String> {
    if WHICH.iter().any(|(word, _)| *word == text) {
        return Some(format!("{text}-week"));
    }
    let digits = text.trim_end_matches(|c| c == 'h' || UNITS.iter().any(|(unit, _)| *unit == c));
    if is_digits(digits) && text.len() == digits.len() + 1 {
        return Some(format!("+{text}"));
    }
    let words = WORDS.iter().map(|(word, _)| *word).chain(WEEKDAYS.iter().map(|(name, _)| *name));
    nearest(words, text)
}
