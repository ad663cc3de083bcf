//! Task -> snapshot -> JSON -> snapshot -> task is the same task.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Following, Priority, Series, Status, Task},
    zone::{self, ZoneName},
};
use events::api::TaskSnapshot;
use proptest::{option, prelude::*};
use serde_json::json;
use uuid::Uuid;

use crate::samples;

fn there_and_back(task: &Task) -> Task {
    let text = serde_json::to_string(&TaskSnapshot::from(task)).unwrap();
    let snapshot: TaskSnapshot = serde_json::from_str(&text).unwrap();
    snapshot.into_task(task.user_id.clone()).unwrap()
}

#[test]
fn a_full_and_a_plain_task_come_back() {
    for task in [samples::task(), samples::plain_task(), samples::done(samples::task())] {
        assert_eq!(there_and_back(&task), task);
    }
}

#[test]
fn a_snapshot_looks_as_documented() {
    let expect = json!({
        "id": samples::id(1),
        "version": 1,
        "title": "Pay rent",
        "description": "to *the* landlord",
        "status": "open",
        "priority": "high",
        "tags": ["home", "Money"],
        "due": {"at": "2026-01-31T09:00:00+01:00", "time_zone": "Europe/Berlin"},
        "repeat": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp"},
        "reminders": [
            {"id": samples::id(3), "before": "P1DT30M", "fire_at": "2026-01-30T07:30:00Z",
             "state": "scheduled", "generation": 2},
            {"id": samples::id(4), "at": "2026-01-29T18:00:00+01:00",
             "fire_at": "2026-01-29T18:30:00Z", "snoozed_until": "2026-01-29T18:30:00Z",
             "state": "fired", "generation": 1},
        ],
        "parent_id": samples::id(2),
        "series_id": samples::id(1),
        "occurrence": 1,
        "series": {"start": "2026-01-31T09:00:00", "slot": "2026-01-31T09:00:00"},
        "following": {"title": "Pay the landlord", "reminders": [{"before": "P1D"}]},
        "completed_at": null,
        "created_at": "2026-01-01T00:00:00.123Z",
        "updated_at": "2026-01-02T00:00:00Z",
    });
    assert_eq!(serde_json::to_value(samples::snapshot()).unwrap(), expect);

    let plain = serde_json::to_value(TaskSnapshot::from(&samples::plain_task())).unwrap();
    assert_eq!(plain["due"], json!({"date": "2026-12-01"}));
    assert_eq!((&plain["repeat"], &plain["series"]), (&json!(null), &json!(null)));
}

#[test]
fn a_reader_skips_fields_that_it_does_not_know() {
    let mut json = serde_json::to_value(samples::snapshot()).unwrap();
    json["mood"] = json!("sunny");
    let snapshot: TaskSnapshot = serde_json::from_value(json).unwrap();
    assert_eq!(snapshot, samples::snapshot());
}

#[test]
fn half_a_place_in_a_series_is_refused() {
    let snapshot = TaskSnapshot { occurrence: None, ..samples::snapshot() };
    let error = snapshot.into_task("anna").unwrap_err();
    assert_eq!(
        error.to_string(),
        "series: `series_id`, `occurrence` and `series` go together; give all or none"
    );
}

#[test]
fn a_time_in_a_gap_is_shown_as_it_takes_place() {
    let local = samples::local("2026-03-29T02:30:00");
    let due = Due::At { local, zone: samples::berlin() };
    let task = Task { due: Some(due.clone()), ..samples::plain_task() };
    let shown = TaskSnapshot::from(&task).due.unwrap();
    assert_eq!(shown.at.as_deref(), Some("2026-03-29T03:30:00+02:00"));

    let wish = events::api::Due::wish(&due);
    assert_eq!(wish.at.as_deref(), Some("2026-03-29T02:30:00"));
    assert_eq!(Due::try_from(wish), Ok(due), "a wish keeps the wall clock");
}

fn instant_ms() -> impl Strategy<Value = DateTime<chrono::Utc>> {
    (0_i64..4_102_444_800_000).prop_map(|ms| DateTime::from_timestamp_millis(ms).unwrap())
}

fn wall_clock() -> impl Strategy<Value = NaiveDateTime> {
    instant_ms().prop_map(|at| at.naive_utc())
}

