//! Filters and tasks that nobody thought of.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Weekday};
use domain::{
    task::{Due, Priority, Status, Task},
    zone::ZoneName,
};
use filter::{
    Ahead, DayUnit, Days, IdField, Moment, Node, Order, Part, Period, Point, Tag, Term, TimeField,
    When, Which, Whole, Words,
};
use proptest::{prelude::*, sample::select};

use crate::tasks::{a_task, done, id, repeating, utc};

const TEXTS: [&str; 9] =
    ["milk", "Buy", "pay rent", "été", "a,b", "\"x\" \\", "(OR)", "ΟΔΟΣ İ", "to-do 12:30"];

fn words() -> impl Strategy<Value = Words> {
    prop_oneof![select(&TEXTS[..]).prop_map(str::to_owned), "\\PC{1,12}"]
        .prop_filter_map("has a word", |text| Words::new(&text))
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![select(&TEXTS[..]).prop_map(str::to_owned), "\\PC{1,12}"]
        .prop_map(|text| {
            text.replace(
                |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
                "",
            )
        })
        .prop_filter_map("is a tag", |text| Tag::new(&text))
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (-40i64..40)
        .prop_map(|days| NaiveDate::from_ymd_opt(2026, 9, 24).unwrap() + TimeDelta::days(days))
}

fn local() -> impl Strategy<Value = NaiveDateTime> {
    (date(), 0u32..86_400, select(&[0u32, 5, 500][..])).prop_map(|(date, second, milli)| {
        // Mostly whole minutes, as people write.
        let second = if milli == 0 { second / 60 * 60 } else { second };
        date.and_hms_milli_opt(second / 3600, second / 60 % 60, second % 60, milli).unwrap()
    })
}

fn days() -> impl Strategy<Value = Days> {
    let unit = select(&[DayUnit::Day, DayUnit::Week, DayUnit::Month, DayUnit::Year][..]);
    prop_oneof![
        date().prop_map(Days::Date),
        (0u8..7).prop_map(|day| Days::Weekday(Weekday::try_from(day).unwrap())),
        (prop_oneof![-3i32..4, -9_999i32..10_000], unit)
            .prop_map(|(count, unit)| Days::Ahead(Ahead { count, unit })),
        (
            select(&[Which::Last, Which::This, Which::Next][..]),
            select(&[Whole::Week, Whole::Month, Whole::Year][..])
        )
            .prop_map(|(which, unit)| Days::Whole { which, unit }),
    ]
}

fn fixed_moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        local().prop_map(Moment::Local),
        (local(), -14i32 * 4..=14 * 4).prop_map(|(local, quarters)| {
            let offset = chrono::FixedOffset::east_opt(quarters * 900).unwrap();
            Moment::Instant(local.and_local_timezone(offset).unwrap())
        }),
    ]
}

fn point() -> impl Strategy<Value = Point> {
    prop_oneof![
        days().prop_map(Point::Days),
        fixed_moment().prop_map(Point::Moment),
        (-9_999i32..10_000).prop_map(|hours| Point::Moment(Moment::Hours(hours))),
    ]
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        days().prop_map(|days| Period::At(Point::Days(days))),
        fixed_moment().prop_map(|moment| Period::At(Point::Moment(moment))),
        // Of two kinds, so that it is never backwards.
        (days(), fixed_moment())
            .prop_map(|(from, to)| Period::Between(Point::Days(from), Point::Moment(to))),
    ]
}

fn when() -> impl Strategy<Value = When> {
    let order = select(&[Order::Less, Order::AtMost, Order::Greater, Order::AtLeast][..]);
    prop_oneof![
        (order, point()).prop_map(|(order, point)| When::Compared(order, point)),
        some(period()).prop_map(When::In),
    ]
}

/// One to three, none twice.
fn some<T: std::fmt::Debug + PartialEq>(
    of: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(of, 1..4).prop_map(|items| {
        items.into_iter().fold(Vec::new(), |mut kept, item| {
            if !kept.contains(&item) {
                kept.push(item);
            }
            kept
        })
    })
}

pub(crate) fn term() -> impl Strategy<Value = Term> {
    let field =
        select(&[TimeField::Due, TimeField::Created, TimeField::Updated, TimeField::Completed][..]);
    let priority = select(&[Priority::Low, Priority::Medium, Priority::High, Priority::Urgent][..]);
    let part = select(
        &[Part::Due, Part::Repeat, Part::Tag, Part::Description, Part::Reminder, Part::Parent][..],
    );
    prop_oneof![
        words().prop_map(Term::Text),
        some(words()).prop_map(Term::Title),
        some(words()).prop_map(Term::Description),
        some(select(&[Status::Open, Status::Done][..])).prop_map(Term::Status),
        some(priority).prop_map(|mut any| {
            any.sort_unstable();
            Term::Priority(any)
        }),
        some(tag()).prop_map(Term::Tag),
        (field, when()).prop_map(|(field, when)| Term::Time { field, when }),
        some(part).prop_map(Term::Has),
        Just(Term::Overdue),
        (
            select(&[IdField::Task, IdField::Parent, IdField::Series][..]),
            some((1u128..4).prop_map(id))
        )
            .prop_map(|(field, ids)| Term::Id { field, ids }),
    ]
}

pub(crate) fn node() -> impl Strategy<Value = Node> {
    term().prop_map(Node::new).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.and(other)),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.or(other)),
            inner.prop_map(Node::negated),
        ]
    })
}

pub(crate) fn task() -> impl Strategy<Value = Task> {
    let zone = || {
        select(&["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"][..])
            .prop_map(|zone| ZoneName::parse(zone).unwrap())
    };
    let due = prop_oneof![
        Just(None),
        (date(), prop::option::of(zone())).prop_map(|(date, zone)| Some(Due::Date { date, zone })),
        (local(), zone()).prop_map(|(local, zone)| Some(Due::At { local, zone })),
    ];
    let kind = prop_oneof![Just(a_task()), Just(repeating()), Just(done("2026-09-23T21:00:00Z"))];
    let created = (-30i64 * 24..24).prop_map(|hours| -> DateTime<chrono::Utc> {
        utc("2026-09-24T08:00:00Z") + TimeDelta::hours(hours)
    });
    let priority = select(&[Priority::Low, Priority::Medium, Priority::High, Priority::Urgent][..]);
    let tags = some(select(&TEXTS[..]).prop_map(str::to_owned));
    (
        kind,
        due,
        created,
        priority,
        tags,
        select(&TEXTS[..]),
        prop::option::of((1u128..4).prop_map(id)),
    )
        .prop_map(|(kind, due, created_at, priority, tags, title, parent_id)| Task {
            due,
            created_at,
            priority,
            tags,
            title: title.to_owned(),
            parent_id,
            ..kind
        })
}
