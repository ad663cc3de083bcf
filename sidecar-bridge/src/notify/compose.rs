//! What is said: by the event, and by its task as it is now.

use ::notify::Message;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use domain::task::{Due, Status, Task};
use events::{Envelope, payload::ReminderTrigger};
use serde_json::{Value, json};
use store::{Delivery, Sql, SqlError, Store};
use uuid::Uuid;

/// Titles that a digest shows.
const TITLES_MAX: usize = 10;
/// Lateness that is worth a word.
const LATE: TimeDelta = TimeDelta::minutes(1);

/// What became of a message before anything was sent.
#[derive(Debug, PartialEq)]
pub(super) enum Composed {
    /// This is to be told.
    Message(Message),
    /// The task is done or deleted: there is nothing to tell any more.
    Nothing,
    /// The event cannot be read.
    Unreadable(String),
}

/// Makes the message of a delivery.
pub(super) fn compose<S: Sql>(store: &Store<S>, delivery: &Delivery) -> Result<Composed, SqlError> {
    let read = Envelope::parse(delivery.envelope.as_bytes())
        .and_then(|event| Ok((event.payload_as::<ReminderTrigger>()?, event)));
    let (trigger, event) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Composed::Unreadable(error.to_string())),
    };
    let message_id = delivery.key.message_id;
    match trigger.digest.filter(|digest| digest.id == message_id) {
        None => one(store, message_id, &trigger, &event),
        Some(digest) => {
            let first = delivery.seq.saturating_sub(u64::from(digest.position));
            let members = store.stream_since(&event.user_id, first, digest.size)?;
            let triggers = members
                .iter()
                .filter_map(|row| serde_json::from_value(row.payload.clone()).ok())
                .filter(|one: &ReminderTrigger| one.digest.is_some_and(|of| of.id == digest.id));
            many(store, message_id, triggers, &event)
        }
    }
}

fn one<S: Sql>(
    store: &Store<S>,
    message_id: Uuid,
    trigger: &ReminderTrigger,
    event: &Envelope,
) -> Result<Composed, SqlError> {
    let Some(task) = open_task(store, &event.user_id, trigger.task_id)? else {
        return Ok(Composed::Nothing);
    };
    let late =
        TimeDelta::milliseconds(i64::try_from(trigger.late_by_ms).unwrap_or(i64::MAX / 1000));
    let mut data = event.payload.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("user_id".to_owned(), Value::from(event.user_id.as_str()));
    }
    Ok(Composed::Message(Message {
        id: message_id.to_string(),
        kind: event.event_type.clone(),
        at: event.timestamp,
        title: task.title.clone(),
        body: [due_text(task.due.as_ref()), late_text(late)].concat(),
        url: None,
        data,
    }))
}

fn many<S: Sql>(
    store: &Store<S>,
    message_id: Uuid,
    triggers: impl Iterator<Item = ReminderTrigger>,
    event: &Envelope,
) -> Result<Composed, SqlError> {
    let mut titles = Vec::new();
    for trigger in triggers {
        titles.extend(open_task(store, &event.user_id, trigger.task_id)?.map(|task| task.title));
    }
    let count = titles.len();
    if count == 0 {
        return Ok(Composed::Nothing);
    }
    let more = count.saturating_sub(TITLES_MAX);
    let mut lines: Vec<_> =
        titles.iter().take(TITLES_MAX).map(|title| format!("- {title}")).collect();
    lines.extend((more > 0).then(|| format!("and {more} more")));
    let reminders = if count == 1 { "reminder" } else { "reminders" };
    Ok(Composed::Message(Message {
        id: message_id.to_string(),
        kind: "reminder.digest".to_owned(),
        at: event.timestamp,
        title: format!("{count} {reminders} came due while Taskloom was away"),
        body: lines.join("\n"),
        url: None,
        data: json!({ "user_id": event.user_id, "count": count }),
    }))
}

/// The task, unless there is nothing left to do about it.
fn open_task<S: Sql>(
    store: &Store<S>,
    user_id: &str,
    task_id: Uuid,
) -> Result<Option<Task>, SqlError> {
    Ok(store.task(user_id, task_id)?.filter(|task| task.status == Status::Open))
}

fn due_text(due: Option<&Due>) -> String {
    let day = |date: NaiveDate| date.format("%A, %-d %B %Y").to_string();
    let time = |local: &NaiveDateTime| local.format("%H:%M").to_string();
    match due {
        None => "No due date".to_owned(),
        Some(Due::Date { date, .. }) => format!("Due {}", day(*date)),
        Some(Due::At { local, zone }) => {
            format!("Due {} at {} ({zone})", day(local.date()), time(local))
        }
    }
}

fn late_text(late: TimeDelta) -> String {
    let (days, hours, minutes) = (late.num_days(), late.num_hours(), late.num_minutes());
    let (number, unit) = match (days, hours) {
        _ if late < LATE => return String::new(),
        (2.., _) => (days, "days"),
        (_, 2..) => (hours, "hours"),
        _ if minutes == 1 => (minutes, "minute"),
        _ => (minutes, "minutes"),
    };
    format!("\nThis reminder is {number} {unit} late")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_dates_are_said_with_their_weekday_and_zone() {
        let at = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        let due = Due::At {
            local: at.and_hms_opt(9, 5, 0).unwrap(),
            zone: domain::zone::ZoneName::parse("Europe/Berlin").unwrap(),
        };
        assert_eq!(due_text(Some(&due)), "Due Saturday, 31 January 2026 at 09:05 (Europe/Berlin)");
        let day = Due::Date { date: at, zone: None };
        assert_eq!(due_text(Some(&day)), "Due Saturday, 31 January 2026");
        assert_eq!(due_text(None), "No due date");
    }

    #[test]
    fn lateness_is_said_when_it_matters() {
        let text = |seconds| late_text(TimeDelta::seconds(seconds));
        assert_eq!(text(59), "");
        assert_eq!(text(60), "\nThis reminder is 1 minute late");
        assert_eq!(text(7199), "\nThis reminder is 119 minutes late");
        assert_eq!(text(7200), "\nThis reminder is 2 hours late");
        assert_eq!(text(3 * 86_400), "\nThis reminder is 3 days late");
    }
}
