//! `patternedRecurrence` of Microsoft Graph as an RRULE: a pattern, and the range in which it holds. A
//! day that a month does not have is its last day there, so months are clamped here.

use domain::recurrence::{MonthEnd, Repeat};

use crate::{dates, found::Found, json::Object, repeat::rrule};

const DAYS: [(&str, &str); 7] = [
    ("monday", "MO"),
    ("tuesday", "TU"),
    ("wednesday", "WE"),
    ("thursday", "TH"),
    ("friday", "FR"),
    ("saturday", "SA"),
    ("sunday", "SU"),
];
const INDEXES: [(&str, i32); 5] =
    [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1)];

pub(super) fn repeat(mut recurrence: Object, found: &mut Found<'_>) -> Option<Repeat> {
    let mut pattern = recurrence.object("pattern", found)?;
    let place = pattern.place.clone();
    let kind = pattern.text("type", found);
    let interval = pattern.number("interval", found).unwrap_or(1).max(1);
    let month = pattern.number("month", found).unwrap_or(0);
    let day = pattern.number("dayOfMonth", found).unwrap_or(0);
    let index = pattern.text("index", found);
    let days = days(&mut pattern, found);
    let first = pattern.text("firstDayOfWeek", found);
    pattern.rest(&[], found);

    let index = INDEXES.iter().find(|(word, _)| *word == index).map_or(1, |(_, number)| *number);
    let relative = match days.as_slice() {
        [day] => format!(";BYDAY={index}{day}"),
        days => format!(";BYDAY={};BYSETPOS={index}", days.join(",")),
    };
    let by = match kind.as_str() {
        "daily" => "DAILY".to_owned(),
        "weekly" if days.is_empty() => "WEEKLY".to_owned(),
        "weekly" => format!("WEEKLY;BYDAY={}", days.join(",")),
        "absoluteMonthly" => format!("MONTHLY;BYMONTHDAY={day}"),
        "relativeMonthly" => format!("MONTHLY{relative}"),
        "absoluteYearly" => format!("YEARLY;BYMONTH={month};BYMONTHDAY={day}"),
        "relativeYearly" => format!("YEARLY;BYMONTH={month}{relative}"),
        other => {
            let why = "accepted: daily, weekly, absoluteMonthly, relativeMonthly, absoluteYearly, \
                       relativeYearly";
            found.lose(&place, "type", other, why);
            return None;
        }
    };
    let mut rule = format!("FREQ={by};INTERVAL={interval}");
    if let Some((_, code)) = DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&first))
        && kind == "weekly"
    {
        rule.push_str(&format!(";WKST={code}"));
    }
    rule.push_str(&end(&mut recurrence, found));
    recurrence.rest(&[], found);
    let repeat = rrule(&rule, "pattern", &place, found)?;
    Some(Repeat { month_end: MonthEnd::Clamp, ..repeat })
}

fn days(pattern: &mut Object, found: &mut Found<'_>) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for name in pattern.texts("daysOfWeek", found) {
        match DAYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            Some((_, code)) => codes.push(*code),
            None => found.lose(&pattern.place, "daysOfWeek", &name, "accepted: monday to sunday"),
        }
    }
    codes
}

/// COUNT, UNTIL or nothing.
fn end(recurrence: &mut Object, found: &mut Found<'_>) -> String {
    let Some(mut range) = recurrence.object("range", found) else { return String::new() };
    let kind = range.text("type", found);
    let count = range.number("numberOfOccurrences", found).unwrap_or(0);
    let last = range.text("endDate", found);
    let place = range.place.clone();
    range.rest(&["startDate", "recurrenceTimeZone"], found);
    match (kind.as_str(), dates::read(&last)) {
        ("numbered", _) if count > 0 => format!(";COUNT={count}"),
        ("endDate", Some(last)) => format!(";UNTIL={}", last.day().format("%Y%m%d")),
        ("noEnd" | "", _) => String::new(),
        _ => {
            let why = "the rule has no end now; accepted: noEnd, numbered with numberOfOccurrences, \
                       endDate with a date";
            found.lose(&place, "type", &kind, why);
            String::new()
        }
    }
}
