//! What the harnesses share that run the real binary and kill it: where it is, what became of its
//! files and the events in them, and a client of the stream that comes back after every kill.

mod files;
mod follower;
mod promised;

use std::path::Path;

use anyhow::Result;
use conformance::Setup;

pub(crate) use files::{check_integrity, file, settle};
pub(crate) use follower::{End, follow};

/// The real binary with the application of this checkout.
pub(crate) fn setup() -> Result<Setup> {
    Ok(Setup {
        taskloom: env!("CARGO_BIN_EXE_taskloom").into(),
        manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml").canonicalize()?,
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")),
        log: "warn",
    })
}

/// A number that whoever runs the harness may set.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration file")]
    let value = std::env::var(name).ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(default)
}
