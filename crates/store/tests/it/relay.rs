//! What the relay sees: every event once, in order for each user, and nobody waits for another.

use domain::task::Task;
use store::{Lag, Store};
use testkit::{Ids, a_task, change::created, clock};
use uuid::Uuid;

use super::database::{self, Connection};

const NOW_MS: i64 = 1_000_000;

/// Two users in turn, two events each time: the log of `ada` is 1 to 4, that of `bob` too.
fn with_two_users() -> Store<Connection> {
    let store = database::store();
    let mut ids = Ids::new();
    for (n, user) in [(1, "ada"), (2, "bob"), (3, "ada"), (4, "bob")] {
        let task = Task { id: clock::id(n), user_id: user.into(), ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    store
}

#[track_caller]
fn check(store: &Store<Connection>, now_ms: i64, skip: &[&str], expect: &str) {
    let skip: Vec<String> = skip.iter().map(|user| (*user).to_owned()).collect();
    let rows = store.unpublished(now_ms, 100, &skip).unwrap();
    let seen: Vec<String> = rows.iter().map(|row| format!("{}{}", row.user_id, row.seq)).collect();
    assert_eq!(seen.join(" "), expect);
}

/// Id of an event by its place in the log of a user.
fn event(store: &Store<Connection>, user: &str, seq: u64) -> Uuid {
    let rows = store.unpublished(i64::MAX, 100, &[]).unwrap();
    rows.iter().find(|row| row.user_id == user && row.seq == seq).unwrap().event_id
}

#[test]
fn events_come_in_the_order_of_their_commits() {
    let store = with_two_users();
    check(&store, NOW_MS, &[], "ada1 ada2 bob1 bob2 ada3 ada4 bob3 bob4");
    assert_eq!(store.unpublished(NOW_MS, 3, &[]).unwrap().len(), 3);
    check(&store, NOW_MS, &["ada"], "bob1 bob2 bob3 bob4");
    check(&store, NOW_MS, &["ada", "bob"], "");
}

#[test]
fn what_was_published_does_not_come_again() {
    let store = with_two_users();
    let published = [event(&store, "ada", 1), event(&store, "ada", 2), event(&store, "bob", 1)];
    store.mark_published(&published, NOW_MS).unwrap();
    check(&store, NOW_MS, &[], "bob2 ada3 ada4 bob3 bob4");

    // Marking again keeps the first time.
    store.mark_published(&published, NOW_MS + 1).unwrap();
    let times = store.sql().rows("select distinct published_at from events where seq = 1");
    assert_eq!(times, vec![vec![NOW_MS.into()]]);
}

#[test]
fn a_user_whose_turn_waits_holds_up_nobody_else() {
    let store = with_two_users();
    let head = event(&store, "ada", 1);
    store.record_failure(head, 1, NOW_MS + 500, "down").unwrap();
    check(&store, NOW_MS, &[], "bob1 bob2 bob3 bob4");
    check(&store, NOW_MS + 499, &[], "bob1 bob2 bob3 bob4");
    check(&store, NOW_MS + 500, &[], "ada1 ada2 bob1 bob2 ada3 ada4 bob3 bob4");
    assert_eq!(store.unpublished(NOW_MS + 500, 1, &[]).unwrap()[0].attempts, 1);

    // Rows before the one that waits may go.
    store.mark_published(&[head], NOW_MS).unwrap();
    store.record_failure(event(&store, "ada", 3), 1, NOW_MS + 500, "down").unwrap();
    check(&store, NOW_MS, &[], "ada2 bob1 bob2 bob3 bob4");
}

#[test]
fn a_clock_that_is_put_back_makes_nobody_wait_for_it() {
    let store = with_two_users();
    let hour_ms = 3_600_000;
    store.record_failure(event(&store, "ada", 1), 1, NOW_MS + 500, "down").unwrap();
    check(&store, NOW_MS, &["bob"], "");
    check(&store, NOW_MS - hour_ms, &["bob"], "ada1 ada2 ada3 ada4");
}

#[test]
fn a_parked_user_waits_until_released() {
    let store = with_two_users();
    store.park(event(&store, "bob", 1), NOW_MS, "refused for good").unwrap();
    check(&store, i64::MAX, &[], "ada1 ada2 ada3 ada4");

    // Also what is written later.
    let task = Task { id: clock::id(9), user_id: "bob".into(), ..a_task() };
    store.apply(&created(&task, &mut Ids::after(100))).unwrap();
    check(&store, i64::MAX, &[], "ada1 ada2 ada3 ada4");
    assert_eq!(store.lag().unwrap().parked_users, 1);

    store.release("ada").unwrap();
    check(&store, NOW_MS, &[], "ada1 ada2 ada3 ada4");
    store.release("bob").unwrap();
    check(&store, NOW_MS, &["ada"], "bob1 bob2 bob3 bob4 bob5 bob6");
    assert_eq!(store.unpublished(NOW_MS, 1, &["ada".into()]).unwrap()[0].attempts, 0);
}

#[test]
fn all_parked_users_can_be_released_at_once() {
    let store = with_two_users();
    assert_eq!(store.release_all(), Ok(0));
    store.record_failure(event(&store, "bob", 2), 3, NOW_MS + 500, "down").unwrap();
    for user in ["ada", "bob"] {
        store.park(event(&store, user, 1), NOW_MS, "down").unwrap();
    }
    check(&store, NOW_MS, &[], "");
    assert_eq!(store.release_all(), Ok(2));
    check(&store, NOW_MS, &[], "ada1 ada2 bob1 ada3 ada4");
    assert_eq!(store.lag().unwrap().parked_users, 0);
}

#[test]
fn the_lag_tells_how_many_and_since_when() {
    let empty = database::store();
    assert_eq!(empty.lag(), Ok(Lag::default()));
    let store = with_two_users();
    let oldest_ms = Some(clock::now().timestamp_millis());
    assert_eq!(store.lag(), Ok(Lag { depth: 8, oldest_ms, parked_users: 0 }));
    store.mark_published(&[event(&store, "ada", 1)], NOW_MS).unwrap();
    assert_eq!(store.lag().unwrap().depth, 7);
}
