//! Jobs, through the real scheduler.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use dapr_sidecar::{Answer, Job, SidecarErrorKind};
use serde_json::json;

use crate::rig::{Came, Rig, wait};

const SOON: Duration = Duration::from_secs(60);

fn in_ms(ms: i64) -> DateTime<Utc> {
    Utc::now() + TimeDelta::milliseconds(ms)
}

async fn schedule(rig: &Rig, name: &str, due: DateTime<Utc>) {
    let data = json!({"name": name, "due": due.to_rfc3339()});
    rig.sidecar.jobs().schedule(&Job { name: name.to_owned(), due, data }).await.unwrap();
}

/// The calls for a job, once there are that many.
async fn fired(rig: &Rig, name: &str, count: usize) -> Vec<Came> {
    wait(&format!("{count} calls for {name}"), SOON, || async {
        let came = rig.app.came(|came| came.how == "job" && came.name == name);
        Some(came).filter(|came| came.len() >= count)
    })
    .await
}

fn calls(rig: &Rig, name: &str) -> usize {
    rig.app.came(|came| came.name == name).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_wakes_us_whatever_dies() {
    let mut rig = Rig::start().await;
    a_job_comes_at_its_moment_with_its_data(&rig).await;
    a_job_that_is_set_again_comes_at_the_new_moment_only(&rig).await;
    jobs_that_were_taken_back_do_not_come(&rig).await;
    a_job_that_is_not_taken_comes_again_every_second(&rig).await;
    an_app_that_is_away_gets_its_job_when_it_is_back(&rig).await;
    a_sidecar_that_is_killed_brings_the_job_when_it_is_back(&mut rig).await;
    a_scheduler_that_is_killed_keeps_nobody_waiting_and_forgets_nothing(&mut rig).await;
}

async fn a_job_comes_at_its_moment_with_its_data(rig: &Rig) {
    let due = in_ms(800);
    schedule(rig, "moment", due).await;
    let came = fired(rig, "moment", 1).await;
    let late = came[0].at - due;
    println!("late by {} µs", late.num_microseconds().unwrap());
    assert!(late > TimeDelta::milliseconds(-2) && late < TimeDelta::seconds(5), "{late}");
    assert_eq!(came[0].body, json!({"name": "moment", "due": due.to_rfc3339()}));
    schedule(rig, "past", in_ms(-60_000)).await;
    fired(rig, "past", 1).await;
    assert!(!rig.sidecar.jobs().exists("moment").await.unwrap(), "it is gone after it came");
}

async fn a_job_that_is_set_again_comes_at_the_new_moment_only(rig: &Rig) {
    schedule(rig, "moved", in_ms(3000)).await;
    assert!(rig.sidecar.jobs().exists("moved").await.unwrap());
    let due = in_ms(500);
    schedule(rig, "moved", due).await;
    assert!(fired(rig, "moved", 1).await[0].at > due - TimeDelta::milliseconds(2));
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(calls(rig, "moved"), 1);
}

async fn jobs_that_were_taken_back_do_not_come(rig: &Rig) {
    let due = in_ms(3000);
    for name in ["back-1", "gone-1", "gone-2", "kept-1"] {
        schedule(rig, name, due).await;
    }
    let jobs = rig.sidecar.jobs();
    jobs.delete("back-1").await.unwrap();
    jobs.delete("back-1").await.unwrap();
    jobs.delete_prefix("gone-").await.unwrap();
    assert!(Utc::now() < due, "too slow a machine for this test");
    fired(rig, "kept-1", 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(["back-1", "gone-1", "gone-2"].map(|name| calls(rig, name)), [0, 0, 0]);
}

/// Longer than the sidecar's own default, which gives up after four attempts.
async fn a_job_that_is_not_taken_comes_again_every_second(rig: &Rig) {
    rig.app.answer_next([Answer::Retry; 6]);
    schedule(rig, "again", in_ms(100)).await;
    let came = fired(rig, "again", 7).await;
    let took = came[6].at - came[0].at;
    assert!(took > TimeDelta::milliseconds(5500), "{took}");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(calls(rig, "again"), 7);
}

async fn an_app_that_is_away_gets_its_job_when_it_is_back(rig: &Rig) {
    rig.app.set_away(true);
    schedule(rig, "away", in_ms(1000)).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(calls(rig, "away"), 0);
    rig.app.set_away(false);
    fired(rig, "away", 1).await;
}

async fn a_sidecar_that_is_killed_brings_the_job_when_it_is_back(rig: &mut Rig) {
    schedule(rig, "killed", in_ms(500)).await;
    rig.daprd().kill();
    let error = rig.sidecar.jobs().delete("killed").await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unreachable);
    tokio::time::sleep(Duration::from_secs(2)).await;
    rig.daprd().begin().unwrap();
    fired(rig, "killed", 1).await;
    schedule(rig, "after", in_ms(100)).await;
    fired(rig, "after", 1).await;
}

async fn a_scheduler_that_is_killed_keeps_nobody_waiting_and_forgets_nothing(rig: &mut Rig) {
    schedule(rig, "overdue", in_ms(3000)).await;
    rig.stack.scheduler.kill();
    let begun = Instant::now();
    let job = Job { name: "late".to_owned(), due: in_ms(0), data: json!({}) };
    let error = rig.sidecar.jobs().schedule(&job).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unreachable, "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(rig.sidecar.http().is_up().await, "all else goes on");
    tokio::time::sleep(Duration::from_secs(3)).await;
    rig.stack.scheduler.begin().unwrap();
    let back = Instant::now();
    wait("a job that is set after the outage", SOON, || async {
        rig.sidecar.jobs().schedule(&job).await.ok()
    })
    .await;
    fired(rig, "overdue", 1).await;
    fired(rig, "late", 1).await;
    println!("both came {:?} after the scheduler was back", back.elapsed());
}
