//! Text -> rule, with an error that names the part at fault.

pub(super) mod values;

use chrono::Weekday;

use super::{
    error::RuleError,
    rule::{Day, End, Frequency, Moment, RULE_MAX_BYTES, Rule, Skip},
};
use crate::text::excerpt;

/// Highest COUNT of a rule within the day: such occurrences are counted one by one.
const COUNT_MAX_WITHIN_A_DAY: u32 = 1_000_000;

/// The parts as found, each at most once.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u32>,
    count: Option<u32>,
    until: Option<Moment>,
    months: Option<Vec<u32>>,
    weeks: Option<Vec<i32>>,
    year_days: Option<Vec<i32>>,
    month_days: Option<Vec<i32>>,
    weekdays: Option<Vec<Day>>,
    hours: Option<Vec<u32>>,
    minutes: Option<Vec<u32>>,
    seconds: Option<Vec<u32>>,
    positions: Option<Vec<i32>>,
    week_start: Option<Weekday>,
    calendar: Option<()>,
    skip: Option<Skip>,
}

pub(super) fn rule(text: &str) -> Result<Rule, RuleError> {
    if text.len() > RULE_MAX_BYTES {
        return Err(RuleError::TooLong { bytes: text.len() });
    }
    let text = text.trim();
    let text = match text.split_at_checked("RRULE:".len()) {
        Some((name, value)) if name.eq_ignore_ascii_case("RRULE:") => value,
        _ => text,
    };
    // Google Calendar writes a trailing semicolon.
    let text = text.strip_suffix(';').unwrap_or(text);

    let mut parts = Parts::default();
    if !text.is_empty() {
        text.split(';').try_for_each(|part| parts.read(part))?;
    }
    let rule = parts.finish()?;
    check(&rule).map(|()| rule)
}

impl Parts {
    fn read(&mut self, part: &str) -> Result<(), RuleError> {
        let upper = part.to_ascii_uppercase();
        let (name, value) =
            upper.split_once('=').ok_or_else(|| RuleError::NotAPart(excerpt(part)))?;
        match name {
            "FREQ" => once(&mut self.frequency, "FREQ", values::frequency(value)?),
            "INTERVAL" => {
                once(&mut self.interval, "INTERVAL", values::at_least_1("INTERVAL", value)?)
            }
            "COUNT" => once(&mut self.count, "COUNT", values::at_least_1("COUNT", value)?),
            "UNTIL" => once(&mut self.until, "UNTIL", values::moment("UNTIL", value)?),
            "BYMONTH" => once(&mut self.months, "BYMONTH", values::months(value)?),
            "BYWEEKNO" => once(&mut self.weeks, "BYWEEKNO", values::weeks(value)?),
            "BYYEARDAY" => once(&mut self.year_days, "BYYEARDAY", values::year_days(value)?),
            "BYMONTHDAY" => once(&mut self.month_days, "BYMONTHDAY", values::month_days(value)?),
            "BYDAY" => once(&mut self.weekdays, "BYDAY", values::weekdays(value)?),
            "BYHOUR" => once(&mut self.hours, "BYHOUR", values::hours(value)?),
            "BYMINUTE" => once(&mut self.minutes, "BYMINUTE", values::minutes(value)?),
            "BYSECOND" => once(&mut self.seconds, "BYSECOND", values::seconds(value)?),
            "BYSETPOS" => once(&mut self.positions, "BYSETPOS", values::positions(value)?),
            "WKST" => once(&mut self.week_start, "WKST", values::week_start(value)?),
            "RSCALE" => once(&mut self.calendar, "RSCALE", values::calendar(value)?),
            "SKIP" => once(&mut self.skip, "SKIP", values::skip(value)?),
            _ => Err(RuleError::UnknownPart(excerpt(name))),
        }
    }

    fn finish(self) -> Result<Rule, RuleError> {
        Ok(Rule {
            frequency: self.frequency.ok_or(RuleError::NoFrequency)?,
            interval: self.interval.unwrap_or(1),
            end: match (self.count, self.until) {
                (Some(_), Some(_)) => return Err(RuleError::CountAndUntil),
                (Some(count), None) => End::Count(count),
                (None, Some(last)) => End::Until(last),
                (None, None) => End::Never,
            },
            months: self.months.unwrap_or_default(),
            weeks: self.weeks.unwrap_or_default(),
            year_days: self.year_days.unwrap_or_default(),
            month_days: self.month_days.unwrap_or_default(),
            weekdays: self.weekdays.unwrap_or_default(),
            hours: self.hours.unwrap_or_default(),
            minutes: self.minutes.unwrap_or_default(),
            seconds: self.seconds.unwrap_or_default(),
            positions: self.positions.unwrap_or_default(),
            week_start: self.week_start.unwrap_or(Weekday::Mon),
            skip: self.skip,
        })
    }
}

/// What the parts must not say together (RFC 5545 3.3.10).
fn check(rule: &Rule) -> Result<(), RuleError> {
    use Frequency::{Daily, Monthly, Weekly, Yearly};

    let frequency = rule.frequency;
    let numbered = rule.weekdays.iter().any(|day| day.ordinal.is_some());
    let not_with =
        |part, instead| Err(RuleError::NotWith { part, frequency: frequency.as_str(), instead });
    if !rule.month_days.is_empty() && frequency == Weekly {
        return not_with("BYMONTHDAY", "every FREQ but WEEKLY");
    }
    if !rule.year_days.is_empty() && matches!(frequency, Daily | Weekly | Monthly) {
        return not_with("BYYEARDAY", "YEARLY, HOURLY, MINUTELY and SECONDLY");
    }
    if !rule.weeks.is_empty() && frequency != Yearly {
        return not_with("BYWEEKNO", "YEARLY");
    }
    if numbered && !matches!(frequency, Monthly | Yearly) {
        return not_with("BYDAY with a number", "MONTHLY and YEARLY");
    }
    if numbered && !rule.weeks.is_empty() {
        return Err(RuleError::NumberInWeek);
    }
    if !rule.positions.is_empty() && rule.is_plain() {
        return Err(RuleError::NothingToPick);
    }
    match rule.end {
        End::Count(count) if frequency.is_within_a_day() && count > COUNT_MAX_WITHIN_A_DAY => {
            Err(RuleError::CountTooHigh {
                count,
                frequency: frequency.as_str(),
                max: COUNT_MAX_WITHIN_A_DAY,
            })
        }
        _ => Ok(()),
    }
}

fn once<T>(place: &mut Option<T>, part: &'static str, value: T) -> Result<(), RuleError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(RuleError::Duplicate(part)),
    }
}
