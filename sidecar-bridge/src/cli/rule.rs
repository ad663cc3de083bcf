//! `taskloom rule preview` and `taskloom rule explain`: when a rule happens, without any task.

use std::io::Write;

use chrono::{NaiveDate, NaiveDateTime, SecondsFormat};
use clap::{Subcommand, ValueEnum};
use domain::{
    recurrence::{self, MonthEnd, Repeat, Rule},
    task::Due,
    zone::ZoneName,
};

use crate::cli::{Failure, add::ModeFlag, table};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the first occurrences of a rule, one RFC 3339 time a line.
    Preview(Preview),
    /// Say a rule in plain English.
    Explain(Explain),
}

/// The rule that is asked about.
#[derive(Debug, clap::Args)]
struct Asked {
    /// An RRULE of RFC 5545: FREQ=MONTHLY;BYMONTHDAY=31.
    #[arg(long)]
    rule: String,
    /// An IANA time zone.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// What happens to the 31st in a month that has none.
    #[arg(long, default_value = "clamp")]
    month_end: MonthEndFlag,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Preview {
    #[command(flatten)]
    asked: Asked,
    /// The first occurrence on the wall clock: 2026-01-31T09:00.
    #[arg(long)]
    start: String,
    /// How many.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    #[command(flatten)]
    asked: Asked,
    /// The first occurrence, a day or a time: 2026-01-31 or 2026-01-31T09:00.
    #[arg(long)]
    start: Option<String>,
    /// From where the next instance is counted.
    #[arg(long, default_value = "next-future")]
    mode: ModeFlag,
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
    match command {
        Command::Preview(preview) => {
            let times = times(&preview).map_err(Failure::Usage)?;
            if preview.asked.json {
                return table::json(out, &times);
            }
            times.iter().try_for_each(|time| writeln!(out, "{time}"))?;
        }
        Command::Explain(explain) => {
            let words = words(&explain).map_err(Failure::Usage)?;
            if explain.asked.json {
                return table::json(out, &words);
            }
            writeln!(out, "{words}")?;
        }
    }
    Ok(())
}

fn times(preview: &Preview) -> Result<Vec<String>, String> {
    let (rule, zone) = preview.asked.read()?;
    let start = start(&preview.start).ok_or_else(|| no_time(&preview.start))?;
    let month_end = preview.asked.month_end.into();
    let count = usize::try_from(preview.count).unwrap_or(usize::MAX);
    let found = recurrence::preview(&rule, month_end, start, &zone, count);
    if found.is_empty() {
        return Err("the rule has no occurrence from this start on".to_owned());
    }
    Ok(found.iter().map(|(_, at)| at.to_rfc3339_opts(SecondsFormat::Secs, false)).collect())
}

fn words(explain: &Explain) -> Result<String, String> {
    let (rule, zone) = explain.asked.read()?;
    let due = |text: &String| match text.parse::<NaiveDate>() {
        Ok(date) => Ok(Due::Date { date, zone: None }),
        Err(_) => start(text).map(|local| Due::At { local, zone }).ok_or_else(|| no_time(text)),
    };
    let start = explain.start.as_ref().map(due).transpose()?;
    let repeat =
        Repeat { rule, mode: explain.mode.into(), month_end: explain.asked.month_end.into() };
    Ok(recurrence::explain(&repeat, start.as_ref()))
}

impl Asked {
    fn read(&self) -> Result<(Rule, ZoneName), String> {
        let rule = Rule::parse(&self.rule).map_err(|error| error.to_string())?;
        let zone = ZoneName::parse(&self.zone).map_err(|error| error.to_string())?;
        Ok((rule, zone))
    }
}

fn no_time(text: &str) -> String {
    format!("`{}` is no time; write one such as 2026-01-31T09:00", table::plain(text))
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

    fn asked(rule: &str, month_end: MonthEndFlag) -> Asked {
        let zone = "Europe/Berlin".to_owned();
        Asked { rule: rule.to_owned(), zone, month_end, json: false }
    }

    fn preview(rule: &str, start: &str, month_end: MonthEndFlag) -> Preview {
        Preview { asked: asked(rule, month_end), start: start.to_owned(), count: 3 }
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
    fn a_rule_in_words_takes_from_the_start_what_it_leaves_open() {
        let said = |start: Option<&str>, mode| {
            words(&Explain {
                asked: asked("FREQ=MONTHLY;COUNT=12", MonthEndFlag::Skip),
                start: start.map(str::to_owned),
                mode,
            })
        };
        assert_eq!(said(None, ModeFlag::NextFuture).unwrap(), "every month, 12 times");
        assert_eq!(
            said(Some("2026-01-28T09:00"), ModeFlag::NextFuture).unwrap(),
            "on the 28th of every month at 09:00, Europe/Berlin, 12 times"
        );
        assert_eq!(
            said(Some("2026-01-31"), ModeFlag::AfterCompletion).unwrap(),
            "on the 31st of every month, but not in a shorter month, 12 times, counted from when it was done"
        );
        assert_eq!(
            said(Some("tomorrow"), ModeFlag::Every).unwrap_err(),
            "`tomorrow` is no time; write one such as 2026-01-31T09:00"
        );
    }

    #[test]
    fn what_cannot_be_followed_is_said_in_a_sentence() {
        let start = "2026-01-31T09:00";
        check(
            "RSCALE=HEBREW;FREQ=MONTHLY",
            start,
            MonthEndFlag::Clamp,
            Err("RSCALE=HEBREW is not supported; the only calendar is GREGORIAN"),
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
