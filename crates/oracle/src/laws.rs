//! What holds for every text whatsoever, without a stranger: for fuzzing.

use chrono::{NaiveDate, NaiveDateTime};
use domain::{
    recurrence::{self, Mode, Moment, MonthEnd, Occurrence, Repeat, Rule, Start, Timetable},
    task::Due,
    zone::ZoneName,
};

use crate::draw::ZONES;

/// Occurrences looked at for each rule.
const WINDOW: usize = 8;
/// Rules with a larger COUNT are not held to the laws of order.
const FAR: u32 = 1000;

/// Reads bytes as a start and a rule, and holds the rule to the laws: six bytes for the month-end rule
/// and the kind of start, its zone, year, day, hour and minute; the rest is the text.
///
/// # Panics
/// When a law is broken.
pub fn rule(data: &[u8]) {
    let Some((head, text)) = data.split_first_chunk::<6>() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(rule) = Rule::parse(text) else { return };
    the_text_is_canonical(&rule);

    let local = local(head);
    let zone = zone(head[1]);
    let month_end = if head[0] & 1 == 0 { MonthEnd::Clamp } else { MonthEnd::Skip };
    let start = match head[0] >> 1 & 3 {
        0 => Start::Day(local.date()),
        1 => Start::Floating(local),
        _ => Start::Zoned(local, &zone),
    };
    the_order_is_one(&Timetable::new(&rule, month_end, start), &rule, start);

    let due = match start {
        Start::Day(date) => Due::Date { date, zone: None },
        _ => Due::At { local, zone: zone.clone() },
    };
    it_can_be_said(&Repeat { rule, mode: Mode::NextFuture, month_end }, &due);
}

/// What is written is read again as the same rule, and written the same.
fn the_text_is_canonical(rule: &Rule) {
    let text = rule.to_string();
    let again = Rule::parse(&text);
    assert_eq!(again.as_ref(), Ok(rule), "`{text}` is read as another rule");
    assert_eq!(again.map(|rule| rule.to_string()).as_ref(), Ok(&text));
}

#[expect(clippy::panic, reason = "a broken law is what fuzzing looks for")]
fn the_order_is_one(timetable: &Timetable<'_>, rule: &Rule, start: Start<'_>) {
    // An end that nobody reaches is sought up to the end of the calendar, in tens of milliseconds.
    if rule.count().is_some_and(|count| count > FAR) {
        return;
    }
    let seen: Vec<_> = timetable.occurrences().take(WINDOW).collect();
    let next = |found: &Occurrence| timetable.after(moment(found, start)).next();
    if let Some(law) = broken(&seen, start.wall_clock(), rule.count(), next) {
        panic!("{rule} from {start:?}: {law}; {seen:?}");
    }
}

/// The first law that the first occurrences (at most 8) of a rule break, if any: they ascend from the
/// start, COUNT is never passed, and the one after any of them is the next of the walk.
pub fn broken(
    seen: &[Occurrence],
    start: NaiveDateTime,
    count: Option<u32>,
    next: impl Fn(&Occurrence) -> Option<Occurrence>,
) -> Option<&'static str> {
    if !seen.is_sorted_by(|a, b| a.at < b.at) {
        return Some("they do not ascend");
    }
    if seen.first().is_some_and(|first| first.local < start) {
        return Some("one is before the start");
    }
    if count.is_some_and(|count| seen.len() > count as usize) {
        return Some("they are more than COUNT");
    }
    let follows = |pair: &[Occurrence]| next(&pair[0]).as_ref() == pair.get(1);
    let ends = |last| seen.len() == WINDOW || next(last).is_none();
    if !seen.windows(2).all(follows) || !seen.last().is_none_or(ends) {
        return Some("the one after another is not the next of the walk");
    }
    None
}

fn moment(occurrence: &Occurrence, start: Start<'_>) -> Moment {
    match start {
        Start::Day(_) => Moment::Day(occurrence.local.date()),
        Start::Floating(_) => Moment::Local(occurrence.local),
        Start::Zoned(..) => Moment::Utc(occurrence.at),
    }
}

/// Every rule has words, with a start and without.
fn it_can_be_said(repeat: &Repeat, due: &Due) {
    for start in [Some(due), None] {
        assert!(!recurrence::explain(repeat, start).is_empty(), "no words for {}", repeat.rule);
    }
}

/// Any minute of the years 1900 to 2155.
fn local(head: &[u8; 6]) -> NaiveDateTime {
    let [_, _, year, day, hour, minute] = head.map(u32::from);
    // 256 days of a year are reached from its start, the others from its end.
    let day = if minute < 128 { day + 1 } else { 365 - day };
    let date = NaiveDate::from_yo_opt(1900 + year.cast_signed(), day).unwrap_or_default();
    date.and_hms_opt(hour % 24, minute % 60, 0).unwrap_or_default()
}

fn zone(number: u8) -> ZoneName {
    let name = ZONES[usize::from(number) % ZONES.len()];
    ZoneName::parse(name).unwrap_or(ZoneName::utc())
}
