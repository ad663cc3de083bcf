//! What belongs to one instance: its WASI context, its limits, its way out. Made for a request and
//! gone after it.

use std::sync::Arc;

use wasmtime::{ResourceLimiter, component::ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use wasmtime_wasi_io::IoView;

use crate::{Limits, app::App, failure::Failure, logs, outbound::Outbound};

/// Resources that a guest may hold at once: bodies, streams, headers, connections.
const RESOURCES: usize = 1_000;
/// Headers of one message, in memory.
const FIELD_BYTES: usize = 64 << 10;
/// Random bytes that a guest may ask for at once.
const RANDOM_BYTES: u64 = 1 << 20;

/// The store's data.
pub(crate) struct State {
    pub(crate) app: Arc<App>,
    pub(crate) component: usize,
    pub(crate) table: ResourceTable,
    pub(crate) limiter: Limiter,
    /// Connections to Postgres that the guest has.
    pub(crate) postgres_open: usize,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
}

impl State {
    /// `depth` counts how many components are in the middle of a call to get here.
    pub(crate) fn new(app: &Arc<App>, component: usize, depth: usize) -> Self {
        let unit = &app.units[component];
        let (stdout, stderr) = logs::streams(&unit.id, app.limits.log_bytes_per_request);
        let wasi = WasiCtx::builder()
            .stdout(stdout)
            .stderr(stderr)
            .envs(&unit.environment)
            .max_random_size(RANDOM_BYTES)
            .build();
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELD_BYTES);
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        Self {
            app: Arc::clone(app),
            component,
            table,
            limiter: Limiter::new(&app.limits),
            postgres_open: 0,
            wasi,
            http,
            outbound: Outbound::new(app, component, depth),
        }
    }
}

impl IoView for State {
    fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.outbound, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Counts the memory and tables of all parts of an instance together.
pub(crate) struct Limiter {
    memory_left_bytes: usize,
    table_left: usize,
    core_instances: usize,
    refused: Option<Failure>,
}

impl Limiter {
    fn new(limits: &Limits) -> Self {
        Self {
            memory_left_bytes: limits.memory_bytes,
            table_left: limits.table_elements,
            core_instances: limits.core_instances,
            refused: None,
        }
    }

    /// What was refused, if anything was.
    pub(crate) fn refused(&self) -> Option<Failure> {
        self.refused.clone()
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = take(&mut self.memory_left_bytes, desired.saturating_sub(current));
        if !granted {
            self.refused = Some(Failure::Memory);
        }
        Ok(granted)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let granted = take(&mut self.table_left, desired.saturating_sub(current));
        if !granted {
            self.refused = Some(Failure::Table);
        }
        Ok(granted)
    }

    fn instances(&self) -> usize {
        self.core_instances
    }
}

/// Takes from what is left, if that much is left.
fn take(left: &mut usize, wanted: usize) -> bool {
    left.checked_sub(wanted).map(|rest| *left = rest).is_some()
}
