//! Which days a rule means, apart from its interval: a yes or no for each day.

use chrono::{Datelike, NaiveDate};

use super::{
    MonthEnd,
    rule::{Day, Frequency, Rule},
};

/// A rule's day parts, completed from the anchor: `FREQ=MONTHLY` from the 31st means the 31st.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Empty: every month.
    months: Vec<u32>,
    /// `None`: every day of a month. An empty list has no day at all.
    month_days: Option<Vec<i32>>,
    /// Empty: every weekday.
    days: Vec<Day>,
    /// In what "the second Monday" is counted.
    ordinals_in: Span,
    month_end: MonthEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Month,
    Year,
}

impl Pattern {
    pub(super) fn new(rule: &Rule, month_end: MonthEnd, anchor: NaiveDate) -> Self {
        let mut pattern = Self {
            months: rule.months.clone(),
            month_days: (!rule.month_days.is_empty()).then(|| rule.month_days.clone()),
            days: rule.days.clone(),
            ordinals_in: match rule.frequency {
                Frequency::Yearly if rule.months.is_empty() => Span::Year,
                _ => Span::Month,
            },
            month_end,
        };
        pattern.complete_from(anchor, rule.frequency);
        pattern
    }

    fn complete_from(&mut self, anchor: NaiveDate, frequency: Frequency) {
        let any_day_of_week = self.days.is_empty();
        let any_day = any_day_of_week && self.month_days.is_none();
        // libical reads `FREQ=YEARLY;BYMONTHDAY=29` as that day of the anchor's month, other
        // libraries as that day of every month; MONTHLY says the latter already.
        if frequency == Frequency::Yearly && any_day_of_week && self.months.is_empty() {
            self.months.push(anchor.month());
        }
        match &mut self.month_days {
            // What no year has is a mistake, not a short month.
            Some(asked) => asked.retain(|day| is_possible(*day, &self.months)),
            None if any_day => match frequency {
                Frequency::Daily => {}
                Frequency::Weekly => {
                    self.days.push(Day { ordinal: None, weekday: anchor.weekday() });
                }
                Frequency::Monthly | Frequency::Yearly => {
                    self.month_days = anchor.day().try_into().ok().map(|day| vec![day]);
                }
            },
            None => {}
        }
    }

    pub(super) fn matches(&self, date: NaiveDate) -> bool {
        (self.months.is_empty() || self.months.contains(&date.month()))
            && self.matches_month_day(date)
            && self.matches_weekday(date)
    }

    fn matches_month_day(&self, date: NaiveDate) -> bool {
        let Some(month_days) = &self.month_days else { return true };
        let (day, length) = (place(date.day()), place(date.num_days_in_month().into()));
        month_days.iter().any(|asked| match *asked {
            asked if asked < 0 => day == length + 1 + asked,
            asked if asked > length => self.month_end == MonthEnd::Clamp && day == length,
            asked => day == asked,
        })
    }

    fn matches_weekday(&self, date: NaiveDate) -> bool {
        if self.days.is_empty() {
            return true;
        }
        let weekday = date.weekday();
        self.days.iter().filter(|day| day.weekday == weekday).any(|day| match day.ordinal {
            None => true,
            Some(asked) if asked > 0 => asked == self.nth(date),
            Some(asked) => -asked == self.nth_from_end(date),
        })
    }

    /// The how-manieth of its weekday it is.
    fn nth(&self, date: NaiveDate) -> i32 {
        match self.ordinals_in {
            Span::Month => place(date.day0()) / 7 + 1,
            Span::Year => place(date.ordinal0()) / 7 + 1,
        }
    }

    fn nth_from_end(&self, date: NaiveDate) -> i32 {
        match self.ordinals_in {
            Span::Month => (place(date.num_days_in_month().into()) - place(date.day())) / 7 + 1,
            Span::Year => {
                let length = if date.leap_year() { 366 } else { 365 };
                (length - place(date.ordinal())) / 7 + 1
            }
        }
    }
}

/// Whether some year has this day in one of the months; no months are all months.
fn is_possible(day: i32, months: &[u32]) -> bool {
    let longest = |month: &u32| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    months.is_empty() || months.iter().any(|month| day <= longest(month))
}

/// A day's number, at most 366, as a signed number.
fn place(number: u32) -> i32 {
    number.cast_signed()
}
