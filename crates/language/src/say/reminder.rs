//! A reminder in words: "reminds 1 day before".

use domain::{reminder::Trigger, zone};

use super::at;
use crate::{context::Locale, line::Line};

/// "reminds 30 minutes before", "reminds Friday, 2 October 2026 at 18:00".
pub(crate) fn reminder(trigger: &Trigger, line: &Line<'_>) -> String {
    let german = line.locale() == Locale::De;
    match *trigger {
        Trigger::At(moment) => {
            let said = at(zone::local(moment.to_utc(), &line.context.zone), line.locale());
            if german { format!("erinnert {said}") } else { format!("reminds {said}") }
        }
        Trigger::Before { days: 0, seconds: 0 } if german => "erinnert zur Zeit selbst".to_owned(),
        Trigger::Before { days: 0, seconds: 0 } => "reminds at the time itself".to_owned(),
        Trigger::Before { days, seconds } => {
            let length = length(days, seconds, german);
            if german {
                format!("erinnert {length} vorher")
            } else {
                format!("reminds {length} before")
            }
        }
    }
}

fn length(days: u32, seconds: u32, german: bool) -> String {
    let units = [
        (days, ["day", "days", "Tag", "Tage"]),
        (seconds / 3_600, ["hour", "hours", "Stunde", "Stunden"]),
        (seconds / 60 % 60, ["minute", "minutes", "Minute", "Minuten"]),
    ];
    let said: Vec<_> = units
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, names)| {
            let name = names[usize::from(*count > 1) + 2 * usize::from(german)];
            format!("{count} {name}")
        })
        .collect();
    said.join(" ")
}
