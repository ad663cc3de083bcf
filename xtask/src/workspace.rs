//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The folder of the workspace's manifest.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Finished components, one `<id>.wasm` each.
pub(crate) fn components() -> PathBuf {
    root().join("target/components")
}

/// Their native code, by hash.
pub(crate) fn compiled() -> PathBuf {
    components().join("cache")
}

/// Target folder of the wasm builds: another compiler must not disturb the native cache.
pub(crate) fn wasm_target() -> PathBuf {
    root().join("target/wasm")
}

/// The native binary of the profile that everything here uses.
pub(crate) fn taskloom() -> PathBuf {
    root().join("target/release/taskloom")
}
