//! From the log to Kafka: how fast a backlog leaves, and how soon an event at a steady rate.
//!
//! The backlog is stored in one transaction while the program is at work, so that no start is timed. It
//! holds events that no handler listens to; the program reads them back from its topic all the same.

mod backlog;
mod bare;
mod poller;
mod steady;

use anyhow::Result;

use crate::{
    Setup,
    durable::TASK,
    load::{Shot, send_once},
    site::{Mode, Site},
    stats::{median, quantile},
    table::Row,
};

use bare::Bare;

/// Events of the backlog, of so many users.
const COUNT: u32 = 20_000;
const USERS: u32 = 200;
/// The backlog of the poller, which is much slower.
const FEW: u32 = 500;
const ROUNDS: usize = 2;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let site = Site::start(setup, Mode::Kafka)?;
    let create =
        |user: &str| anyhow::Ok(Shot::create(&site.server.address, site.server.token(user)?, TASK));
    send_once(&create("template")?)?;
    site.settle()?;
    let database = site.database()?;
    let bare = Bare::new(&site.brokers()?)?;

    backlog::drain(&database, "warm-up", COUNT)?;
    let records = bare.read(COUNT)?;
    bare.send(&records)?;
    let (mut ours, mut again, mut theirs) = (vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        ours.push(backlog::drain(&database, &format!("ours-{round}"), COUNT)?);
        theirs.push(bare.send(&records)?);
        again.push(backlog::drain(&database, &format!("again-{round}"), COUNT)?);
    }
    let mut ours_ms = steady::relay(&create("steady")?, &site)?;
    let mut bare_ms = bare.trickle(&records)?;

    // From here on the program publishes nothing.
    backlog::hold(&database)?;
    let poller = poller::Poller::new(&site.database_url(), &bare);
    let naive = poller.drain(&database, FEW)?;
    let mut naive_ms = steady::poller(&create("poller")?, &site, &poller)?;

    let (ours, again, theirs) = (median(&mut ours), median(&mut again), median(&mut theirs));
    let what = "backlog of 20,000 events to Kafka";
    let naive_name = "naive poller, one at a time";
    let bare_name = "bare `rdkafka` producer";
    let mut rows = vec![
        Row::new(what, (ours, "/s"), (bare_name, theirs, "/s"), "≥ 0.5"),
        Row::new(what, (ours, "/s"), (naive_name, naive, "/s"), "-"),
        Row::new(format!("{what}, A/A"), (ours, "/s"), ("itself", again, "/s"), "noise"),
    ];
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let ours = quantile(&mut ours_ms, share);
        let what = format!("event to its ack at 20 creates/s, {name}");
        let naive = (naive_name, quantile(&mut naive_ms, share), "ms");
        rows.push(Row::new(what.clone(), (ours, "ms"), naive, "-"));
        let bare = (bare_name, quantile(&mut bare_ms, share), "ms");
        rows.push(Row::new(what, (ours, "ms"), bare, "-"));
    }
    Ok(rows)
}
