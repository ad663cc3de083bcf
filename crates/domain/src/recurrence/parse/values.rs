//! The values that each part takes.

use chrono::{NaiveDate, NaiveDateTime, Weekday};

use crate::{
    recurrence::{
        error::RuleError,
        rule::{Day, Frequency, Moment, Skip},
    },
    text::excerpt,
};

type Read<T> = Result<T, RuleError>;

fn refused(part: &'static str, value: &str, takes: &'static str) -> RuleError {
    RuleError::Value { part, value: excerpt(value), takes }
}

pub(super) fn frequency(value: &str) -> Read<Frequency> {
    Ok(match value {
        "SECONDLY" => Frequency::Secondly,
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => {
            let takes = "DAILY, WEEKLY, MONTHLY, YEARLY, HOURLY, MINUTELY or SECONDLY";
            return Err(refused("FREQ", value, takes));
        }
    })
}

pub(super) fn at_least_1(part: &'static str, value: &str) -> Read<u32> {
    number(value)
        .filter(|number| *number >= 1)
        .ok_or_else(|| refused(part, value, "a whole number from 1 to 4294967295"))
}

pub(super) fn calendar(value: &str) -> Read<()> {
    match value {
        "GREGORIAN" => Ok(()),
        _ => Err(RuleError::Calendar(excerpt(value))),
    }
}

pub(super) fn skip(value: &str) -> Read<Skip> {
    Ok(match value {
        "OMIT" => Skip::Omit,
        "BACKWARD" => Skip::Backward,
        "FORWARD" => Skip::Forward,
        _ => return Err(refused("SKIP", value, "OMIT, BACKWARD or FORWARD")),
    })
}

/// A date in one of its three forms. A leap second is the second before it (RFC 5545 3.3.12).
pub(in crate::recurrence) fn moment(part: &'static str, value: &str) -> Read<Moment> {
    let takes = "a day `20261231`, a local time `20261231T090000` or UTC `20261231T080000Z`";
    let (day, time) = value.split_once('T').map_or((value, None), |(day, time)| (day, Some(time)));
    let read = || {
        let day = date(day)?;
        Some(match time {
            None => Moment::Day(day),
            Some(time) => match time.strip_suffix('Z') {
                None => Moment::Local(at(day, time)?),
                Some(time) => Moment::Utc(at(day, time)?.and_utc()),
            },
        })
    };
    read().ok_or_else(|| refused(part, value, takes))
}

/// `20261231`
fn date(text: &str) -> Option<NaiveDate> {
    let all = fixed(text, 8)?;
    NaiveDate::from_ymd_opt((all / 10_000).cast_signed(), all / 100 % 100, all % 100)
}

/// `090000`
fn at(day: NaiveDate, text: &str) -> Option<NaiveDateTime> {
    let all = fixed(text, 6)?;
    let second = if all % 100 == 60 { 59 } else { all % 100 };
    day.and_hms_opt(all / 10_000, all / 100 % 100, second)
}

/// So many digits and nothing else.
fn fixed(text: &str, digits: usize) -> Option<u32> {
    number(text).filter(|_| text.len() == digits)
}

/// Digits only: `str::parse` alone would let `+1` through.
fn number(value: &str) -> Option<u32> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

/// Digits with an optional sign.
fn signed(value: &str) -> Option<i32> {
    number(value.strip_prefix(['+', '-']).unwrap_or(value))?;
    value.parse().ok()
}

pub(super) fn months(value: &str) -> Read<Vec<u32>> {
    unsigned_list("BYMONTH", value, 1, 12, "numbers from 1 to 12")
}

pub(super) fn hours(value: &str) -> Read<Vec<u32>> {
    unsigned_list("BYHOUR", value, 0, 23, "numbers from 0 to 23")
}

pub(super) fn minutes(value: &str) -> Read<Vec<u32>> {
    unsigned_list("BYMINUTE", value, 0, 59, "numbers from 0 to 59")
}

pub(super) fn seconds(value: &str) -> Read<Vec<u32>> {
    let mut seconds = unsigned_list("BYSECOND", value, 0, 60, "numbers from 0 to 60")?;
    if let Some(leap) = seconds.pop_if(|second| *second == 60)
        && seconds.last() != Some(&(leap - 1))
    {
        seconds.push(leap - 1);
    }
    Ok(seconds)
}

pub(super) fn weeks(value: &str) -> Read<Vec<i32>> {
    signed_list("BYWEEKNO", value, 53, "numbers from 1 to 53 or -53 to -1")
}

pub(super) fn year_days(value: &str) -> Read<Vec<i32>> {
    signed_list("BYYEARDAY", value, 366, "numbers from 1 to 366 or -366 to -1")
}

pub(super) fn month_days(value: &str) -> Read<Vec<i32>> {
    signed_list("BYMONTHDAY", value, 31, "numbers from 1 to 31 or -31 to -1")
}

pub(super) fn positions(value: &str) -> Read<Vec<i32>> {
    signed_list("BYSETPOS", value, 366, "numbers from 1 to 366 or -366 to -1")
}

fn unsigned_list(
    part: &'static str,
    value: &str,
    min: u32,
    max: u32,
    takes: &'static str,
) -> Read<Vec<u32>> {
    let read = |text: &str| number(text).filter(|number| (min..=max).contains(number));
    list(part, value, takes, read, |number| *number)
}

fn signed_list(part: &'static str, value: &str, max: i32, takes: &'static str) -> Read<Vec<i32>> {
    let read = |text: &str| signed(text).filter(|number| (1..=max).contains(&number.abs()));
    list(part, value, takes, read, |number| (*number < 0, *number))
}

pub(super) fn weekdays(value: &str) -> Read<Vec<Day>> {
    let takes = "MO, TU, WE, TH, FR, SA or SU, each with or without a number such as 1MO or -1FR";
    list("BYDAY", value, takes, day, |day| {
        let ordinal = day.ordinal.unwrap_or(0);
        (ordinal < 0, ordinal, day.weekday.num_days_from_monday())
    })
}

/// Sorted and without doubles.
fn list<T: PartialEq, K: Ord>(
    part: &'static str,
    value: &str,
    takes: &'static str,
    read: impl Fn(&str) -> Option<T>,
    key: impl FnMut(&T) -> K,
) -> Read<Vec<T>> {
    let mut values = value
        .split(',')
        .map(|text| read(text).ok_or_else(|| refused(part, text, takes)))
        .collect::<Read<Vec<T>>>()?;
    values.sort_unstable_by_key(key);
    values.dedup();
    Ok(values)
}

pub(super) fn week_start(value: &str) -> Read<Weekday> {
    weekday(value).ok_or_else(|| refused("WKST", value, "MO, TU, WE, TH, FR, SA or SU"))
}

fn day(text: &str) -> Option<Day> {
    let at = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at))?;
    let (ordinal, code) = text.split_at(at);
    let ordinal = match ordinal {
        "" => None,
        // No weekday comes more often in a year.
        _ => Some(signed(ordinal).filter(|ordinal| (1..=53).contains(&ordinal.abs()))?),
    };
    Some(Day { ordinal, weekday: weekday(code)? })
}

fn weekday(code: &str) -> Option<Weekday> {
    Some(match code {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
