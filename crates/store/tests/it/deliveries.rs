//! Notifications: one row a receiver, whatever is repeated, and browsers that change hands.

use store::{
    Delivery, DeliveryKey, DeliveryOutcome, LogRow, NewDelivery, PUSH_SUBSCRIPTIONS_MAX,
    PushSubscription, Store, Value,
};
use testkit::{Ids, a_task, change::created, task::USER};
use uuid::Uuid;

use super::database::{self, Connection};

/// A store with one event, and that event.
fn rig() -> (Store<Connection>, LogRow) {
    let store = database::store();
    store.apply(&created(&a_task(), &mut Ids::new())).unwrap();
    let row = store.unpublished(i64::MAX, 1, &[]).unwrap().remove(0);
    (store, row)
}

fn new<'a>(row: &LogRow, channels: &'a [&'a str], browsers: Option<&'a str>) -> NewDelivery<'a> {
    NewDelivery { message_id: row.event_id, channels, browsers }
}

fn browser(id: u128) -> PushSubscription {
    let subscription = format!("{{\"endpoint\":\"{id}\"}}");
    PushSubscription { id: Uuid::from_u128(id), subscription, created_ms: 5 }
}

fn waiting(store: &Store<Connection>, channel: &str, now_ms: i64) -> Vec<Delivery> {
    store.waiting_deliveries(channel, now_ms, 100).unwrap()
}

#[test]
fn an_event_is_one_row_for_each_receiver_however_often_it_comes() {
    let (store, row) = rig();
    store.put_push_subscription(USER, "a", &browser(1)).unwrap();
    store.put_push_subscription(USER, "b", &browser(2)).unwrap();
    store.put_push_subscription("another", "c", &browser(3)).unwrap();
    let message = new(&row, &["webhook", "ntfy"], Some("web-push"));
    assert_eq!(store.add_deliveries(&row, message, 10), Ok(4));
    assert_eq!(store.add_deliveries(&row, message, 20), Ok(0));
    let pushed: Vec<_> =
        waiting(&store, "web-push", 10).into_iter().map(|one| one.key.receiver).collect();
    assert_eq!(pushed, [1, 2].map(|id| Uuid::from_u128(id).to_string()));
    let hooked = waiting(&store, "webhook", 10).remove(0);
    let key = DeliveryKey {
        message_id: row.event_id,
        channel: "webhook".to_owned(),
        receiver: String::new(),
    };
    assert_eq!((hooked.key, hooked.event_id, hooked.seq), (key, row.event_id, row.seq));
    assert_eq!(hooked.envelope, serde_json::to_string(&row.envelope()).unwrap());
    assert!(waiting(&store, "email", 10).is_empty());
}

#[test]
fn without_browsers_asked_for_none_gets_a_row() {
    let (store, row) = rig();
    store.put_push_subscription(USER, "a", &browser(1)).unwrap();
    assert_eq!(store.add_deliveries(&row, new(&row, &["webhook"], None), 10), Ok(1));
    assert!(waiting(&store, "web-push", 10).is_empty());
    assert!(waiting(&store, "", 10).is_empty());
}

#[test]
fn a_message_waits_for_its_time_and_ends_once() {
    let (store, row) = rig();
    store.add_deliveries(&row, new(&row, &["ntfy"], None), 10).unwrap();
    assert!(waiting(&store, "ntfy", 9).is_empty());
    let key = waiting(&store, "ntfy", 10).remove(0).key;
    store.put_delivery_off(&key, 1, 500, "busy").unwrap();
    assert!(waiting(&store, "ntfy", 499).is_empty());
    assert_eq!(store.next_delivery_ms("ntfy"), Ok(Some(500)));
    assert_eq!(waiting(&store, "ntfy", 500).remove(0).attempts, 1);

    store.settle_delivery(&key, DeliveryOutcome::Sent, 600, None).unwrap();
    store.settle_delivery(&key, DeliveryOutcome::Dead, 700, Some("late")).unwrap();
    store.put_delivery_off(&key, 9, 800, "late").unwrap();
    assert_eq!(store.next_delivery_ms("ntfy"), Ok(None));
    let columns = "select outcome, settled_at, last_error, attempts from deliveries";
    let ended = vec!["sent".into(), 600_i64.into(), Value::Null, 2_i64.into()];
    assert_eq!(store.sql().rows(columns), [ended]);

    // What has ended does not begin again, until it is forgotten.
    assert_eq!(store.add_deliveries(&row, new(&row, &["ntfy"], None), 900), Ok(0));
    store.forget_deliveries(600).unwrap();
    assert_eq!(store.add_deliveries(&row, new(&row, &["ntfy"], None), 900), Ok(0));
    store.forget_deliveries(601).unwrap();
    assert_eq!(store.add_deliveries(&row, new(&row, &["ntfy"], None), 900), Ok(1));
}

#[test]
fn what_waits_is_not_forgotten() {
    let (store, row) = rig();
    store.add_deliveries(&row, new(&row, &["ntfy"], None), 10).unwrap();
    store.forget_deliveries(i64::MAX).unwrap();
    assert_eq!(waiting(&store, "ntfy", 10).len(), 1);
}

#[test]
fn a_browser_belongs_to_who_signed_in_last() {
    let (store, _) = rig();
    let first = store.put_push_subscription("a", "e", &browser(1)).unwrap();
    assert_eq!(first, Some((Uuid::from_u128(1), 5)));
    // Again: the same browser, with its new keys.
    let again = PushSubscription { created_ms: 9, ..browser(2) };
    assert_eq!(store.put_push_subscription("a", "e", &again), Ok(first));
    let kept = store.push_subscriptions("a").unwrap().remove(0);
    assert_eq!((kept.id, kept.subscription), (Uuid::from_u128(1), again.subscription));

    store.put_push_subscription("b", "e", &browser(3)).unwrap();
    assert!(store.push_subscriptions("a").unwrap().is_empty());
    assert_eq!(store.push_subscription("b", Uuid::from_u128(3)), Ok(Some(browser(3))));
    assert_eq!(store.push_subscription("a", Uuid::from_u128(3)), Ok(None));
    assert_eq!(store.remove_push_subscription("a", Uuid::from_u128(3)), Ok(false));
    assert_eq!(store.remove_push_subscription("b", Uuid::from_u128(3)), Ok(true));
    assert_eq!(store.remove_push_subscription("b", Uuid::from_u128(3)), Ok(false));
}

#[test]
fn a_user_has_so_many_browsers_and_no_more() {
    let (store, _) = rig();
    for number in 1..=u128::from(PUSH_SUBSCRIPTIONS_MAX) {
        let stored = store.put_push_subscription("a", &number.to_string(), &browser(number));
        assert!(stored.unwrap().is_some());
    }
    assert_eq!(store.put_push_subscription("a", "more", &browser(99)), Ok(None));
    // One of them may come again, and others are not concerned.
    assert!(store.put_push_subscription("a", "1", &browser(99)).unwrap().is_some());
    assert!(store.put_push_subscription("b", "more", &browser(98)).unwrap().is_some());
}
