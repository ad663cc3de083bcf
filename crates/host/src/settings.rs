//! What the host is started with.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{postgres, sqlite};

/// Everything [`Host::load`](crate::Host::load) needs. The host reads no environment of its own.
#[derive(Debug)]
pub struct Settings {
    /// The application: a Spin manifest, version 2.
    pub manifest: PathBuf,
    /// Where compiled components are kept between starts. Made when it is missing.
    pub cache_dir: PathBuf,
    /// Values of application variables; one that the manifest does not know is an error.
    pub variables: BTreeMap<String, String>,
    /// A database for each label that a component names in `sqlite_databases`.
    pub databases: BTreeMap<String, sqlite::Database>,
    /// Labels that components may name and that this run has no database for: to open one is
    /// refused.
    pub absent_databases: Vec<String>,
    /// What each component may use of the Postgres databases that its `allowed_outbound_hosts`
    /// name.
    pub postgres: postgres::Settings,
    /// What one request may use.
    pub limits: Limits,
    /// Lets guests reach loopback, private and link-local addresses. For development only.
    pub allow_private_networks: bool,
}

impl Settings {
    /// The safe settings for this manifest: no databases, no values, default limits, private
    /// networks closed.
    pub fn new(manifest: impl Into<PathBuf>, cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            cache_dir: cache_dir.into(),
            variables: BTreeMap::new(),
            databases: BTreeMap::new(),
            absent_databases: Vec::new(),
            postgres: postgres::Settings::default(),
            limits: Limits::default(),
            allow_private_networks: false,
        }
    }
}

/// What one request may use before the host ends it. `docs/decisions/0006-embedded-host-limits.md`
/// says how.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Linear memory of an instance, all its memories together.
    pub memory_bytes: usize,
    /// Elements of all tables of an instance.
    pub table_elements: usize,
    /// Core instances that one component may be made of.
    pub core_instances: usize,
    /// Processor time of the guest. Waiting does not count.
    pub cpu: Duration,
    /// The whole exchange, from the request to the last byte of the answer.
    pub wall: Duration,
    /// Longest answer.
    pub response_bytes: usize,
    /// Longest request body.
    pub request_bytes: usize,
    /// What a guest may write to its standard output and error for one request; the rest is
    /// dropped.
    pub log_bytes_per_request: usize,
    /// Requests that run at once; calls between components have as many places again.
    pub concurrent_requests: usize,
    /// Of these, how many one component may have, so that a slow one leaves room for others.
    pub concurrent_per_component: usize,
    /// Requests that may wait for a place of the same component; one more is answered 503.
    pub waiting_per_component: usize,
    /// How deep components may call each other.
    pub call_depth: usize,
    /// Outbound requests that one guest may have open at once.
    pub outbound_requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            table_elements: 10_000,
            core_instances: 10,
            cpu: Duration::from_secs(1),
            wall: Duration::from_secs(10),
            response_bytes: 8 << 20,
            request_bytes: 8 << 20,
            log_bytes_per_request: 16 << 10,
            concurrent_requests: 64,
            concurrent_per_component: 48,
            waiting_per_component: 1024,
            call_depth: 4,
            outbound_requests: 8,
        }
    }
}
