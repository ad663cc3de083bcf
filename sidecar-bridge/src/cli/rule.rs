//! `taskloom rule preview`: when a rule happens, without any task.

use std::io::Write;

use chrono::{NaiveDate, NaiveDateTime, SecondsFormat};
use clap::{Subcommand, ValueEnum};
use domain::{
    recurrence::{self, MonthEnd, Rule},
    zone::ZoneName,
};

use crate::cli::{Failure, table};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the first occurrences of a rule, one RFC 3339 time a line.
    Preview(Preview),
}

#[derive(Debug, clap::Args)]
pub(super) struct Preview {
    /// An RRULE of RFC 5545: FREQ=MONTHLY;BYMONTHDAY=31.
    #[arg(long)]
    rule: String,
    /// The first occurrence on the wall clock: 2026-01-31T09:00.
    #[arg(long)]
    start: String,
    /// An IANA time zone.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// How many.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
    /// What happens to the 31st in a month that has none.
    #[arg(long, default_value = "clamp")]
    month_end: MonthEndFlag,
    /// Print a JSON array.
    #[arg(long)]
    json: bool,
}

/// [`MonthEnd`] as a word.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum MonthEndFlag {
    /// The last day takes its place.
    Clamp,
    /// That month is left out.
    Skip,
}

impl MonthEndFlag {
    /// The word as it stands in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Clamp => "clamp",
            Self::Skip => "skip",
        }
    }
}

impl From<MonthEndFlag> for MonthEnd {
    fn from(flag: MonthEndFlag) -> Self {
        match flag {
            MonthEndFlag::Clamp => Self::Clamp,
            MonthEndFlag::Skip => Self::Skip,
        }
    }
}

pub(super) fn run(command: Command, out: &mut dyn Write) -> Result<(), Failure> {
    let Command::Preview(preview) = command;
    let times = times(&preview).map_err(Failure::Usage)?;
    if preview.json {
        return table::json(out, &times);
    }
    for time in times {
        writeln!(out, "{time}")?;
    }
    Ok(())
}

fn times(preview: &Preview) -> Result<Vec<String>, String> {
    let rule = Rule::parse(&preview.rule).map_err(|error| error.to_string())?;
    let zone = ZoneName::parse(&preview.zone).map_err(|error| error.to_string())?;
    let start = start(&preview.start).ok_or_else(|| {
        format!("`{}` is no time; write one such as 2026-01-31T09:00", table::plain(&preview.start))
    })?;
    let month_end = preview.month_end.into();
    let count = usize::try_from(preview.count).unwrap_or(usize::MAX);
    let found = recurrence::preview(&rule, month_end, start, &zone, count);
    if found.is_empty() {
        return Err("the rule has no occurrence from this start on".to_owned());
    }
    Ok(found.iter().map(|(_, at)| at.to_rfc3339_opts(SecondsFormat::Secs, false)).collect())
}

/// A wall-clock time, or a day, which begins at midnight.
fn start(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(rule: &str, start: &str, month_end: MonthEndFlag) -> Preview {
        let (rule, start) = (rule.to_owned(), start.to_owned());
        let zone = "Europe/Berlin".to_owned();
        Preview { rule, start, zone, count: 3, month_end, json: false }
    }

    #[track_caller]
    fn check(rule: &str, start: &str, month_end: MonthEndFlag, expect: Result<&[&str], &str>) {
        let times = times(&preview(rule, start, month_end));
        match (&times, expect) {
            (Ok(times), Ok(expect)) => assert_eq!(times, expect),
            (Err(error), Err(expect)) => assert_eq!(error, expect),
            _ => panic!("{times:?} is not {expect:?}"),
        }
    }

    #[test]
    fn the_last_of_the_month_keeps_its_anchor_and_its_hour() {
        check(
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "2026-01-31T09:00",
            MonthEndFlag::Clamp,
            Ok(&[
                "2026-01-31T09:00:00+01:00",
                "2026-02-28T09:00:00+01:00",
                "2026-03-31T09:00:00+02:00",
            ]),
        );
        check(
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "2026-01-31",
            MonthEndFlag::Skip,
            Ok(&[
                "2026-01-31T00:00:00+01:00",
                "2026-03-31T00:00:00+02:00",
                "2026-05-31T00:00:00+02:00",
            ]),
        );
    }

    #[test]
    fn what_cannot_be_followed_is_said_in_a_sentence() {
        let start = "2026-01-31T09:00";
        check(
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1",
            start,
            MonthEndFlag::Clamp,
            Err("not supported yet: BYSETPOS"),
        );
        check(
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            start,
            MonthEndFlag::Skip,
            Err("the rule has no occurrence from this start on"),
        );
        check(
            "FREQ=DAILY",
            "2026-02-31T09:00",
            MonthEndFlag::Clamp,
            Err("`2026-02-31T09:00` is no time; write one such as 2026-01-31T09:00"),
        );
    }
}
