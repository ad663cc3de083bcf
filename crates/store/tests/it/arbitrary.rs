//! Random tasks: every field that a row has, in every combination.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Following, Priority, Series, Status, Task},
    zone::ZoneName,
};
use proptest::{collection::vec, option, prelude::*, sample::subsequence};
use testkit::{a_task, clock};
use uuid::Uuid;

const TAGS: [&str; 4] = ["home", "Work", "Straße", "ÜBER"];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"];
const RULES: [&str; 3] = ["FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=WEEKLY;BYDAY=MO,TH"];

/// A task of the usual user with the `n`th id; its reminders have ids that go with it.
pub(crate) fn task(n: u64) -> impl Strategy<Value = Task> {
    let text = ("[a-cA-C äß'\"%_;\\\\]{1,6}", "[ -~äß\n]{0,40}");
    let state = (option::of(instant()), priority(), subsequence(TAGS.to_vec(), 0..=3), 1..5_u64);
    let when = (option::of(due()), option::of((repeat(), series(n))), vec(reminder(), 0..3));
    let times = (instant(), instant(), option::of(any::<u128>().prop_map(Uuid::from_u128)));
    (text, state, when, times).prop_map(move |(text, state, when, times)| {
        let (completed_at, priority, tags, version) = state;
        let (due, repeats, reminders) = when;
        let (repeat, series) = repeats.unzip();
        // What the next instance has instead, of the same values.
        let following = (version > 2).then(|| {
            let tags = tags.iter().copied().map(str::to_owned).collect();
            let reminders = reminders.iter().map(|reminder| reminder.trigger.clone()).collect();
            Box::new(Following {
                title: Some(text.1.clone()),
                tags: Some(tags),
                reminders: Some(reminders),
                ..Following::default()
            })
        });
        Task {
            id: clock::id(n),
            version,
            title: text.0,
            description: text.1,
            status: if completed_at.is_some() { Status::Done } else { Status::Open },
            priority,
            tags: tags.into_iter().map(str::to_owned).collect(),
            due,
            repeat,
            series,
            following,
            parent_id: times.2,
            reminders: numbered(n, reminders),
            completed_at,
            created_at: times.0,
            updated_at: times.1,
            ..a_task()
        }
    })
}

fn numbered(n: u64, reminders: Vec<Reminder>) -> Vec<Reminder> {
    let ids = (0..).map(|k| clock::id(n * 1000 + k));
    ids.zip(reminders).map(|(id, reminder)| Reminder { id, ..reminder }).collect()
}

/// Few of them, so that equal ones come up.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0..4_i64).prop_map(|days| clock::at_ms(clock::now().timestamp_millis() + days * 86_400_000))
}

fn priority() -> impl Strategy<Value = Priority> {
    prop::sample::select(vec![Priority::Low, Priority::Medium, Priority::High, Priority::Urgent])
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (29..33_i64).prop_map(|day| NaiveDate::default() + chrono::TimeDelta::days(20_450 + day))
}

fn local() -> impl Strategy<Value = NaiveDateTime> {
    let time = (0..24_u32, 0..60_u32).prop_map(|(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap());
    (day(), time).prop_map(|(day, time)| day.and_time(time))
}

fn zone() -> impl Strategy<Value = ZoneName> {
    prop::sample::select(ZONES.map(|name| ZoneName::parse(name).unwrap()).to_vec())
}

fn due() -> impl Strategy<Value = Due> {
    prop_oneof![
        (day(), option::of(zone())).prop_map(|(date, zone)| Due::Date { date, zone }),
        (local(), zone()).prop_map(|(local, zone)| Due::At { local, zone }),
    ]
}

fn repeat() -> impl Strategy<Value = Repeat> {
    let rule = prop::sample::select(RULES.to_vec());
    let mode = prop::sample::select(vec![Mode::NextFuture, Mode::Every, Mode::AfterCompletion]);
    let month_end = prop::sample::select(vec![MonthEnd::Clamp, MonthEnd::Skip]);
    (rule, mode, month_end).prop_map(|(rule, mode, month_end)| Repeat {
        rule: Rule::parse(rule).unwrap(),
        mode,
        month_end,
    })
}

/// A series of its own for every task, so that no two take the same place.
fn series(n: u64) -> impl Strategy<Value = Series> {
    (1..100_u32, local(), local()).prop_map(move |(occurrence, start, slot)| Series {
        id: clock::id(n),
        occurrence,
        start,
        slot,
    })
}

fn reminder() -> impl Strategy<Value = Reminder> {
    let trigger = prop_oneof![
        (0..30_u32, 0..86_400_u32).prop_map(|(days, seconds)| Trigger::Before { days, seconds }),
        (instant(), zone()).prop_map(|(at, zone)| Trigger::At(domain::zone::in_zone(at, &zone))),
    ];
    let state = prop::sample::select(vec![
        ReminderState::Scheduled,
        ReminderState::Fired,
        ReminderState::Cancelled,
    ]);
    (1..9_u32, trigger, instant(), any::<bool>(), state).prop_map(
        |(generation, trigger, fire_at, snoozed, state)| Reminder {
            id: Uuid::nil(),
            generation,
            trigger,
            fire_at,
            snoozed,
            state,
        },
    )
}
