//! Core module -> component -> composed component, in memory.

use anyhow::{Context, Result, anyhow};
use wac_graph::{CompositionGraph, EncodeOptions, types::Package};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

/// Wraps a `wasm32-wasip1` module as a WASI 0.2 component.
pub(crate) fn from_module(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?
        .validate(true)
        .encode()
        .context("making a component of the module")
}

/// Gives `socket` the exports of `plug` for its imports of the same name.
pub(crate) fn compose(socket: &[u8], plug: &[u8]) -> Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str, bytes: &[u8]| -> Result<_> {
        let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut())?;
        Ok(graph.register_package(package)?)
    };
    let socket = register("taskloom:socket", socket)?;
    let plug = register("taskloom:plug", plug)?;
    wac_graph::plug(&mut graph, vec![plug], socket)
        .map_err(|error| anyhow!(error))
        .context("the plugin exports nothing that the adapter imports")?;
    Ok(graph.encode(EncodeOptions::default())?)
}
