//! A point -> the first and the last day of it, or the moment.

use chrono::{DateTime, Datelike, Days as Count, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{
    recurrence::YEARS,
    zone::{self, ZoneName},
};

use super::{Bound, Edge, Now};
use crate::time::{Ahead, DayUnit, Days, Moment, Point, TimeField, Which, Whole};

/// What a point covers for the field that is compared with it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stretch {
    /// Days, for what is due on a day of its own: both belong to it.
    Days { first: NaiveDate, last: NaiveDate },
    /// Days of the person, for what happened at an instant: from the one to before the other.
    Instants { from: DateTime<Utc>, before: DateTime<Utc> },
    /// A moment.
    Moment(DateTime<Utc>),
}

impl Stretch {
    pub(super) fn new(point: &Point, field: TimeField, now: &Now) -> Self {
        match point {
            Point::Moment(moment) => Self::Moment(instant(moment, now)),
            Point::Days(days) => {
                let (first, last) = span(days, zone::date(now.now, &now.zone));
                match field {
                    TimeField::Due => Self::Days { first, last },
                    _ => Self::Instants {
                        from: start(first, &now.zone),
                        before: start(last.succ_opt().unwrap_or(last), &now.zone),
                    },
                }
            }
        }
    }

    /// Up to all that comes before.
    pub(super) fn before(self) -> Edge {
        match self {
            Self::Days { first, .. } => excluded(Bound::Day(first)),
            Self::Instants { from, .. } => excluded(Bound::Instant(from)),
            Self::Moment(at) => excluded(Bound::Instant(at)),
        }
    }

    /// From the beginning on.
    pub(super) fn begin(self) -> Edge {
        match self {
            Self::Days { first, .. } => included(Bound::Day(first)),
            Self::Instants { from, .. } => included(Bound::Instant(from)),
            Self::Moment(at) => included(Bound::Instant(at)),
        }
    }

    /// Up to the end.
    pub(super) fn end(self) -> Edge {
        match self {
            Self::Days { last, .. } => included(Bound::Day(last)),
            Self::Instants { before, .. } => excluded(Bound::Instant(before)),
            Self::Moment(at) => included(Bound::Instant(at)),
        }
    }

    /// From all that comes after on.
    pub(super) fn after(self) -> Edge {
        match self {
            Self::Days { last, .. } => excluded(Bound::Day(last)),
            Self::Instants { before, .. } => included(Bound::Instant(before)),
            Self::Moment(at) => excluded(Bound::Instant(at)),
        }
    }
}

fn included(bound: Bound) -> Edge {
    Edge { bound, is_included: true }
}

fn excluded(bound: Bound) -> Edge {
    Edge { bound, is_included: false }
}

fn start(day: NaiveDate, zone: &ZoneName) -> DateTime<Utc> {
    zone::instant(day.and_time(NaiveTime::MIN), zone)
}

fn instant(moment: &Moment, now: &Now) -> DateTime<Utc> {
    match moment {
        Moment::Instant(instant) => instant.to_utc(),
        Moment::Local(local) => zone::instant(*local, &now.zone),
        Moment::Hours(hours) => {
            now.now.checked_add_signed(TimeDelta::hours((*hours).into())).unwrap_or(now.now)
        }
    }
}

/// The first and the last day.
fn span(days: &Days, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let (first, last) = match days {
        Days::Date(date) => (*date, *date),
        Days::Weekday(day) => {
            let from_today =
                7 + day.num_days_from_monday() - today.weekday().num_days_from_monday();
            let next = match from_today % 7 {
                0 => 7,
                days => days,
            };
            let day = plus(today, DayUnit::Day, next);
            (day, day)
        }
        Days::Ahead(ahead) => {
            let day = moved(today, *ahead);
            (day, day)
        }
        Days::Whole { which, unit } => whole(today, *which, *unit),
    };
    (in_years(first), in_years(last))
}

fn whole(today: NaiveDate, which: Which, unit: Whole) -> (NaiveDate, NaiveDate) {
    let (begin, step) = match unit {
        Whole::Week => {
            let gone = today.weekday().num_days_from_monday();
            (minus(today, DayUnit::Day, gone), DayUnit::Week)
        }
        Whole::Month => (today.with_day(1).unwrap_or(today), DayUnit::Month),
        Whole::Year => {
            (NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today), DayUnit::Year)
        }
    };
    let first = match which {
        Which::Last => minus(begin, step, 1),
        Which::This => begin,
        Which::Next => plus(begin, step, 1),
    };
    (first, minus(plus(first, step, 1), DayUnit::Day, 1))
}

fn moved(day: NaiveDate, ahead: Ahead) -> NaiveDate {
    let count = ahead.count.unsigned_abs();
    if ahead.count < 0 { minus(day, ahead.unit, count) } else { plus(day, ahead.unit, count) }
}

/// So much later; the end of the calendar when there is no such day.
fn plus(day: NaiveDate, unit: DayUnit, count: u32) -> NaiveDate {
    let moved = match unit {
        DayUnit::Day => day.checked_add_days(Count::new(count.into())),
        DayUnit::Week => day.checked_add_days(Count::new(u64::from(count) * 7)),
        DayUnit::Month => day.checked_add_months(Months::new(count)),
        DayUnit::Year => day.checked_add_months(Months::new(count.saturating_mul(12))),
    };
    moved.unwrap_or(NaiveDate::MAX)
}

/// So much earlier; the beginning of the calendar when there is no such day.
fn minus(day: NaiveDate, unit: DayUnit, count: u32) -> NaiveDate {
    let moved = match unit {
        DayUnit::Day => day.checked_sub_days(Count::new(count.into())),
        DayUnit::Week => day.checked_sub_days(Count::new(u64::from(count) * 7)),
        DayUnit::Month => day.checked_sub_months(Months::new(count)),
        DayUnit::Year => day.checked_sub_months(Months::new(count.saturating_mul(12))),
    };
    moved.unwrap_or(NaiveDate::MIN)
}

/// The nearest day that a task can have; all of them are written with four digits of a year, so that
/// texts of days compare as days do.
fn in_years(day: NaiveDate) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or(NaiveDate::MAX);
    day.clamp(first, last)
}
