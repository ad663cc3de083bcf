//! A job only wakes, and whoever asks for one waits for nobody.

use std::time::Instant;

use dapr_sidecar::{Endpoint, Sidecar};

use super::*;
use crate::fakes::{self, after_ms};

/// Jobs of a sidecar that is not there.
fn nobody() -> JobApi {
    let endpoint = Endpoint {
        grpc: "http://127.0.0.1:9".to_owned(),
        http: "http://127.0.0.1:9".to_owned(),
        api_token: None,
    };
    Sidecar::connect(&endpoint).unwrap().jobs()
}

fn alarm(n: u128, generation: u32, ms: i64) -> Alarm {
    Alarm { reminder_id: Uuid::from_u128(n), generation, fire_at: after_ms(ms) }
}

#[tokio::test]
async fn an_alarm_is_set_at_once_though_the_sidecar_is_away() {
    let local = Arc::new(Alarms::new(fakes::clock()));
    let (clock, service) = SidecarAlarms::new(nobody(), Arc::clone(&local));
    let running = service.start();
    let begun = Instant::now();
    for n in 0..1000 {
        clock.schedule(alarm(n, 1, 500)).await.unwrap();
    }
    clock.cancel(Uuid::from_u128(1)).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(local.len(), 1);
    // It gives up what it does when it is told to.
    running.finish().await;
}

#[tokio::test]
async fn an_older_wish_does_not_replace_a_newer_one() {
    let waiting = Waiting::default();
    for wish in [alarm(1, 2, 10), alarm(1, 1, 20)] {
        waiting.add(wish.reminder_id, Some(wish));
    }
    assert_eq!(waiting.wishes()[&Uuid::from_u128(1)], Some(alarm(1, 2, 10)));
    waiting.add(Uuid::from_u128(1), None);
    assert_eq!(waiting.wishes()[&Uuid::from_u128(1)], None);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_comes_early_wakes_at_the_moment_of_its_reminder() {
    let local = Arc::new(Alarms::new(fakes::clock()));
    let (clock, _) = SidecarAlarms::new(nobody(), Arc::clone(&local));
    let data = Data { reminder_id: Uuid::nil(), generation: 1, fire_at: after_ms(2).to_rfc3339() };
    clock.due("reminder-x", serde_json::to_vec(&data).unwrap().into()).await.unwrap();
    let begun = tokio::time::Instant::now();
    local.due().await;
    assert_eq!(begun.elapsed(), Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_nobody_can_read_wakes_all_the_same() {
    let local = Arc::new(Alarms::new(fakes::clock()));
    let (clock, _) = SidecarAlarms::new(nobody(), Arc::clone(&local));
    clock.due("reminder-x", Bytes::from_static(b"?")).await.unwrap();
    local.due().await;
}
