//! Alarms go off in time and never early, whatever the clocks do.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
};

use proptest::prelude::*;
use tokio::time::{Instant, timeout};

use super::*;
use crate::fakes::{self, SteppingClock, after_ms};

/// How many milliseconds pass until the next alarm goes off; `None` when none does in an hour.
async fn next_ms(alarms: &Alarms) -> Option<u128> {
    let start = Instant::now();
    let due = timeout(Duration::from_secs(3600), alarms.due()).await;
    due.ok().map(|()| start.elapsed().as_millis())
}

#[tokio::test(start_paused = true)]
async fn an_alarm_goes_off_at_its_time() {
    let alarms = Alarms::new(fakes::clock());
    alarms.set([after_ms(2500), after_ms(700)]);
    assert_eq!(next_ms(&alarms).await, Some(700));
    assert_eq!(next_ms(&alarms).await, Some(1800));
    assert_eq!(next_ms(&alarms).await, None);
    assert!(alarms.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_in_the_past_goes_off_at_once() {
    let alarms = Alarms::new(fakes::clock());
    alarms.set([after_ms(-60_000)]);
    assert_eq!(next_ms(&alarms).await, Some(0));
}

#[tokio::test(start_paused = true)]
async fn reminders_of_one_moment_share_its_alarm() {
    let alarms = Alarms::new(fakes::clock());
    for n in 0..1000 {
        let reminder_id = Uuid::from_u128(n);
        alarms
            .schedule(Alarm { reminder_id, generation: 1, fire_at: after_ms(500) })
            .await
            .unwrap();
    }
    assert_eq!((alarms.len(), next_ms(&alarms).await), (1, Some(500)));
    assert_eq!(next_ms(&alarms).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_reminder_takes_nobody_elses_alarm_along() {
    let alarms = Alarms::new(fakes::clock());
    for n in [1, 2] {
        let reminder_id = Uuid::from_u128(n);
        alarms
            .schedule(Alarm { reminder_id, generation: 1, fire_at: after_ms(500) })
            .await
            .unwrap();
    }
    alarms.cancel(Uuid::from_u128(1)).await.unwrap();
    alarms.cancel(Uuid::from_u128(1)).await.unwrap();
    assert_eq!(next_ms(&alarms).await, Some(500));
}

#[tokio::test(start_paused = true)]
async fn an_earlier_alarm_wakes_who_waits_for_a_later_one() {
    let alarms = Arc::new(Alarms::new(fakes::clock()));
    alarms.set([after_ms(900)]);
    let waiting = tokio::spawn({
        let alarms = Arc::clone(&alarms);
        async move { next_ms(&alarms).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    alarms.set([after_ms(250)]);
    assert_eq!(waiting.await.unwrap(), Some(250));
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_horizon_is_left_to_the_rows() {
    let alarms = Alarms::new(fakes::clock());
    let horizon_ms = HORIZON.num_milliseconds();
    alarms.set([after_ms(horizon_ms), after_ms(horizon_ms + 1)]);
    assert_eq!(alarms.len(), 1);
}

/// An alarm in `alarm_s` seconds; after ten and a half the wall clock steps by `step_s`. Returns
/// after how many seconds of waiting it goes off.
async fn after_a_step(alarm_s: i64, step_s: i64) -> u128 {
    let clock = SteppingClock::new();
    let alarms = Arc::new(Alarms::new(clock.clone()));
    alarms.set([after_ms(alarm_s * 1000)]);
    let waiting = tokio::spawn({
        let alarms = Arc::clone(&alarms);
        async move { timeout(Duration::from_secs(9000), next_ms(&alarms)).await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    clock.step(TimeDelta::seconds(step_s));
    waiting.await.unwrap().unwrap()
}

/// A suspended machine looks the same from here: the wall clock goes on while the one that counts
/// pauses stands still.
#[tokio::test(start_paused = true)]
async fn a_clock_put_forward_is_noticed_within_a_second() {
    for (alarm_s, step_s) in [(300, 290), (300, 3600), (590, 3600)] {
        let ms = after_a_step(alarm_s, step_s).await;
        assert!((10_500..=11_500).contains(&ms), "{alarm_s}, {step_s}: {ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_put_back_makes_no_alarm_early() {
    for (alarm_s, step_s) in [(300, -60), (11, -1), (20, -3000)] {
        let ms = after_a_step(alarm_s, step_s).await;
        let expected = u128::try_from(alarm_s - step_s).unwrap() * 1000;
        assert!((expected..=expected + 1).contains(&ms), "{alarm_s}, {step_s}: {ms} ms");
    }
}

#[test]
fn a_fraction_of_a_millisecond_does_not_make_an_alarm_early() {
    for (at_us, early_us, due_us) in [(10_001, 10_000, 11_000), (-10_001, -10_002, -10_000)] {
        let at = |us| testkit::now() + TimeDelta::microseconds(us);
        let mut moments = Moments::default();
        moments.add(at(at_us));
        assert!(!moments.pass(at(early_us)), "{at_us}");
        assert!(moments.pass(at(due_us)), "{at_us}");
    }
}

proptest! {
    #[test]
    fn moments_pass_as_those_of_a_plain_list_would(
        steps in prop::collection::vec((any::<bool>(), 0..50i64), 0..60),
    ) {
        let (mut moments, mut list) = (Moments::default(), Vec::new());
        for (add, ms) in steps {
            if add {
                moments.add(after_ms(ms));
                list.push(after_ms(ms));
            } else {
                let before = list.len();
                list.retain(|at| *at > after_ms(ms));
                prop_assert_eq!(moments.pass(after_ms(ms)), list.len() < before);
            }
            prop_assert_eq!(moments.earliest(), list.iter().min().copied());
            prop_assert_eq!(moments.len(), list.iter().collect::<BTreeSet<_>>().len());
        }
    }
}

#[test]
fn however_often_reminders_move_there_are_no_more_moments_than_milliseconds() {
    let moves = AtomicI64::new(0);
    let alarms = Alarms::new(Arc::new(testkit::now));
    for _ in 0..20 {
        alarms.set((0..10_000).map(|_| after_ms(moves.fetch_add(7, Ordering::Relaxed) % 1000)));
    }
    assert_eq!(alarms.len(), 1000);
}