fn zones() -> impl Strategy<Value = ZoneName> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ])
    .prop_map(|name| ZoneName::parse(name).unwrap())
}

/// Wall-clock times that exist: what a gap moves comes back moved, as its own test says.
fn dues() -> impl Strategy<Value = Due> {
    let days = (0_i64..40_000)
        .prop_map(|days| NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + TimeDelta::days(days));
    prop_oneof![
        (days, option::of(zones())).prop_map(|(date, zone)| Due::Date { date, zone }),
        (instant_ms(), zones())
            .prop_map(|(at, zone)| Due::At { local: zone::local(at, &zone), zone }),
    ]
}

fn repeats() -> impl Strategy<Value = Repeat> {
    let rules = prop::sample::select(vec![
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=12",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    ]);
    let modes = prop::sample::select(vec![Mode::NextFuture, Mode::Every, Mode::AfterCompletion]);
    let ends = prop::sample::select(vec![MonthEnd::Clamp, MonthEnd::Skip]);
    (rules, modes, ends).prop_map(|(rule, mode, month_end)| Repeat {
        rule: Rule::parse(rule).unwrap(),
        mode,
        month_end,
    })
}

fn reminders() -> impl Strategy<Value = Reminder> {
    let offset = (-14 * 4..=14 * 4_i32).prop_map(|quarters| quarters * 900);
    let triggers = prop_oneof![
        (0_u32..400, 0_u32..86_400).prop_map(|(days, seconds)| Trigger::Before { days, seconds }),
        (instant_ms(), offset).prop_map(|(at, offset)| {
            Trigger::At(at.with_timezone(&chrono::FixedOffset::east_opt(offset).unwrap()))
        }),
    ];
    let states = prop::sample::select(vec![
        ReminderState::Scheduled,
        ReminderState::Fired,
        ReminderState::Cancelled,
    ]);
    (any::<u128>(), any::<u32>(), triggers, instant_ms(), any::<bool>(), states).prop_map(
        |(id, generation, trigger, fire_at, snoozed, state)| Reminder {
            id: Uuid::from_u128(id),
            generation,
            trigger,
            fire_at,
            snoozed,
            state,
        },
    )
}

prop_compose! {
    fn series()(id in any::<u128>(), occurrence in any::<u32>(), start in wall_clock(), slot in wall_clock())
        -> Series {
        Series { id: Uuid::from_u128(id), occurrence, start, slot }
    }
}

prop_compose! {
    fn following()(
        title in option::of(any::<String>()),
        priority in option::of(Just(Priority::Low)),
        tags in option::of(prop::collection::vec(any::<String>(), 0..3)),
        reminders in option::of(prop::collection::vec(reminders(), 0..3)),
    ) -> Box<Following> {
        let triggers = |list: Vec<Reminder>| list.into_iter().map(|known| known.trigger).collect();
        let reminders = reminders.map(triggers);
        Box::new(Following { description: title.clone(), title, priority, tags, reminders })
    }
}

prop_compose! {
    fn tasks()(
        id in any::<u128>(),
        version in any::<u64>(),
        (title, description) in (any::<String>(), any::<String>()),
        priority in prop::sample::select(
            vec![Priority::Low, Priority::Medium, Priority::High, Priority::Urgent]),
        tags in prop::collection::vec(any::<String>(), 0..4),
        due in option::of(dues()),
        (repeat, series) in (option::of(repeats()), option::of(series())),
        reminders in prop::collection::vec(reminders(), 0..3),
        following in option::of(following()),
        parent_id in option::of(any::<u128>().prop_map(Uuid::from_u128)),
        completed_at in option::of(instant_ms()),
        (created_at, updated_at) in (instant_ms(), instant_ms()),
    ) -> Task {
        Task {
            id: Uuid::from_u128(id),
            user_id: "anna".to_owned(),
            version,
            title,
            description,
            status: if completed_at.is_some() { Status::Done } else { Status::Open },
            priority,
            tags,
            due,
            repeat,
            series,
            following,
            parent_id,
            reminders,
            completed_at,
            created_at,
            updated_at,
            deleted_at: None,
        }
    }
}

proptest! {
    #[test]
    fn every_task_comes_back(task in tasks()) {
        let back = there_and_back(&task);
        // In an overlap the first of the two counts, so the same wall clock comes back.
        prop_assert_eq!(back, task);
    }
}
