//! VTIMEZONE (RFC 5545 3.6.5): what the zones of a calendar do, change by change. Readers that know the
//! names of the IANA do not look at it; others need it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{
    task::Due,
    zone::{self, ZoneName},
};

use super::calendar::{Lines, basic};
use crate::item::Item;

/// For so many years after the latest due date changes are written, so that rules find theirs.
const YEARS_AFTER: i32 = 10;
/// No more years than these are written of one zone.
const YEARS_MAX: i32 = 60;

/// Writes every zone that a due time names.
pub(super) fn put(items: &[&Item], lines: &mut Lines) {
    let mut zones: BTreeMap<&str, (&ZoneName, i32, i32)> = BTreeMap::new();
    for item in items {
        if let Some(Due::At { local, zone }) = &item.due
            && zone.as_str() != "UTC"
        {
            let year = local.year();
            let (_, first, last) = zones.entry(zone.as_str()).or_insert((zone, year, year));
            (*first, *last) = ((*first).min(year), (*last).max(year));
        }
    }
    for (name, (zone, first, last)) in zones {
        let last = (last + YEARS_AFTER).min(first + YEARS_MAX);
        lines.put("BEGIN:VTIMEZONE");
        lines.put(&format!("TZID:{name}"));
        changes(zone, first - 1, last, lines);
        lines.put("END:VTIMEZONE");
    }
}

/// What holds at the beginning of the first year, and every change until the end of the last one.
fn changes(zone: &ZoneName, first: i32, last: i32, lines: &mut Lines) {
    let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let mut day = new_year(first).and_time(NaiveTime::MIN).and_utc();
    let end = new_year(last + 1).and_time(NaiveTime::MIN).and_utc();
    observance(zone, day, offset(zone, day), lines);
    while day < end {
        let next = day.checked_add_days(Days::new(1)).unwrap_or(end);
        if offset(zone, day) != offset(zone, next) {
            observance(zone, change(zone, day, next), offset(zone, day), lines);
        }
        day = next;
    }
}

/// The first second at which another offset holds than at `from`.
fn change(zone: &ZoneName, mut from: DateTime<Utc>, mut to: DateTime<Utc>) -> DateTime<Utc> {
    let before = offset(zone, from);
    while to - from > TimeDelta::seconds(1) {
        let middle = from + TimeDelta::seconds((to - from).num_seconds() / 2);
        let is_before = offset(zone, middle) == before;
        (from, to) = if is_before { (middle, to) } else { (from, middle) };
    }
    to
}

fn observance(zone: &ZoneName, at: DateTime<Utc>, before: i32, lines: &mut Lines) {
    let after = offset(zone, at);
    // DTSTART is what the wall showed before.
    let start = at.naive_utc() + TimeDelta::seconds(before.into());
    let kind = if after > before { "DAYLIGHT" } else { "STANDARD" };
    lines.put(&format!("BEGIN:{kind}"));
    lines.put(&format!("DTSTART:{}", basic(start)));
    lines.put(&format!("TZOFFSETFROM:{}", shown(before)));
    lines.put(&format!("TZOFFSETTO:{}", shown(after)));
    lines.put(&format!("END:{kind}"));
}

fn offset(zone: &ZoneName, at: DateTime<Utc>) -> i32 {
    zone::offset(at, zone).local_minus_utc()
}

fn shown(offset_s: i32) -> String {
    let sign = if offset_s < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_s.abs() / 3600, offset_s.abs() / 60 % 60);
    format!("{sign}{hours:02}{minutes:02}")
}
