//! Relays that share the users: nobody is served twice at once, nobody is left out, and who slept
//! through its lease writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::task::Task;
use proptest::prelude::*;
use store::{BUCKETS, Conflict, Lease, SqlErrorKind, Store, Value, bucket_of};
use testkit::{Ids, a_task, change::created, clock};

use super::database::{self, Connection};

/// Of SQLite. Postgres has its own time, so tests let leases run out by hand.
const NOW_MS: i64 = 1_000_000;
const TTL_MS: i64 = 60_000;

fn acquire(store: &Store<Connection>, owner: &str, at_most: u16) -> Vec<Lease> {
    store.acquire_leases(owner, NOW_MS, TTL_MS, at_most).unwrap()
}

fn buckets(leases: &[Lease]) -> BTreeSet<u16> {
    leases.iter().map(|lease| lease.bucket).collect()
}

/// Time goes by for the leases of an owner.
fn run_out(store: &Store<Connection>, owner: &str) {
    store.sql().rows(&format!("update relay_leases set expires_at = 1 where owner = '{owner}'"));
}

/// One task and so two events for each of these users.
fn with_events(users: &[&str]) -> Store<Connection> {
    let store = database::store();
    let mut ids = Ids::new();
    for user in users {
        let task = Task { user_id: (*user).to_owned(), ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    store
}

#[test]
fn one_relay_has_every_bucket() {
    let store = database::store();
    let leases = acquire(&store, "a", BUCKETS);
    assert_eq!(buckets(&leases), (0..BUCKETS).collect());
    assert_eq!(acquire(&store, "a", BUCKETS), leases, "renewed, not changed");
    assert!(acquire(&store, "b", BUCKETS).is_empty());
    assert_eq!(store.lease_holders(NOW_MS), Ok(2), "who waits for a lease is counted too");
}

#[test]
fn relays_share_the_buckets_among_them() {
    let store = database::store();
    let all = acquire(&store, "a", BUCKETS);
    assert!(acquire(&store, "b", BUCKETS / 2).is_empty());
    let half = acquire(&store, "a", BUCKETS / 2);
    assert_eq!(half, all[..half.len()]);
    // What was given up is left for what is in hand, then it is free.
    assert!(acquire(&store, "b", BUCKETS / 2).is_empty());
    let left = store.sql().rows("select max(expires_at) - min(expires_at) from relay_leases");
    let [Value::Integer(earlier_ms)] = left[0][..] else { unreachable!("{left:?}") };
    assert!((TTL_MS * 3 / 4..TTL_MS).contains(&earlier_ms), "{earlier_ms}");
    store.sql().rows("update relay_leases set expires_at = 1 where bucket >= 16");
    let other = acquire(&store, "b", BUCKETS / 2);
    assert_eq!(buckets(&other), (BUCKETS / 2..BUCKETS).collect());
    assert!(other.iter().all(|lease| lease.fence == 2), "{other:?}");
    assert_eq!(acquire(&store, "a", BUCKETS / 2), half);
}

#[test]
fn a_relay_that_is_gone_leaves_its_buckets_to_the_others() {
    let store = database::store();
    let first = acquire(&store, "a", BUCKETS);
    run_out(&store, "a");
    let second = acquire(&store, "b", BUCKETS);
    assert_eq!(buckets(&second), buckets(&first));
    assert!(acquire(&store, "a", BUCKETS).is_empty());

    store.release_leases("b").unwrap();
    assert_eq!(store.lease_holders(NOW_MS), Ok(1));
    let third = acquire(&store, "a", BUCKETS);
    assert_eq!(buckets(&third), buckets(&first));
    for (lease, fence) in third.iter().zip(3..=3) {
        assert_eq!(lease.fence, fence);
    }
}

#[test]
fn who_comes_back_after_its_lease_ran_out_gets_a_new_fence() {
    let store = database::store();
    let before = acquire(&store, "a", 1)[0];
    run_out(&store, "a");
    let after = acquire(&store, "a", 1)[0];
    assert_eq!((after.bucket, after.fence), (before.bucket, before.fence + 1));
}

#[test]
fn a_lease_gives_the_events_of_its_users_and_no_others() {
    let users: Vec<String> = (0..20).map(|n| format!("user-{n}")).collect();
    let store = with_events(&users.iter().map(String::as_str).collect::<Vec<_>>());
    let leases = acquire(&store, "a", BUCKETS);
    let mut found = BTreeMap::new();
    for lease in &leases {
        for row in store.unpublished_in(&[*lease], NOW_MS, 100, &[]).unwrap() {
            assert_eq!(bucket_of(&row.user_id), lease.bucket);
            *found.entry(row.user_id).or_insert(0) += 1;
        }
    }
    assert_eq!(found, users.iter().map(|user| (user.clone(), 2)).collect());
    let all = store.unpublished_in(&leases, NOW_MS, 100, &users[..1]).unwrap();
    assert_eq!(all.len(), 38);
    assert_eq!(store.unpublished_in(&[], NOW_MS, 100, &[]), Ok(vec![]));
}

#[test]
fn who_slept_through_its_lease_writes_nothing() {
    let store = with_events(&["ada"]);
    let bucket = bucket_of("ada");
    let mine =
        |leases: Vec<Lease>| leases.into_iter().find(|lease| lease.bucket == bucket).unwrap();
    let lost = mine(acquire(&store, "a", BUCKETS));
    let event = store.unpublished_in(&[lost], NOW_MS, 1, &[]).unwrap()[0].event_id;
    run_out(&store, "a");
    let held = mine(acquire(&store, "b", BUCKETS));

    let before = store.sql().contents();
    let refused = [
        store.mark_published_in(&[event], NOW_MS, lost),
        store.record_failure_in(event, 1, NOW_MS + 500, "down", lost),
        store.park_in(event, NOW_MS, "down", lost),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().kind(), SqlErrorKind::Conflict(Conflict::Fence));
    }
    assert_eq!(store.unpublished_in(&[lost], NOW_MS, 1, &[]), Ok(vec![]));
    assert_eq!(store.sql().contents(), before);

    // Negative control: with the lease all of them write.
    store.record_failure_in(event, 1, NOW_MS + 500, "down", held).unwrap();
    assert_eq!(store.unpublished_in(&[held], NOW_MS, 1, &[]), Ok(vec![]));
    assert_eq!(store.unpublished_in(&[held], NOW_MS + 500, 1, &[]).unwrap()[0].attempts, 1);
    store.park_in(event, NOW_MS, "down", held).unwrap();
    assert_eq!(store.lag().unwrap().parked_users, 1);
    store.mark_published_in(&[event], NOW_MS, held).unwrap();
    assert_eq!(store.lag().unwrap().depth, 1);
    // Marked before: nothing to do, and no reason to stop.
    store.mark_published_in(&[event], NOW_MS, held).unwrap();
    store.release_leases("b").unwrap();
    assert!(store.mark_published_in(&[event], NOW_MS, held).is_err());
}

#[test]
fn a_lease_writes_nothing_about_the_users_of_another() {
    let store = with_events(&["ada"]);
    let other = acquire(&store, "a", BUCKETS);
    let other = other.into_iter().find(|lease| lease.bucket != bucket_of("ada")).unwrap();
    let event = store.unpublished(NOW_MS, 1, &[]).unwrap()[0].event_id;
    store.mark_published_in(&[event], NOW_MS, other).unwrap();
    assert_eq!(store.lag().unwrap().depth, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn databases_know_the_bucket_of_every_user(user in "(?s).{1,12}|[a-z0-9]{1,40}") {
        let user = user.replace('\0', "0");
        let store = with_events(&[&user]);
        let buckets = store.sql().rows("select distinct bucket from events");
        prop_assert_eq!(buckets, vec![vec![i64::from(bucket_of(&user)).into()]]);
    }
}

#[test]
fn users_are_spread_over_the_buckets() {
    let spread = |user: &dyn Fn(u64) -> String| {
        let mut counts = BTreeMap::new();
        for n in 0..3_200 {
            *counts.entry(bucket_of(&user(n))).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), usize::from(BUCKETS), "{}", user(1));
        assert!(counts.values().all(|count| (20..=300).contains(count)), "{} {counts:?}", user(1));
    };
    spread(&|n| format!("user-{n}"));
    spread(&|n| format!("{n}@example.com"));
    spread(&|n| clock::id(n).to_string());
    spread(&|n| format!("auth0|{:024x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
}
