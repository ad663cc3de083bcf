//! Jobs: calls back at a moment, at least once.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use dapr::dapr::proto::{
    common::v1::{JobFailurePolicy, JobFailurePolicyConstant, job_failure_policy::Policy},
    runtime::v1::{
        DeleteJobRequest, DeleteJobsByPrefixRequest, DeleteJobsByPrefixRequestAlpha1,
        GetJobRequest, Job as Wire, ScheduleJobRequest,
    },
};
use prost_types::Any;
use tonic::Response;

use crate::{SidecarError, SidecarErrorKind, calls::either, sidecar::Client};

/// A sidecar whose scheduler is away keeps us waiting for half a minute; we do not wait so long.
const WITHIN: Duration = Duration::from_secs(5);
/// An app that did not take its job gets it again so often, for as long as it takes.
const AGAIN_EVERY: prost_types::Duration = prost_types::Duration { seconds: 1, nanos: 0 };
const NAME_MAX_CHARS: usize = 200;

/// A call back at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Lower-case letters, digits and dashes, at most 200.
    pub name: String,
    /// When. It comes within milliseconds of it, a fraction of one early.
    pub due: DateTime<Utc>,
    /// JSON that comes along with the call. There has to be some: without, none is made.
    pub data: serde_json::Value,
}

/// The jobs of this app.
#[derive(Clone)]
pub struct JobApi {
    client: Client,
}

#[expect(deprecated, reason = "sidecars before 1.18 know jobs by these names only")]
impl JobApi {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sets the job, in place of one of the same name if there is any.
    pub async fn schedule(&self, job: &Job) -> Result<(), SidecarError> {
        let operation = format!("schedule the job `{}`", job.name);
        check_name(&operation, &job.name)?;
        let request = ScheduleJobRequest { job: Some(wire(job)), overwrite: true };
        let (mut today, mut formerly) = self.clients();
        let today = today.schedule_job(request.clone());
        either(&operation, WITHIN, today, formerly.schedule_job_alpha1(request)).await?;
        Ok(())
    }

    /// Takes the job back; there may be none.
    pub async fn delete(&self, name: &str) -> Result<(), SidecarError> {
        let operation = format!("delete the job `{name}`");
        check_name(&operation, name)?;
        let request = DeleteJobRequest { name: name.to_owned() };
        let (mut today, mut formerly) = self.clients();
        let today = today.delete_job(request.clone());
        either(&operation, WITHIN, today, formerly.delete_job_alpha1(request)).await?;
        Ok(())
    }

    /// Takes back every job of this app whose name begins so. An empty beginning, which would mean
    /// all of them, is refused.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<(), SidecarError> {
        let operation = format!("delete the jobs `{prefix}…`");
        check_name(&operation, prefix)?;
        let name_prefix = Some(prefix.to_owned());
        let (mut today, mut formerly) = self.clients();
        let request = DeleteJobsByPrefixRequest { name_prefix: name_prefix.clone() };
        let today = async { today.delete_jobs_by_prefix(request).await.map(|_| Response::new(())) };
        let request = DeleteJobsByPrefixRequestAlpha1 { name_prefix };
        let formerly = async {
            formerly.delete_jobs_by_prefix_alpha1(request).await.map(|_| Response::new(()))
        };
        either(&operation, WITHIN, today, formerly).await
    }

    /// Whether there is such a job. A sidecar says "failed" for a job that it does not have, so this
    /// is for tests and people, not for decisions.
    pub async fn exists(&self, name: &str) -> Result<bool, SidecarError> {
        let operation = format!("look up the job `{name}`");
        check_name(&operation, name)?;
        let request = GetJobRequest { name: name.to_owned() };
        let (mut today, mut formerly) = self.clients();
        let today = today.get_job(request.clone());
        match either(&operation, WITHIN, today, formerly.get_job_alpha1(request)).await {
            Ok(found) => Ok(found.job.is_some()),
            Err(error) => match error.kind {
                SidecarErrorKind::Failed | SidecarErrorKind::Missing => Ok(false),
                _ => Err(error),
            },
        }
    }

    fn clients(&self) -> (Client, Client) {
        (self.client.clone(), self.client.clone())
    }
}

fn wire(job: &Job) -> Wire {
    let policy = Policy::Constant(JobFailurePolicyConstant {
        interval: Some(AGAIN_EVERY),
        // None: without end. The default of the sidecar gives up after three seconds.
        max_retries: None,
    });
    Wire {
        name: job.name.clone(),
        due_time: Some(due_time(job.due)),
        data: Some(Any { type_url: String::new(), value: job.data.to_string().into_bytes() }),
        failure_policy: Some(JobFailurePolicy { policy: Some(policy) }),
        ..Wire::default()
    }
}

/// To the millisecond, rounded up: never before the moment.
fn due_time(due: DateTime<Utc>) -> String {
    let up = TimeDelta::nanoseconds(999_999);
    due.checked_add_signed(up).unwrap_or(due).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What every version of the sidecar takes as a name, and what means one job only.
fn check_name(operation: &str, name: &str) -> Result<(), SidecarError> {
    let letters = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if letters && (1..=NAME_MAX_CHARS).contains(&name.len()) && !name.starts_with('-') {
        return Ok(());
    }
    let cause = "a name is made of 1 to 200 lower-case letters, digits and dashes";
    Err(SidecarError::new(operation, SidecarErrorKind::Rejected, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_rounded_up_and_has_its_zone() {
        let at = |text: &str| due_time(text.parse().unwrap());
        assert_eq!(at("2026-11-23T09:00:00Z"), "2026-11-23T09:00:00.000Z");
        assert_eq!(at("2026-11-23T09:00:00.0000001Z"), "2026-11-23T09:00:00.001Z");
        assert_eq!(at("2026-11-23T09:00:00.001Z"), "2026-11-23T09:00:00.001Z");
    }

    #[test]
    fn a_name_means_one_job() {
        for name in ["a", "reminder-0190b3c0-0000-7000-8000-000000000000", "7"] {
            assert!(check_name("x", name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a||b", "A", "a/b", "a b", &"a".repeat(201)] {
            assert!(check_name("x", name).is_err(), "{name}");
        }
    }
}
