//! Jobs are set so that they come, whatever happens, and as often as it takes.

use dapr::dapr::proto::common::v1::job_failure_policy::Policy;
use dapr_sidecar::{Job, SidecarErrorKind};
use serde_json::json;
use tonic::Status;

use crate::fake::{Fake, sidecar};

fn job(name: &str) -> Job {
    Job {
        name: name.to_owned(),
        due: "2026-11-23T09:00:00.0005Z".parse().unwrap(),
        data: json!({"reminder_id": name}),
    }
}

#[tokio::test]
async fn a_job_has_data_and_is_repeated_without_an_end() {
    let fake = Fake::default();
    let running = fake.start().await;
    let jobs = sidecar(running.address, None).jobs();
    jobs.schedule(&job("reminder-1")).await.unwrap();
    jobs.schedule(&job("reminder-1")).await.unwrap();
    let script = fake.script();
    let sent = script.jobs["reminder-1"].job.clone().unwrap();
    assert_eq!(sent.due_time.as_deref(), Some("2026-11-23T09:00:00.001Z"));
    assert_eq!(sent.data.unwrap().value, br#"{"reminder_id":"reminder-1"}"#);
    let Some(Policy::Constant(again)) = sent.failure_policy.unwrap().policy else {
        panic!("it is not repeated");
    };
    assert_eq!((again.interval.unwrap().seconds, again.max_retries), (1, None));
}

#[tokio::test]
async fn jobs_are_taken_back_one_by_one_and_by_the_beginning_of_their_name() {
    let fake = Fake::default();
    let running = fake.start().await;
    let jobs = sidecar(running.address, None).jobs();
    for name in ["a-1", "a-2", "b-1"] {
        jobs.schedule(&job(name)).await.unwrap();
    }
    assert!(jobs.exists("a-1").await.unwrap());
    jobs.delete("a-1").await.unwrap();
    jobs.delete("a-1").await.unwrap();
    assert!(!jobs.exists("a-1").await.unwrap());
    jobs.delete_prefix("a-").await.unwrap();
    assert_eq!(fake.script().jobs.keys().collect::<Vec<_>>(), ["b-1"]);
    let error = jobs.delete_prefix("").await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Rejected, "all of them were meant by nobody");
}

#[tokio::test]
async fn an_older_sidecar_is_asked_by_the_names_it_knows() {
    let fake = Fake::default();
    fake.script().unknown.extend(["ScheduleJob", "DeleteJob", "DeleteJobsByPrefix", "GetJob"]);
    let running = fake.start().await;
    let jobs = sidecar(running.address, None).jobs();
    jobs.schedule(&job("a-1")).await.unwrap();
    assert!(jobs.exists("a-1").await.unwrap());
    jobs.delete("a-1").await.unwrap();
    jobs.schedule(&job("a-2")).await.unwrap();
    jobs.delete_prefix("a-").await.unwrap();
    assert!(fake.script().jobs.is_empty());
    // One before 1.17 has no word for it at all.
    fake.script().unknown.insert("DeleteJobsByPrefixAlpha1");
    let error = jobs.delete_prefix("a-").await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unsupported);
}

#[tokio::test]
async fn a_scheduler_that_is_away_may_come_back() {
    let fake = Fake::default();
    fake.script().failure = Some(Status::internal("context deadline exceeded"));
    let running = fake.start().await;
    let jobs = sidecar(running.address, None).jobs();
    let error = jobs.schedule(&job("a")).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unreachable);
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "the sidecar did not schedule the job `a`");
}
