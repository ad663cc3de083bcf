//! What was understood, and what is asked, in words of the locale.

mod reminder;
mod rule;

pub(crate) use self::{reminder::reminder, rule::rule};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use domain::{task::Due, zone};

use crate::{
    context::Locale,
    intent::{Choice, ChoiceValue, Question, QuestionKind, Span},
    line::Line,
    settle::Ask,
};

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
pub(crate) const DAYS_EN: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub(crate) const DAYS_DE: [&str; 7] =
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];

/// "Friday, 25 September 2026".
pub(crate) fn date(date: NaiveDate, locale: Locale) -> String {
    let weekday = weekday_name(date.weekday(), locale);
    let (day, year) = (date.day(), date.year());
    let month = month_name(date.month(), locale);
    match locale {
        Locale::EnUs => format!("{weekday}, {month} {day}, {year}"),
        Locale::EnGb => format!("{weekday}, {day} {month} {year}"),
        Locale::De => format!("{weekday}, {day}. {month} {year}"),
    }
}

pub(crate) fn weekday_name(weekday: chrono::Weekday, locale: Locale) -> &'static str {
    let names = if locale == Locale::De { DAYS_DE } else { DAYS_EN };
    names[weekday.num_days_from_monday() as usize % 7]
}

pub(crate) fn month_name(month: u32, locale: Locale) -> &'static str {
    let names = if locale == Locale::De { MONTHS_DE } else { MONTHS_EN };
    names[(month as usize + 11) % 12]
}

/// "09:00".
pub(crate) fn time(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

fn at(local: NaiveDateTime, locale: Locale) -> String {
    let joint = if locale == Locale::De { "um" } else { "at" };
    format!("{} {joint} {}", date(local.date(), locale), time(local.time()))
}

/// "due Friday, 2 October 2026 at 09:00 (Europe/Berlin)".
pub(crate) fn due(due: &Due, end: Option<&Due>, line: &Line<'_>) -> String {
    let locale = line.locale();
    let german = locale == Locale::De;
    let point = |due: &Due| match due {
        Due::Date { date: day, .. } => date(*day, locale),
        Due::At { local, .. } => at(*local, locale),
    };
    let range = match (due, end) {
        (Due::At { local, .. }, Some(Due::At { local: end, .. })) if end.date() == local.date() => {
            let to = if german { "bis" } else { "to" };
            format!("{} {to} {}", at(*local, locale), time(end.time()))
        }
        (due, Some(end)) => {
            format!("{} {} {}", point(due), if german { "bis" } else { "to" }, point(end))
        }
        (due, None) => point(due),
    };
    let word = if german { "fällig" } else { "due" };
    format!("{word} {range} ({})", line.context.zone)
}

/// That the due time is over.
pub(crate) fn passed(due: &Due, line: &Line<'_>) -> Option<String> {
    let is_over = match due {
        Due::Date { date, .. } => *date < line.today(),
        Due::At { local, .. } => *local < line.now,
    };
    is_over.then(|| match line.locale() {
        Locale::De => "das ist schon vorbei: die Aufgabe ist sofort überfällig".to_owned(),
        Locale::EnUs | Locale::EnGb => "that has passed: the task is overdue at once".to_owned(),
    })
}

/// That the clocks jump over the due time.
pub(crate) fn skipped(due: &Due, line: &Line<'_>) -> Option<String> {
    let Due::At { local, zone } = due else { return None };
    let shown = zone::local(zone::instant(*local, zone), zone);
    (shown != *local).then(|| {
        let (said, shown) = (time(local.time()), time(shown.time()));
        match line.locale() {
            Locale::De => format!("{said} gibt es an diesem Tag nicht: die Uhr zeigt dann {shown}"),
            Locale::EnUs | Locale::EnGb => {
                format!("there is no {said} on that day: the clock will show {shown}")
            }
        }
    })
}

/// A question with its choices, as a client shows it. `kept`: what has to stay before an answer.
pub(crate) fn question(ask: &Ask, span: Span, words: &str, kept: &str, locale: Locale) -> Question {
    let german = locale == Locale::De;
    let asks = match (ask.kind, german) {
        (QuestionKind::Date, false) => format!("is \"{words}\" a date, and which?"),
        (QuestionKind::Date, true) => format!("ist „{words}“ ein Datum, und welches?"),
        (QuestionKind::Time, false) => format!("which time is \"{words}\"?"),
        (QuestionKind::Time, true) => format!("welche Uhrzeit ist „{words}“?"),
        (QuestionKind::NumberOrder, false) => {
            format!("which number of \"{words}\" is the day, which the month?")
        }
        (QuestionKind::NumberOrder, true) => {
            format!("welche Zahl von „{words}“ ist der Tag, welche der Monat?")
        }
        (QuestionKind::Recurrence, false) => {
            format!(
                "\"{words}\" cannot be followed as a rule; say it another way, or leave it in the title?"
            )
        }
        (QuestionKind::Recurrence, true) => {
            format!("„{words}“ geht nicht als Regel; anders sagen oder im Titel lassen?")
        }
    };
    let choices = ask.choices.iter().map(|value| choice(ask, *value, kept, locale)).collect();
    Question { span, kind: ask.kind, asks, choices }
}

fn choice(ask: &Ask, value: ChoiceValue, kept: &str, locale: Locale) -> Choice {
    let german = locale == Locale::De;
    let (label, instead) = match value {
        ChoiceValue::Nothing if german => ("gehört zum Titel".to_owned(), None),
        ChoiceValue::Nothing => ("part of the title".to_owned(), None),
        ChoiceValue::Date(day) => {
            let lead = match (ask.until, german) {
                (true, false) => "until",
                (true, true) => "bis",
                (false, false) => "on",
                (false, true) => "am",
            };
            (date(day, locale), Some(format!("{lead} {day}")))
        }
        ChoiceValue::Time(hour) => {
            let lead = if german { "um" } else { "at" };
            (time(hour), Some(format!("{lead} {}", hour.format("%H:%M"))))
        }
        ChoiceValue::At(local) => {
            let (on, lead) = if german { ("am", "um") } else { ("on", "at") };
            let instead = format!("{on} {} {lead} {}", local.date(), local.format("%H:%M"));
            (at(local, locale), Some(instead))
        }
    };
    let instead = instead.map(|instead| format!("{kept}{instead}"));
    Choice { label, value, instead }
}
