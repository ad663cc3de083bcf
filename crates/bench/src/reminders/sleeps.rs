//! The peer: a process in which each reminder is a task that sleeps until its time.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::{sync::mpsc, time::sleep_until};

use super::{Fired, Schedule};
use crate::server::resident_mb;

/// Runs a schedule in a process of its own.
pub(super) fn fire(schedule: Schedule) -> Result<Fired> {
    let out = Command::new(std::env::current_exe()?).args(["sleeps", schedule.name()]).output()?;
    ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout)?;
    let numbers = text.split_whitespace().map(|word| word.parse::<f64>().context(text.clone()));
    let numbers = numbers.collect::<Result<Vec<_>>>()?;
    let [resident_mb, drained_ms, late_ms @ ..] = &numbers[..] else {
        anyhow::bail!("it said `{text}`")
    };
    Ok(Fired { resident_mb: *resident_mb, drained_ms: *drained_ms, late_ms: late_ms.to_vec() })
}

/// That process: what the tasks weigh, when the last one was done, and how late each was.
pub(crate) fn run(schedule: &str) -> Result<String> {
    let (_, schedule) = Schedule::ALL
        .into_iter()
        .find(|(name, _)| *name == schedule)
        .with_context(|| format!("no schedule `{schedule}`"))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let before_mb = resident_mb(std::process::id())?;
        let begun = Instant::now();
        let (watched, _) = schedule.watched();
        let (tell, mut told) = mpsc::unbounded_channel();
        for (number, offset_ms) in (0..).zip(schedule.offsets_ms()) {
            let tell = (number < watched).then(|| tell.clone());
            let at = begun + Duration::from_millis(offset_ms.into());
            tokio::spawn(async move {
                sleep_until(at.into()).await;
                if let Some(tell) = tell {
                    // Nobody listens any more when the last of those that count was here.
                    let _ = tell.send((Instant::now() - at, begun.elapsed()));
                }
            });
        }
        let resident_mb = resident_mb(std::process::id())? - before_mb;
        let mut late = Vec::new();
        let mut last = Duration::ZERO;
        for _ in 0..watched {
            let (by, at) = told.recv().await.context("a task went away")?;
            late.push((by.as_secs_f64() * 1000.0).to_string());
            last = last.max(at);
        }
        let drained_ms = last.as_millis() - u128::from(super::LEAD_MS);
        Ok(format!("{resident_mb} {drained_ms} {}", late.join(" ")))
    })
}
