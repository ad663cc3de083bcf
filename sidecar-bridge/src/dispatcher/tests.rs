//! Each delivery takes effect once, whoever delivers it however often; and nobody does what he may not.

use std::{collections::BTreeMap, sync::Arc};

use domain::task::Task;
use events::{Envelope, effect::Effect};
use rand::seq::SliceRandom as _;
use serde_json::json;
use store::{LogRow, Value};
use testkit::{Ids, a_task, change, task::done};
use uuid::Uuid;

use super::*;
use crate::fakes::{self, FakeComponents, FakeDatabase, Reply, ToldAlarms};

fn subscription(component: &str, subscribe: &[&str], effects: &[&str]) -> Subscription {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let path = format!("/internal/handlers/{component}");
    Subscription::new(component, &path, &names(subscribe), &names(effects)).unwrap()
}

/// A dispatcher, its alarms and its components.
struct Rig {
    dispatcher: Dispatcher,
    alarms: Arc<ToldAlarms>,
    components: Arc<FakeComponents>,
    database: FakeDatabase,
}

fn rig(
    database: &FakeDatabase,
    subscriptions: Vec<Subscription>,
    components: FakeComponents,
) -> Rig {
    let (clock, components) = (fakes::clock(), Arc::new(components));
    let alarms = Arc::new(ToldAlarms::default());
    let dispatcher = Dispatcher {
        subscriptions,
        components: Arc::clone(&components) as _,
        alarms: Arc::clone(&alarms) as _,
        storage: database.storage(),
        clock,
    };
    Rig { dispatcher, alarms, components, database: database.clone() }
}

/// A task of `user` that was created and completed: rows 1 to 4 of the log.
fn completed(database: &FakeDatabase, user: &str, ids: &mut Ids) -> Vec<LogRow> {
    let task = Task { id: ids.next_id(), user_id: user.to_owned(), ..a_task() };
    database.create(&task, ids);
    database.apply(&change::changed(&task, &done(&task), ids));
    let rows = database.store().unpublished(0, 1000, &[]).unwrap();
    rows.into_iter().filter(|row| row.payload["task_id"] == json!(task.id)).collect()
}

fn only(rows: Vec<LogRow>, event_type: &str) -> LogRow {
    rows.into_iter().find(|row| row.event_type == event_type).unwrap()
}

fn create(title: &str) -> Effect {
    serde_json::from_value(json!({"effect": "create-task", "task": {"title": title}})).unwrap()
}

fn next_of(_: &str, event: &Envelope) -> Reply {
    Reply::Effects(vec![create(&format!("after {}", event.event_id))])
}

/// How many tasks each completion led to; an error when one of them is not exactly one.
fn check_once(database: &FakeDatabase, completions: &[LogRow]) -> Result<(), String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for row in database.store().sql().rows("select title from tasks where title like 'after %'") {
        if let [Value::Text(title)] = &row[..] {
            *counts.entry(title.clone()).or_default() += 1;
        }
    }
    for row in completions {
        match counts.remove(&format!("after {}", row.event_id)) {
            Some(1) => {}
            found => return Err(format!("{} led to {found:?} tasks", row.event_id)),
        }
    }
    if counts.is_empty() { Ok(()) } else { Err(format!("tasks without a cause: {counts:?}")) }
}

