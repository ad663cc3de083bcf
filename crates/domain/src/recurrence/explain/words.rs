//! Numbers, names and lists as English has them.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};

/// "a", "a and b", "a, b and c".
pub(super) fn all_of(items: &[String]) -> String {
    joined(items, "and")
}

/// "a", "a or b", "a, b or c".
pub(super) fn any_of(items: &[String]) -> String {
    joined(items, "or")
}

fn joined(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Ascending numbers, each put in words; three in a row or more become "the first to the last".
pub(super) fn places(numbers: &[i32], say: impl Fn(i32) -> String) -> Vec<String> {
    numbers
        .chunk_by(|a, b| *a > 0 && a + 1 == *b)
        .flat_map(|run| match run {
            [first, _, .., last] => vec![format!("{} to {}", say(*first), say(*last))],
            few => few.iter().map(|number| say(*number)).collect(),
        })
        .collect()
}

/// [`places`] of numbers that have no sign.
pub(super) fn spans(numbers: &[u32], say: impl Fn(u32) -> String) -> Vec<String> {
    let signed: Vec<_> = numbers.iter().map(|number| number.cast_signed()).collect();
    places(&signed, |number| say(number.unsigned_abs()))
}

/// "1st", "22nd", "last", "3rd-to-last".
pub(super) fn ordinal(number: impl Into<i64>) -> String {
    let number = number.into();
    let size = number.unsigned_abs();
    let ending = match (size % 10, size % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    match number {
        -1 => "last".to_owned(),
        ..0 => format!("{size}{ending}-to-last"),
        _ => format!("{size}{ending}"),
    }
}

/// A day of a month or year: "the 15th", "the last day".
pub(super) fn the_day(number: i32) -> String {
    let day = if number < 0 { " day" } else { "" };
    format!("the {}{day}", ordinal(number))
}

/// "Monday".
pub(super) fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// "January"; the number is 1..=12.
pub(super) fn month(number: u32) -> &'static str {
    let name = u8::try_from(number).ok().and_then(|number| chrono::Month::try_from(number).ok());
    name.map_or("no month", |month| month.name())
}

/// "31 December 2026".
pub(super) fn date(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// "09:00", with seconds when there are any.
pub(super) fn time(time: NaiveTime) -> String {
    let form = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.format(form).to_string()
}
