//! The matrix: what is hit, how, and in which modes.

use anyhow::Result;
use faults::site::Mode;

use crate::{
    acts::{self as act, Link, Scene},
    points::Point,
};

/// What is done to a site.
pub(crate) type Act = fn(&mut Scene<'_>) -> Result<()>;

/// One row of the matrix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) modes: &'static [Mode],
    pub(crate) act: Act,
    pub(crate) processes: Processes,
}

/// Who serves the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processes {
    /// One process.
    One,
    /// Two, and users talk to both.
    Two,
    /// Two, and users talk to the second one.
    Second,
}

const ALL: &[Mode] = &Mode::ALL;
const BROKER: &[Mode] = &[Mode::Kafka, Mode::Dapr];
const DAPR: &[Mode] = &[Mode::Dapr];
/// A sidecar belongs to one process.
const SEVERAL: &[Mode] = &[Mode::Embedded, Mode::Kafka];

const fn row(name: &'static str, modes: &'static [Mode], act: Act) -> Row {
    Row { name, modes, act, processes: Processes::One }
}

/// All rows.
pub(crate) const ROWS: &[Row] = &[
    row("nothing", ALL, act::nothing),
    row("postgres-restarts", ALL, act::postgres_restarts),
    row("postgres-is-killed", ALL, act::postgres_is_killed),
    row("postgres-freezes", ALL, act::postgres_freezes),
    row("connections-are-terminated", ALL, act::connections_are_terminated),
    row("disk-is-full", ALL, act::disk_is_full),
    row("postgres-is-read-only", ALL, act::postgres_is_read_only),
    row("postgres-link-is-cut", ALL, |scene| act::is_cut(scene, Link::Postgres)),
    row("postgres-link-is-half-open", ALL, |scene| act::is_half_open(scene, Link::Postgres)),
    row("postgres-link-stalls", ALL, |scene| act::stalls(scene, Link::Postgres)),
    row("postgres-link-is-slow", ALL, |scene| act::is_slow(scene, Link::Postgres)),
    row("postgres-link-is-refused", ALL, |scene| act::is_refused(scene, Link::Postgres)),
    row("postgres-link-ends-after-some-bytes", ALL, |scene| {
        act::ends_after_some_bytes(scene, Link::Postgres)
    }),
    row("bridge-is-killed", ALL, act::bridge_is_killed),
    row("bridge-restarts", ALL, act::bridge_restarts),
    row("bridge-is-killed-at-write", ALL, |scene| act::is_killed_at(scene, Point::Write)),
    row("bridge-is-killed-at-mark", ALL, |scene| act::is_killed_at(scene, Point::Mark)),
    row("bridge-is-killed-at-effect", ALL, |scene| act::is_killed_at(scene, Point::Effect)),
    row("bridge-is-killed-at-fire", ALL, |scene| act::is_killed_at(scene, Point::Fire)),
    row("redelivery", ALL, act::redelivery),
    Row { processes: Processes::Two, ..row("two-bridges", SEVERAL, act::two_bridges) },
    Row {
        processes: Processes::Second,
        ..row("one-of-two-bridges-sleeps", SEVERAL, act::one_of_two_sleeps)
    },
    row("broker-is-killed", BROKER, act::broker_is_killed),
    row("broker-is-away", BROKER, act::broker_is_away),
    row("broker-freezes", BROKER, act::broker_freezes),
    // With one broker no leader can move to another: for clients it is the same as a link that ends
    // and a broker that was away.
    row("broker-link-is-cut", BROKER, |scene| act::is_cut(scene, Link::Kafka)),
    row("broker-link-is-half-open", BROKER, |scene| act::is_half_open(scene, Link::Kafka)),
    row("broker-link-stalls", BROKER, |scene| act::stalls(scene, Link::Kafka)),
    row("broker-link-is-slow", BROKER, |scene| act::is_slow(scene, Link::Kafka)),
    row("broker-link-is-refused", BROKER, |scene| act::is_refused(scene, Link::Kafka)),
    row("broker-link-ends-after-some-bytes", BROKER, |scene| {
        act::ends_after_some_bytes(scene, Link::Kafka)
    }),
    row("poison", BROKER, act::poison),
    row("sidecar-is-killed", DAPR, act::daprd_is_killed),
    row("scheduler-is-killed", DAPR, act::scheduler_is_killed),
    row("sidecar-link-is-cut", DAPR, |scene| act::is_cut(scene, Link::Daprd)),
    row("sidecar-link-is-half-open", DAPR, |scene| act::is_half_open(scene, Link::Daprd)),
    row("sidecar-link-is-slow", DAPR, |scene| act::is_slow(scene, Link::Daprd)),
    row("sidecar-link-ends-after-some-bytes", DAPR, |scene| {
        act::ends_after_some_bytes(scene, Link::Daprd)
    }),
];
