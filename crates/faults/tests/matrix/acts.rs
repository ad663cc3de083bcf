//! What is done to a site while its users write.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use faults::{
    proxy::{Mode as Way, Proxy},
    site::{POISON, Site, array},
};
use rand::{Rng, rngs::StdRng};

use crate::points::Point;

/// How long a short fault lasts.
const A_WHILE: Duration = Duration::from_millis(2000);

/// Longer than a lease.
const LONGER_THAN_A_LEASE: Duration = Duration::from_secs(17);

/// A site, its users and the dice of a cell.
pub(crate) struct Scene<'a> {
    pub(crate) site: &'a mut Site,
    pub(crate) users: &'a [String],
    pub(crate) rng: StdRng,
}

impl Scene<'_> {
    fn some(&mut self, from_ms: u64, to_ms: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(from_ms..to_ms))
    }

    /// A link by its name.
    fn link(&self, link: Link) -> Result<&Proxy> {
        let proxy = match link {
            Link::Postgres => Some(&self.site.to_postgres),
            Link::Kafka => self.site.to_kafka.as_ref(),
            Link::Daprd => self.site.to_daprd.as_ref(),
        };
        proxy.context("the mode has no such link")
    }
}

/// What stands behind a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Postgres,
    Kafka,
    Daprd,
}

pub(crate) fn nothing(_: &mut Scene<'_>) -> Result<()> {
    sleep(A_WHILE);
    Ok(())
}

// The database.

pub(crate) fn postgres_restarts(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.postgres.stop();
    Ok(scene.site.postgres.begin()?)
}

pub(crate) fn postgres_is_killed(scene: &mut Scene<'_>) -> Result<()> {
    Ok(scene.site.postgres.restart()?)
}

pub(crate) fn postgres_freezes(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.postgres.freeze();
    sleep(A_WHILE);
    scene.site.postgres.thaw();
    Ok(())
}

pub(crate) fn connections_are_terminated(scene: &mut Scene<'_>) -> Result<()> {
    let end = Instant::now() + A_WHILE;
    while Instant::now() < end {
        scene.site.psql.run(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid();",
        )?;
        sleep(scene.some(20, 250));
    }
    Ok(())
}

pub(crate) fn disk_is_full(scene: &mut Scene<'_>) -> Result<()> {
    let disk = scene.site.disk.as_ref().context("no disk of its own")?;
    disk.fill()?;
    sleep(A_WHILE);
    disk.free();
    Ok(())
}

pub(crate) fn postgres_is_read_only(scene: &mut Scene<'_>) -> Result<()> {
    let psql = scene.site.psql.clone();
    psql.run("alter system set default_transaction_read_only = on;")?;
    psql.run("select pg_reload_conf();")?;
    sleep(A_WHILE);
    psql.run("alter system reset default_transaction_read_only;")?;
    psql.run("select pg_reload_conf();")?;
    Ok(())
}

// The links.

pub(crate) fn is_cut(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    for _ in 0..8 {
        scene.link(link)?.cut();
        sleep(scene.some(30, 400));
    }
    Ok(())
}

pub(crate) fn is_half_open(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    scene.link(link)?.set(Way::HalfOpen);
    sleep(A_WHILE);
    scene.link(link)?.set(Way::Forward);
    Ok(())
}

pub(crate) fn stalls(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    scene.link(link)?.set(Way::Stall);
    sleep(A_WHILE);
    scene.link(link)?.set(Way::Forward);
    Ok(())
}

pub(crate) fn is_slow(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    let delay = scene.some(10, 40);
    scene.link(link)?.set(Way::Slow { delay, bytes_per_second: 200_000 });
    sleep(A_WHILE);
    scene.link(link)?.set(Way::Forward);
    Ok(())
}

pub(crate) fn is_refused(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    scene.link(link)?.set(Way::Refuse);
    sleep(A_WHILE);
    scene.link(link)?.set(Way::Forward);
    Ok(())
}

/// Cut in the middle of whatever is said, again and again.
pub(crate) fn ends_after_some_bytes(scene: &mut Scene<'_>, link: Link) -> Result<()> {
    for _ in 0..4 {
        let bytes = scene.rng.random_range(1..20_000);
        scene.link(link)?.set(Way::After { bytes });
        sleep(scene.some(200, 500));
        scene.link(link)?.set(Way::Forward);
        sleep(scene.some(50, 300));
    }
    Ok(())
}

// The program.

pub(crate) fn bridge_is_killed(scene: &mut Scene<'_>) -> Result<()> {
    for _ in 0..3 {
        sleep(scene.some(50, 700));
        scene.site.server.kill()?;
        scene.site.server.start()?;
    }
    Ok(())
}

pub(crate) fn bridge_restarts(scene: &mut Scene<'_>) -> Result<()> {
    sleep(scene.some(50, 700));
    ensure!(scene.site.server.stop()?.success(), "the program did not end in order");
    scene.site.server.start()
}

