//! Lists against the same list worked out in memory: filter, sort, cut into pages.

use std::{cmp::Ordering, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{
    task::{Due, Priority, Status, Task},
    zone::{self, ZoneName},
};
use proptest::{collection::vec, option, prelude::*};
use store::{
    Cursor, CursorError, ListError, ListQuery, Store,
    list::{Moment, Sort, SortKey},
};
use testkit::{
    Ids, a_task,
    change::{changed, created},
    clock,
    task::{USER, due_at, due_on},
};
use uuid::Uuid;

use super::database::{self, Connection};
use crate::arbitrary;

const TASKS: u64 = 24;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pages_are_the_list_cut_into_pieces(tasks in tasks(), query in query()) {
        let store = filled(tasks.values());
        let expect = oracle(tasks.values(), &query);
        let (found, totals) = all_pages(&store, &query, |_| {});
        prop_assert_eq!(&found, &ids(&expect), "{:?}", query);
        prop_assert!(totals.iter().all(|total| *total == expect.len() as u64));
    }

    #[test]
    fn what_does_not_change_is_neither_skipped_nor_doubled(
        tasks in tasks(),
        later in tasks(),
        query in query(),
    ) {
        let store = filled(tasks.values());
        let mut event_ids = Ids::after(10_000);
        // Every third task changes while the pages are read.
        let mut changes = tasks.values().zip(later.values()).filter(|(task, _)| moves(task.id));
        let (found, _) = all_pages(&store, &query, |store| {
            for (before, after) in changes.by_ref().take(2) {
                let after = Task { version: before.version + 1, series: None, ..after.clone() };
                store.apply(&changed(before, &after, &mut event_ids)).unwrap();
            }
        });
        let found: Vec<Uuid> = found.into_iter().filter(|id| !moves(*id)).collect();
        let still = oracle(tasks.values().filter(|task| !moves(task.id)), &query);
        prop_assert_eq!(found, ids(&still), "{:?}", query);
    }
}

fn moves(id: Uuid) -> bool {
    id.as_u128().is_multiple_of(3)
}

/// All pages, with something done after each.
fn all_pages(
    store: &Store<Connection>,
    query: &ListQuery,
    mut between: impl FnMut(&Store<Connection>),
) -> (Vec<Uuid>, Vec<u64>) {
    let mut query = query.clone();
    let (mut found, mut totals) = (Vec::new(), Vec::new());
    loop {
        let page = store.list(USER, &query).unwrap();
        assert!(page.items.len() <= query.limit as usize);
        found.extend(page.items.iter().map(|task| task.id));
        totals.push(page.total_estimate);
        let Some(next) = page.next else { return (found, totals) };
        assert_eq!(page.items.len(), query.limit as usize, "only the last page is short");
        // As a client does: the text goes out and comes back.
        query.cursor = Some(next.to_string().parse().unwrap());
        between(store);
    }
}

fn oracle<'a>(tasks: impl Iterator<Item = &'a Task>, query: &ListQuery) -> Vec<&'a Task> {
    let mut tasks: Vec<&Task> = tasks.filter(|task| matches(task, query)).collect();
    tasks.sort_by(|a, b| {
        let by_keys = query.sort.iter().map(|sort| compare(a, b, *sort));
        let descending =
            query.sort.last().is_some_and(|sort| sort.descending != (sort.key == SortKey::Status));
        let by_id = if descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) };
        by_keys.fold(Ordering::Equal, Ordering::then).then(by_id)
    });
    tasks
}

fn matches(task: &Task, query: &ListQuery) -> bool {
    let has = |tag: &String| task.tags.iter().any(|own| own.to_lowercase() == tag.to_lowercase());
    let due = |moment: Moment, order: Ordering| match moment {
        Moment::Instant(instant) => due_instant(task).is_some_and(|due| due.cmp(&instant) == order),
        Moment::Date(date) => due_date(task).is_some_and(|due| due.cmp(&date) == order),
    };
    query.status.is_none_or(|status| task.status == status)
        && (query.priorities.is_empty() || query.priorities.contains(&task.priority))
        && query.tags.iter().all(has)
        && query.due_after.is_none_or(|moment| due(moment, Ordering::Greater))
        && query.due_before.is_none_or(|moment| due(moment, Ordering::Less))
}

