//! From the answer to `:complete` until the next instance can be seen, as `events` does it, on Postgres
//! and over each bus.

use anyhow::Result;

use crate::{
    Setup, events,
    site::{Mode, Site},
    stats::quantile,
    table::Row,
};

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let mut embedded = Took::over(setup, Mode::Embedded)?;
    let mut kafka = Took::over(setup, Mode::Kafka)?;
    let mut dapr = Took::over(setup, Mode::Dapr)?;
    let mut again = Took::over(setup, Mode::Embedded)?;
    let mut rows = Vec::new();
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let ours = quantile(&mut embedded.effect_ms, share);
        let mut row = |bus: &str, ours, (peer, theirs), aim| {
            let what = format!("complete to next instance, Postgres, {bus}, {name}");
            rows.push(Row::new(what, (ours, "ms"), (peer, theirs, "ms"), aim));
        };
        let request = quantile(&mut embedded.request_ms, share);
        row("embedded", ours, ("the request to complete", request), "-");
        let again = quantile(&mut again.effect_ms, share);
        row("embedded, A/A", ours, ("itself", again), "noise");
        let aim = if name == "p99" { "≤ 50 ms" } else { "-" };
        row("Kafka", quantile(&mut kafka.effect_ms, share), ("embedded", ours), aim);
        row("Dapr", quantile(&mut dapr.effect_ms, share), ("embedded", ours), "-");
    }
    Ok(rows)
}

struct Took {
    request_ms: Vec<f64>,
    effect_ms: Vec<f64>,
}

impl Took {
    fn over(setup: &Setup, mode: Mode) -> Result<Self> {
        let site = Site::start(setup, mode)?;
        let (request_ms, effect_ms) = events::completions(&site.server)?;
        Ok(Self { request_ms, effect_ms })
    }
}
