//! The Python with the receivers' libraries.

use std::path::PathBuf;

/// The interpreter, which has the packages of `xtask/requirements.txt`.
pub(crate) fn python() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "the task runner says here which one to use")]
    let named = std::env::var_os("TASKLOOM_PYTHON").map(PathBuf::from);
    let home = std::env::home_dir().unwrap_or_default();
    let python = named.unwrap_or_else(|| home.join(".cache/taskloom/notify-venv/bin/python"));
    assert!(python.is_file(), "no Python with the packages of the receivers");
    python
}
