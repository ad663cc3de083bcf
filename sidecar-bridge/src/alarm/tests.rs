//! Alarms go off in time, never early, and forget what was cancelled or moved.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use proptest::prelude::*;
use tokio::time::{Instant, timeout};

use super::*;
use crate::fakes::{self, after_ms};

fn alarm(n: u128, generation: u32, fire_at_ms: i64) -> Alarm {
    Alarm { reminder_id: Uuid::from_u128(n), generation, fire_at: after_ms(fire_at_ms) }
}

/// How many milliseconds pass until the next alarm goes off; `None` when none does in an hour.
async fn next_ms(alarms: &Alarms) -> Option<u128> {
    let start = Instant::now();
    let due = timeout(Duration::from_secs(3600), alarms.due()).await;
    due.ok().map(|()| start.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn an_alarm_goes_off_at_its_time() {
    let alarms = Alarms::new(fakes::clock());
    alarms.set([alarm(1, 1, 2500), alarm(2, 1, 700)]);
    assert_eq!(next_ms(&alarms).await, Some(700));
    assert_eq!(next_ms(&alarms).await, Some(1800));
    assert_eq!(next_ms(&alarms).await, None);
    assert!(alarms.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_in_the_past_goes_off_at_once() {
    let alarms = Alarms::new(fakes::clock());
    alarms.set([alarm(1, 1, -60_000)]);
    assert_eq!(next_ms(&alarms).await, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_alarm_does_not_go_off() {
    let alarms = Alarms::new(fakes::clock());
    alarms.schedule(alarm(1, 1, 500)).await.unwrap();
    alarms.cancel(Uuid::from_u128(1)).await.unwrap();
    alarms.cancel(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(next_ms(&alarms).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_newer_generation_moves_an_alarm_and_an_older_one_does_not() {
    let alarms = Alarms::new(fakes::clock());
    alarms.set([alarm(1, 1, 500), alarm(1, 2, 900)]);
    alarms.set([alarm(1, 1, 100), alarm(1, 2, 200)]);
    assert_eq!((alarms.len(), next_ms(&alarms).await), (1, Some(900)));
    assert_eq!(next_ms(&alarms).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_alarm_wakes_who_waits_for_a_later_one() {
    let alarms = Arc::new(Alarms::new(fakes::clock()));
    alarms.set([alarm(1, 1, 900)]);
    let waiting = tokio::spawn({
        let alarms = Arc::clone(&alarms);
        async move { next_ms(&alarms).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    alarms.set([alarm(2, 1, 250)]);
    assert_eq!(waiting.await.unwrap(), Some(250));
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_horizon_is_left_to_the_rows() {
    let alarms = Alarms::new(fakes::clock());
    let horizon_ms = HORIZON.num_milliseconds();
    alarms.set([alarm(1, 1, horizon_ms), alarm(2, 1, horizon_ms + 1)]);
    assert_eq!(alarms.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_steps_is_noticed_within_a_second() {
    let step_ms = Arc::new(AtomicI64::new(0));
    let clock = fakes::clock();
    let stepping = {
        let step_ms = Arc::clone(&step_ms);
        move || clock.now() + TimeDelta::milliseconds(step_ms.load(Ordering::SeqCst))
    };
    let alarms = Arc::new(Alarms::new(Arc::new(stepping)));
    alarms.set([alarm(1, 1, 300_000)]);
    let waiting = tokio::spawn({
        let alarms = Arc::clone(&alarms);
        async move { next_ms(&alarms).await }
    });
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    step_ms.store(290_000, Ordering::SeqCst);
    let ms = waiting.await.unwrap().unwrap();
    assert!((10_500..=11_500).contains(&ms), "{ms} ms");
}

#[tokio::test(start_paused = true)]
async fn a_fraction_of_a_millisecond_does_not_make_an_alarm_early() {
    let mut heap = Heap::default();
    let fire_at = after_ms(10) + TimeDelta::microseconds(1);
    heap.schedule(Alarm { fire_at, ..alarm(1, 1, 0) });
    assert_eq!(heap.take_due(after_ms(10)), 0);
    assert_eq!(heap.take_due(after_ms(11)), 1);
}

/// What a heap must do, in the simplest way.
#[derive(Default)]
struct Model(std::collections::BTreeMap<Uuid, Alarm>);

#[derive(Debug, Clone)]
enum Step {
    Schedule { n: u128, generation: u32, at: i64 },
    Cancel { n: u128 },
    TakeDue { now: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..8u128, 1..6u32, 0..50i64)
            .prop_map(|(n, generation, at)| Step::Schedule { n, generation, at }),
        2 => (0..8u128).prop_map(|n| Step::Cancel { n }),
        1 => (0..50i64).prop_map(|now| Step::TakeDue { now }),
    ]
}

proptest! {
    #[test]
    fn a_heap_goes_off_when_a_plain_list_would(steps in prop::collection::vec(step(), 0..60)) {
        let (mut heap, mut model) = (Heap::default(), Model::default());
        for step in steps {
            match step {
                Step::Schedule { n, generation, at } => {
                    let new = alarm(n, generation, at);
                    heap.schedule(new);
                    let old = model.0.get(&new.reminder_id);
                    if old.is_none_or(|old| old.generation < generation) {
                        model.0.insert(new.reminder_id, new);
                    }
                }
                Step::Cancel { n } => {
                    heap.cancel(Uuid::from_u128(n));
                    model.0.remove(&Uuid::from_u128(n));
                }
                Step::TakeDue { now } => {
                    heap.take_due(after_ms(now));
                    model.0.retain(|_, alarm| alarm.fire_at > after_ms(now));
                }
            }
            prop_assert_eq!(heap.earliest(), model.0.values().map(|alarm| alarm.fire_at).min());
            prop_assert_eq!(heap.len(), model.0.len());
        }
    }
}

#[test]
fn a_hundred_thousand_alarms_that_move_all_the_time_stay_small() {
    let mut heap = Heap::default();
    for generation in 1..=20 {
        for n in 0..10_000 {
            heap.schedule(alarm(n, generation, i64::from(generation)));
        }
    }
    assert_eq!(heap.len(), 10_000);
    assert!(heap.entries() <= 2 * 10_000 + 1025, "{} entries", heap.entries());
    assert_eq!(heap.take_due(after_ms(19)), 0);
    assert_eq!(heap.take_due(after_ms(20)), 10_000);
}