fn compare(a: &Task, b: &Task, Sort { key, descending }: Sort) -> Ordering {
    let turn = |order: Ordering| if descending { order.reverse() } else { order };
    let nulls_last = |a: Option<DateTime<Utc>>, b: Option<DateTime<Utc>>| match (a, b) {
        (Some(a), Some(b)) => turn(a.cmp(&b)),
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    match key {
        SortKey::Created => turn(a.created_at.cmp(&b.created_at)),
        SortKey::Updated => turn(a.updated_at.cmp(&b.updated_at)),
        SortKey::Priority => turn(a.priority.cmp(&b.priority)),
        SortKey::Status => turn(a.status.cmp(&b.status)),
        SortKey::Title => turn(a.title.to_ascii_lowercase().cmp(&b.title.to_ascii_lowercase())),
        SortKey::Due => nulls_last(due_instant(a), due_instant(b)),
        SortKey::Completion => nulls_last(a.completed_at, b.completed_at),
    }
}

fn due_instant(task: &Task) -> Option<DateTime<Utc>> {
    Some(match task.due.as_ref()? {
        Due::At { local, zone } => zone::instant(*local, zone),
        Due::Date { date, zone } => {
            let zone = zone.clone().unwrap_or_else(ZoneName::utc);
            let midnight = (*date + TimeDelta::days(1)).and_time(NaiveTime::MIN);
            zone::instant(midnight, &zone) - TimeDelta::milliseconds(1)
        }
    })
}

fn due_date(task: &Task) -> Option<NaiveDate> {
    match task.due.as_ref()? {
        Due::At { local, .. } => Some(local.date()),
        Due::Date { date, .. } => Some(*date),
    }
}

fn ids(tasks: &[&Task]) -> Vec<Uuid> {
    tasks.iter().map(|task| task.id).collect()
}

fn tasks() -> impl Strategy<Value = BTreeMap<Uuid, Task>> {
    let tasks: Vec<_> = (1..=TASKS).map(arbitrary::task).collect();
    tasks.prop_map(|tasks| tasks.into_iter().map(|task| (task.id, task)).collect())
}

fn query() -> impl Strategy<Value = ListQuery> {
    let filters = (
        option::weighted(0.3, prop::sample::select(vec![Status::Open, Status::Done])),
        option::weighted(0.3, prop::sample::select(vec![Priority::Medium, Priority::Urgent])),
        option::weighted(0.3, prop::sample::select(vec!["HOME", "work", "über"])),
        option::weighted(0.3, moment()),
        option::weighted(0.3, moment()),
    );
    let key = prop::sample::select(SortKey::ALL.to_vec());
    let sort = vec((key, any::<bool>()), 0..4);
    (filters, sort, 1..10_u32).prop_map(|(filters, sort, limit)| ListQuery {
        status: filters.0,
        priorities: filters.1.into_iter().chain(filters.1.map(|_| Priority::Low)).collect(),
        tags: filters.2.into_iter().map(str::to_owned).collect(),
        due_after: filters.3,
        due_before: filters.4,
        sort: sort.into_iter().map(|(key, descending)| Sort { key, descending }).collect(),
        limit,
        cursor: None,
    })
}

fn moment() -> impl Strategy<Value = Moment> {
    let day = NaiveDate::from_ymd_opt(2026, 1, 29).unwrap();
    (0..5_i64, any::<bool>()).prop_map(move |(days, instant)| {
        let day = day + TimeDelta::days(days);
        match instant {
            true => Moment::Instant(day.and_time(NaiveTime::MIN).and_utc()),
            false => Moment::Date(day),
        }
    })
}

fn filled<'a>(tasks: impl Iterator<Item = &'a Task>) -> Store<Connection> {
    let store = database::store();
    let mut event_ids = Ids::new();
    for task in tasks {
        store.apply(&created(task, &mut event_ids)).unwrap();
    }
    store
}

#[test]
fn a_task_for_today_is_not_overdue_before_the_day_is_over() {
    let today = Task { due: Some(due_on("2026-01-30")), ..a_task() };
    let noon = Task { id: clock::id(2), due: Some(due_at("2026-01-30", 12)), ..a_task() };
    let store = filled([&today, &noon].into_iter());
    let overdue = |at: &str| {
        let due_before = Some(Moment::Instant(at.parse().unwrap()));
        let query = ListQuery { due_before, ..ListQuery::default() };
        store.list(USER, &query).unwrap().items.len()
    };
    assert_eq!(overdue("2026-01-30T11:00:00Z"), 0);
    assert_eq!(overdue("2026-01-30T11:00:01Z"), 1);
    assert_eq!(overdue("2026-01-30T23:59:59Z"), 1);
    assert_eq!(overdue("2026-01-31T00:00:00Z"), 2);
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let store = filled([a_task(), Task { id: clock::id(2), ..a_task() }].iter());
    let query = |sort: &str, cursor| ListQuery {
        sort: sort.split(',').map(|key| key.parse().unwrap()).collect(),
        limit: 1,
        cursor,
        ..ListQuery::default()
    };
    let cursor = store.list(USER, &query("-priority,due", None)).unwrap().next;
    assert!(cursor.is_some());
    for sort in ["due", "priority,due", "-priority", "due,-priority"] {
        let refused = store.list(USER, &query(sort, cursor.clone()));
        assert_eq!(refused, Err(ListError::Cursor(CursorError::OtherSort)), "{sort}");
    }
    let last = store.list(USER, &query("-priority,due", cursor)).unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let encode = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let malformed = ["", "%%%", "bm8", &encode("{}"), &encode(r#"{"sort":"due","id":"1"}"#)];
    for text in malformed {
        assert_eq!(text.parse::<Cursor>(), Err(CursorError::Malformed), "{text}");
    }

    // The right shape, but values that no row can have.
    let store = filled([a_task()].iter());
    let id = a_task().id;
    for values in ["[]", "[null]", "[\"x\"]", "[1,2]"] {
        let text = encode(&format!(r#"{{"sort":"created","values":{values},"id":"{id}"}}"#));
        let query = ListQuery { cursor: Some(text.parse().unwrap()), ..ListQuery::default() };
        let refused = store.list(USER, &query);
        assert_eq!(refused, Err(ListError::Cursor(CursorError::Malformed)), "{values}");
    }
}

#[test]
fn a_limit_outside_the_bounds_is_brought_inside() {
    let tasks: Vec<Task> = (1..=205).map(|n| Task { id: clock::id(n), ..a_task() }).collect();
    let store = filled(tasks.iter());
    let page = |limit| store.list(USER, &ListQuery { limit, ..ListQuery::default() }).unwrap();
    assert_eq!(page(0).items.len(), 1);
    assert_eq!(page(u32::MAX).items.len(), 200);
    assert_eq!(page(50).total_estimate, 205);
}
