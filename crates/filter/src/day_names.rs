//! What days and stretches of days are called.

use chrono::Weekday;

use crate::time::{DayUnit, Which, Whole};

/// How far from today they are.
pub(crate) const WORDS: [(&str, i32); 3] = [("today", 0), ("tomorrow", 1), ("yesterday", -1)];

pub(crate) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

pub(crate) const WHICH: [(&str, Which); 3] =
    [("last", Which::Last), ("this", Which::This), ("next", Which::Next)];

pub(crate) const WHOLES: [(&str, Whole); 3] =
    [("week", Whole::Week), ("month", Whole::Month), ("year", Whole::Year)];

pub(crate) const UNITS: [(char, DayUnit); 4] =
    [('d', DayUnit::Day), ('w', DayUnit::Week), ('m', DayUnit::Month), ('y', DayUnit::Year)];
