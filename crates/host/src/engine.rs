//! The WebAssembly engine: one per host, tuned for many short-lived instances.

pub(crate) mod cache;
mod ticker;

use std::{num::NonZeroUsize, sync::Arc};

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{Limits, error::LoadError};

pub(crate) use ticker::{Running, Ticker};

/// Stack for the guest's own frames.
const WASM_STACK_BYTES: usize = 512 << 10;
/// Of a slot's memory and tables, what stays mapped between two instances.
const RESIDENT_BYTES: (usize, usize) = (512 << 10, 64 << 10);
/// Slots that stay warm when load goes away.
const WARM_SLOTS: u32 = 16;

/// An engine that can compile, and run a few instances without reserving anything.
pub(crate) fn compiling() -> Result<Engine, LoadError> {
    Engine::new(&compiler()).map_err(|error| LoadError::Engine(error.into()))
}

/// The engine that serves. Where the address space for its pool cannot be had it does without, more
/// slowly.
pub(crate) fn serving(limits: &Limits) -> Result<Engine, LoadError> {
    let mut config = compiler();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    Engine::new(&config).or_else(|error| {
        tracing::warn!(
            error = format!("{error:#}"),
            "no address space for an instance pool, going without"
        );
        compiling()
    })
}

fn compiler() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        // WASI 0.2 knows no concurrency, and without it calls are much cheaper.
        .concurrency_support(false)
        .memory_init_cow(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        .generate_address_map(false)
        .wasm_backtrace_max_frames(NonZeroUsize::new(8));
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    // Requests from outside and calls between components have as many places each.
    let instances = u32::try_from(2 * limits.concurrent_requests).unwrap_or(u32::MAX / 64);
    let parts = u32::try_from(limits.core_instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_stacks(instances)
        // A component composed of an adapter and a plugin has two memories; few are.
        .total_memories(instances.saturating_mul(2))
        .total_tables(instances.saturating_mul(4))
        .total_core_instances(instances.saturating_mul(8))
        .max_core_instances_per_component(parts)
        .max_memories_per_component(4)
        .max_tables_per_component(16)
        .table_elements(limits.table_elements)
        .max_memory_size(limits.memory_bytes)
        .linear_memory_keep_resident(RESIDENT_BYTES.0)
        .table_keep_resident(RESIDENT_BYTES.1)
        .max_unused_warm_slots(WARM_SLOTS)
        .pagemap_scan(if swap_is_off() { Enabled::Auto } else { Enabled::No });
    pool
}

/// A page that was swapped out may be overlooked when a slot is cleaned by its page map, and would
/// then carry one request's data into the next one's instance.
fn swap_is_off() -> bool {
    std::fs::read_to_string("/proc/swaps").is_ok_and(|swaps| swaps.lines().count() <= 1)
}

/// Starts what interrupts guests of this engine.
pub(crate) fn ticker(engine: &Engine) -> Result<Arc<Ticker>, LoadError> {
    Ticker::start(engine).map_err(|error| LoadError::Engine(error.into()))
}