/// Killed exactly where it is about to do something. What it had asked for is done after its death,
/// or not.
pub(crate) fn is_killed_at(scene: &mut Scene<'_>, point: Point) -> Result<()> {
    let reached = point.hold(&scene.site.psql)?;
    scene.site.server.kill()?;
    reached.release(&scene.site.psql, scene.rng.random_bool(0.5))?;
    scene.site.server.start()
}

/// Two processes on one database, killed and started in turn.
pub(crate) fn two_bridges(scene: &mut Scene<'_>) -> Result<()> {
    sleep(scene.some(100, 600));
    let site = &mut *scene.site;
    site.server.kill()?;
    site.server.start()?;
    sleep(scene.some(100, 600));
    let twin = scene.site.twin.as_mut().context("no twin")?;
    twin.kill()?;
    twin.start()?;
    sleep(scene.some(100, 600));
    Ok(())
}

/// One of two sleeps until its lease is over, and wakes up with what it had in hand.
pub(crate) fn one_of_two_sleeps(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.server.pause()?;
    sleep(LONGER_THAN_A_LEASE);
    scene.site.server.resume()?;
    sleep(A_WHILE);
    Ok(())
}

/// Every event of these users is delivered again, twice, while they write.
pub(crate) fn redelivery(scene: &mut Scene<'_>) -> Result<()> {
    let of_users = array(scene.users);
    for _ in 0..2 {
        sleep(scene.some(500, 1000));
        scene.site.psql.run(&format!(
            "update events set published_at = null where user_id = any({of_users});"
        ))?;
    }
    sleep(scene.some(100, 500));
    Ok(())
}

// The broker and the sidecar.

pub(crate) fn broker_is_killed(scene: &mut Scene<'_>) -> Result<()> {
    let kafka = scene.site.kafka.as_mut().context("no broker")?;
    Ok(kafka.restart()?)
}

pub(crate) fn broker_is_away(scene: &mut Scene<'_>) -> Result<()> {
    let kafka = scene.site.kafka.as_mut().context("no broker")?;
    kafka.stop();
    sleep(Duration::from_secs(5));
    Ok(kafka.begin()?)
}

pub(crate) fn broker_freezes(scene: &mut Scene<'_>) -> Result<()> {
    let kafka = scene.site.kafka.as_mut().context("no broker")?;
    kafka.freeze();
    sleep(A_WHILE);
    kafka.thaw();
    Ok(())
}

pub(crate) fn daprd_is_killed(scene: &mut Scene<'_>) -> Result<()> {
    for _ in 0..2 {
        sleep(scene.some(50, 700));
        scene.site.dapr.as_mut().context("no sidecar")?.daprd.restart()?;
    }
    Ok(())
}

/// Away when reminders are due; the users set some within three seconds all the time.
pub(crate) fn scheduler_is_killed(scene: &mut Scene<'_>) -> Result<()> {
    let dapr = scene.site.dapr.as_mut().context("no sidecar")?;
    dapr.scheduler.kill();
    sleep(A_WHILE);
    Ok(dapr.scheduler.begin()?)
}

/// What no consumer can understand, among what it has to.
pub(crate) fn poison(scene: &mut Scene<'_>) -> Result<()> {
    let stranger = scene.site.stranger.as_ref().context("no broker")?;
    let user = &scene.users[0];
    let envelope = |event_type: &str, user: &str, payload: &str| {
        format!(
            r#"{{"event_id":"00000000-0000-7000-8000-{:012x}","event_type":"{event_type}",
            "user_id":"{user}","timestamp":"2026-01-01T00:00:00Z","payload":{payload}}}"#,
            rand::random::<u32>()
        )
    };
    let note = format!("\"{POISON}\"");
    let long = format!("{{\"{POISON}\":\"{}\"}}", "x".repeat(200_000));
    let values: [(&str, Vec<u8>); 8] = [
        ("no JSON", POISON.as_bytes().to_vec()),
        ("no text", [b"\xff\xfe\x00 ", POISON.as_bytes()].concat()),
        ("another JSON", format!("[{note}]").into_bytes()),
        ("no fields", format!("{{\"note\":{note}}}").into_bytes()),
        ("a type of tomorrow", envelope("task.exploded", user, &note).into_bytes()),
        ("a payload of another shape", envelope("task.completed", user, &note).into_bytes()),
        ("nobody's", envelope("task.completed", "", &note).into_bytes()),
        ("long", envelope("task.created", user, &long).into_bytes()),
    ];
    for (what, value) in values {
        let topic = if what == "nobody's" { "task-updates" } else { "task-events" };
        stranger.write(topic, user, &value).context(what)?;
    }
    sleep(Duration::from_secs(1));
    Ok(())
}
