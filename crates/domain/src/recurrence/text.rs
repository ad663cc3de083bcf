//! A rule's canonical text.

use std::fmt::{self, Display};

use chrono::Weekday;

use super::rule::{Day, End, Frequency, Moment, Rule, Skip};

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Until(last) => write!(f, ";UNTIL={last}")?,
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYWEEKNO", &self.weeks)?;
        list(f, "BYYEARDAY", &self.year_days)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.weekdays)?;
        list(f, "BYHOUR", &self.hours)?;
        list(f, "BYMINUTE", &self.minutes)?;
        list(f, "BYSECOND", &self.seconds)?;
        list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", code(self.week_start))?;
        }
        if let Some(skip) = self.skip {
            // SKIP may not stand without its calendar.
            write!(f, ";RSCALE=GREGORIAN;SKIP={skip}")?;
        }
        Ok(())
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, part: &str, values: &[T]) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        match index {
            0 => write!(f, ";{part}={value}")?,
            _ => write!(f, ",{value}")?,
        }
    }
    Ok(())
}

impl Frequency {
    /// Its word in a rule: `DAILY`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secondly => "SECONDLY",
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

impl Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Omit => "OMIT",
            Self::Backward => "BACKWARD",
            Self::Forward => "FORWARD",
        })
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.format("%Y%m%d").fmt(f),
            Self::Local(local) => local.format("%Y%m%dT%H%M%S").fmt(f),
            Self::Utc(utc) => utc.format("%Y%m%dT%H%M%SZ").fmt(f),
        }
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(code(self.weekday))
    }
}

fn code(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}