/// Delivers completions of several users ten times each, in random order, many at a time.
async fn redeliver(inbox: bool) -> Result<(), String> {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let users = ["ada", "bob", "eve"];
    let completions: Vec<_> = (0..12)
        .map(|n| only(completed(&database, users[n % 3], &mut ids), "task.completed"))
        .collect();
    let components = FakeComponents::new(&database, next_of);
    let components = if inbox { components } else { components.without_inbox() };
    let recurrence = subscription("recurrence", &["task.completed"], &["create-task"]);
    let rig = rig(&database, vec![recurrence], components);

    let mut deliveries = vec![completions.clone(); 10].concat();
    deliveries.shuffle(&mut rand::rng());
    let outcomes = join_all(deliveries.iter().map(|row| rig.dispatcher.deliver(row))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(rig.components.calls().len(), 120);
    check_once(&database, &completions)
}

#[tokio::test(start_paused = true)]
async fn an_event_delivered_ten_times_in_any_order_takes_effect_once() {
    assert_eq!(redeliver(true).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn without_the_inbox_the_same_deliveries_are_seen_to_double() {
    let found = redeliver(false).await.unwrap_err();
    assert!(found.contains("led to Some(10) tasks"), "{found}");
}

#[tokio::test(start_paused = true)]
async fn handlers_get_what_they_subscribed_to_with_its_correlation_id() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let rows = completed(&database, "ada", &mut ids);
    let components = FakeComponents::new(&database, |_, _| Reply::Effects(Vec::new()));
    let one = subscription("one", &["task.created"], &[]);
    let two = subscription("two", &["task.created", "task.completed"], &[]);
    let rig = rig(&database, vec![one, two], components);
    for row in &rows {
        rig.dispatcher.deliver(row).await.unwrap();
    }
    let calls: Vec<_> = rig
        .components
        .calls()
        .into_iter()
        .map(|call| (call.path, call.event.event_type, call.correlation_id))
        .collect();
    let call = |path: &str, event: &str| {
        let path = format!("/internal/handlers/{path}");
        (path, event.to_owned(), change::CORRELATION_ID.to_owned())
    };
    let expect =
        [call("one", "task.created"), call("two", "task.created"), call("two", "task.completed")];
    assert_eq!(calls, expect);
}

/// Delivers one `task.completed` to a handler that answers `reply`; says how it ended.
async fn outcome(reply: Reply, effects: &[&str]) -> (String, Vec<String>, Rig) {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let row = only(completed(&database, "ada", &mut ids), "task.completed");
    let components = FakeComponents::new(&database, move |_, _| reply.clone());
    let handler = subscription("handler", &["task.completed"], effects);
    let rig = rig(&database, vec![handler], components);
    let outcome = match rig.dispatcher.deliver(&row).await {
        Ok(()) => "taken".to_owned(),
        Err(error) => format!("{:?}", error.kind),
    };
    let letters = database.store().dead_letters(10).unwrap();
    (outcome, letters.into_iter().map(|letter| letter.reason).collect(), rig)
}

#[track_caller]
fn check(actual: (String, Vec<String>, Rig), expect: &str, reason: Option<&str>) {
    let (outcome, reasons, _) = actual;
    assert_eq!((outcome.as_str(), reasons.first().map(String::as_str)), (expect, reason));
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_refuses_goes_to_the_dead_letters_with_its_reason() {
    let reason =
        "the answer for `handler` was 422 Unprocessable Entity TASKLOOM-0028: a private reason";
    check(outcome(Reply::Status(422), &[]).await, "taken", Some(reason));
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    for status in [401, 403, 404, 429, 500, 503, 504] {
        check(outcome(Reply::Status(status), &[]).await, "Failed", None);
    }
    check(outcome(Reply::Unreachable, &[]).await, "Unreachable", None);
    check(outcome(Reply::Busy, &[]).await, "Busy", None);
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_is_not_granted_is_not_done() {
    let reply =
        Reply::Effects(vec![create("a"), Effect::CancelReminder { reminder_id: Uuid::nil() }]);
    let (outcome, reasons, rig) = outcome(reply, &["create-task"]).await;
    assert_eq!(outcome, "taken");
    let expect =
        "`handler` asked for what it does not get: the effect `cancel-reminder` is not granted";
    assert_eq!(reasons, [expect]);
    let tasks = rig.database.store().sql().rows("select id from tasks");
    assert_eq!(tasks.len(), 1, "the granted effect beside it is not done either");
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_is_not_built_yet_says_so() {
    let notify = Effect::Notify { title: "t".to_owned(), body: "b".to_owned() };
    let expect = "`handler` asked for what it does not get: not supported yet: the effect `notify`";
    check(outcome(Reply::Effects(vec![notify]), &["notify"]).await, "taken", Some(expect));
}

#[tokio::test(start_paused = true)]
async fn alarm_effects_set_and_cancel_alarms() {
    let set = |n: u128| Effect::ScheduleReminder {
        reminder_id: Uuid::from_u128(n),
        task_id: Uuid::nil(),
        generation: 1,
        fire_at: fakes::after_ms(5000),
    };
    let cancel = Effect::CancelReminder { reminder_id: Uuid::from_u128(2) };
    let reply = Reply::Effects(vec![set(1), set(2), cancel]);
    let (outcome, reasons, rig) = outcome(reply, &["schedule-reminder", "cancel-reminder"]).await;
    assert_eq!((outcome.as_str(), reasons.len()), ("taken", 0));
    let [one, two] = [1, 2].map(Uuid::from_u128);
    let at = Some(fakes::after_ms(5000));
    assert_eq!(rig.alarms.told(), [(one, at), (two, at), (two, None)]);
}

#[tokio::test(start_paused = true)]
async fn one_handler_in_trouble_does_not_keep_the_event_from_the_others() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let row = only(completed(&database, "ada", &mut ids), "task.completed");
    let components = FakeComponents::new(&database, |path, event| match path {
        "/internal/handlers/broken" => Reply::Status(500),
        _ => next_of(path, event),
    });
    let broken = subscription("broken", &["task.completed"], &[]);
    let sound = subscription("sound", &["task.completed"], &["create-task"]);
    let rig = rig(&database, vec![broken, sound], components);
    let error = rig.dispatcher.deliver(&row).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(check_once(&database, &[row]), Ok(()));
}

#[test]
fn a_subscription_to_nothing_known_is_an_error() {
    let names = |name: &str| [name.to_owned()];
    let error = Subscription::new("x", "/x", &names("task.exploded"), &[]).unwrap_err();
    assert_eq!(error.to_string(), "component `x` subscribes to an event that there is not");
    let error = Subscription::new("x", "/x", &[], &names("fly")).unwrap_err();
    assert_eq!(error.to_string(), "component `x` is granted an effect that there is not");
}
