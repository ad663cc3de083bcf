//! `taskloom parse`: what a line of text is understood as, as JSON.

use std::io::Write;

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::zone::{self, ZoneName};
use language::{Context, Intent, Locale, Span};
use serde::Serialize;

use crate::{
    cli::{Failure, table},
    clock::{Clock, SystemClock},
    config::Config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The text; several words are joined.
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// What a text is read against, where it is not as the settings say.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Place {
    /// The moment of writing, 2026-12-01T09:00 in the zone or with an offset [default: now].
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// IANA time zone [default: the setting `default_time_zone`].
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// en-US, en-GB or de [default: the setting `default_locale`].
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,
}

/// The answer of `POST /api/v1/quick-add` with `dry_run`.
#[derive(Serialize)]
struct Understood<'a> {
    intent: &'a Intent,
    spans: &'a [Span],
}

pub(super) fn run(config: &Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let intent = read(&args.text.join(" "), &args.place.context(config)?)?;
    table::json(out, &Understood { intent: &intent, spans: &intent.spans })
}

/// The text as a task.
pub(super) fn read(text: &str, context: &Context) -> Result<Intent, Failure> {
    language::parse(text, context).map_err(|error| Failure::Usage(error.to_string()))
}

impl Place {
    /// Now, there, in that language.
    pub(super) fn now_in(zone: Option<String>, locale: Option<String>) -> Self {
        Self { now: None, zone, locale }
    }

    /// The flags, completed by the settings and the clock.
    pub(super) fn context(&self, config: &Config) -> Result<Context, Failure> {
        let zone = match &self.zone {
            None => config.default_time_zone.clone(),
            Some(name) => ZoneName::parse(name).map_err(|error| usage("--zone", &error))?,
        };
        let locale: Locale = match &self.locale {
            None => config.default_locale,
            Some(tag) => tag.parse().map_err(|error| usage("--locale", &error))?,
        };
        let now = match &self.now {
            None => SystemClock.now(),
            Some(text) => moment(text, &zone).ok_or_else(|| {
                usage(
                    "--now",
                    &"write a time such as 2026-12-01T09:00 or 2026-12-01T09:00:00+01:00",
                )
            })?,
        };
        let day_starts_at = config.day_starts_at;
        Ok(Context { day_starts_at, ..Context::new(now, zone, locale) })
    }
}

fn usage(flag: &str, why: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("`{flag}`: {why}"))
}

/// A time with an offset, or one on the wall of `zone`.
fn moment(text: &str, zone: &ZoneName) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|local| zone::instant(local, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let zone = ZoneName::parse("Europe/Berlin").unwrap();
        let actual = moment(text, &zone).map(|at| at.to_rfc3339());
        assert_eq!(actual.as_deref(), expect);
    }

    #[test]
    fn a_moment_has_an_offset_or_is_one_of_the_zone() {
        check("2026-12-01T09:00:00-05:00", Some("2026-12-01T14:00:00+00:00"));
        check("2026-12-01T09:00", Some("2026-12-01T08:00:00+00:00"));
        check("2026-07-01T09:00:30", Some("2026-07-01T07:00:30+00:00"));
        check("tomorrow", None);
    }
}
