//! Durable creates on Postgres, each client a user of its own. The peer does the same statement with
//! as many connections as the program has, without HTTP, components and checks.

mod raw;

use std::time::Duration;

use anyhow::Result;

use crate::{
    Setup,
    durable::TASK,
    load::{Shot, fire_each},
    site::{Mode, Site},
    stats::{median, quantile},
    table::Row,
};

use raw::Raw;

const BLOCKS: usize = 3;
const BLOCK: Duration = Duration::from_secs(3);
const CLIENTS: usize = 64;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let site = Site::start(setup, Mode::Embedded)?;
    let tokens = site.tokens(CLIENTS)?;
    let create = |token| Shot::create(&site.server.address, token, TASK);
    let shots: Vec<_> = tokens.into_iter().map(create).collect();
    let raw = Raw::prepare(setup, &site)?;
    fire_each(&shots, BLOCK)?;
    site.settle()?;
    raw.fire(BLOCK)?;
    let (mut ours, mut again, mut peer) = (vec![], vec![], vec![]);
    let (mut p99, mut peer_p99) = (vec![], vec![]);
    for _ in 0..BLOCKS {
        let mut volley = fire_each(&shots, BLOCK)?;
        ours.push(volley.per_second());
        p99.push(quantile(&mut volley.latencies_ms, 0.99));
        // Handlers are still at work on what was created.
        site.settle()?;
        let mut volley = raw.fire(BLOCK)?;
        peer.push(volley.per_second());
        peer_p99.push(quantile(&mut volley.latencies_ms, 0.99));
        again.push(fire_each(&shots, BLOCK)?.per_second());
        site.settle()?;
    }
    let (ours, again, peer) = (median(&mut ours), median(&mut again), median(&mut peer));
    let (p99, peer_p99) = (median(&mut p99), median(&mut peer_p99));
    let statement = "bare `apply_changeset`, 16 connections";
    Ok(vec![
        Row::new(
            "durable creates on Postgres, 64 clients",
            (ours, "/s"),
            (statement, peer, "/s"),
            "-",
        ),
        Row::new(
            "durable creates on Postgres, 64 clients, A/A",
            (ours, "/s"),
            ("itself", again, "/s"),
            "noise",
        ),
        Row::new(
            "durable create on Postgres, 64 clients, p99",
            (p99, "ms"),
            (statement, peer_p99, "ms"),
            "-",
        ),
    ])
}
