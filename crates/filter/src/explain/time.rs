//! Days and moments in plain English.

use super::or;
use crate::{
    day_names::{WEEKDAYS, WHICH, WHOLES},
    field::name_of,
    time::{Ahead, DayUnit, Days, Moment, Order, Period, Point, TimeField, When},
};

/// When something of a task is.
pub(crate) fn said(field: TimeField, when: &When) -> String {
    let verb = match field {
        TimeField::Due => "due",
        TimeField::Created => "created",
        TimeField::Updated => "changed last",
        TimeField::Completed => "done",
    };
    let said = match when {
        When::Compared(order, point) => compared(field, *order, point),
        When::In(periods) => or(periods, period),
    };
    format!("{verb} {said}")
}

fn compared(field: TimeField, order: Order, point: &Point) -> String {
    if let Some(said) = far(field, order, point) {
        return said;
    }
    let is_whole = matches!(point, Point::Days(Days::Whole { .. }));
    match order {
        Order::Less => format!("before {}", name(point)),
        Order::Greater => format!("after {}", name(point)),
        Order::AtMost if is_whole => format!("in {} or earlier", name(point)),
        Order::AtLeast if is_whole => format!("in {} or later", name(point)),
        Order::AtMost => format!("{} or earlier", at(point)),
        Order::AtLeast => format!("{} or later", at(point)),
    }
}

/// So much from now, or ago: what people filter by most.
fn far(field: TimeField, order: Order, point: &Point) -> Option<String> {
    let (count, unit) = match point {
        Point::Days(Days::Ahead(Ahead { unit: DayUnit::Day, count: -1..=1 })) => return None,
        Point::Days(Days::Ahead(Ahead { count, unit })) => (*count, unit_name(*unit)),
        Point::Moment(Moment::Hours(count)) => (*count, "hour"),
        _ => return None,
    };
    let far = counted(count.abs(), unit);
    if count < 0 {
        return Some(match order {
            Order::Less => format!("more than {far} ago"),
            Order::AtMost => format!("{far} ago or earlier"),
            Order::Greater => format!("less than {far} ago or later"),
            Order::AtLeast => format!("{far} ago or later"),
        });
    }
    // What is late by now comes before all that is to come.
    let past = if field == TimeField::Due { " or already past" } else { "" };
    match order {
        _ if count == 0 => None,
        Order::Less => Some(format!("in less than {far}{past}")),
        Order::AtMost => Some(format!("within the next {far}{past}")),
        Order::Greater => Some(format!("in more than {far}")),
        Order::AtLeast => Some(format!("in {far} or later")),
    }
}

fn period(period: &Period) -> String {
    match period {
        Period::At(point) => at(point),
        Period::Between(from, to) => format!("between {} and {}", name(from), name(to)),
    }
}

/// As something happens then: `on 2026-12-31`, `today`.
fn at(point: &Point) -> String {
    match point {
        Point::Days(Days::Date(_) | Days::Weekday(_)) => format!("on {}", name(point)),
        Point::Days(Days::Ahead(Ahead { unit, count: count @ 2.. })) => {
            format!("in {}", counted(*count, unit_name(*unit)))
        }
        Point::Moment(Moment::Instant(_) | Moment::Local(_)) => format!("at {}", name(point)),
        _ => name(point),
    }
}

/// As it is called.
fn name(point: &Point) -> String {
    match point {
        Point::Days(Days::Date(_)) => point.to_string(),
        Point::Days(Days::Weekday(day)) => {
            format!("the next {}", capital(name_of(&WEEKDAYS, *day)))
        }
        Point::Days(Days::Ahead(ahead)) => match (ahead.unit, ahead.count) {
            (DayUnit::Day, -1..=1) | (_, 0) => {
                Ahead { count: ahead.count, unit: DayUnit::Day }.to_string()
            }
            (unit, count) => away(count, unit_name(unit)),
        },
        Point::Days(Days::Whole { which, unit }) => {
            format!("{} {}", name_of(&WHICH, *which), name_of(&WHOLES, *unit))
        }
        Point::Moment(Moment::Hours(0)) => "now".to_owned(),
        Point::Moment(Moment::Hours(hours)) => away(*hours, "hour"),
        Point::Moment(_) => point.to_string().replacen('T', " ", 1),
    }
}

fn away(count: i32, unit: &str) -> String {
    match count {
        ..0 => format!("{} ago", counted(-count, unit)),
        _ => format!("{} from now", counted(count, unit)),
    }
}

fn counted(count: i32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn unit_name(unit: DayUnit) -> &'static str {
    match unit {
        DayUnit::Day => "day",
        DayUnit::Week => "week",
        DayUnit::Month => "month",
        DayUnit::Year => "year",
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
