//! The Python whose packages tests ask for answers. `cargo xtask test` makes it.

use std::{
    env, fs,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    path::{Path, PathBuf},
};

/// The interpreter with the packages of `xtask/requirements.txt`: the one that `TASKLOOM_PYTHON`
/// names, else the one in the cache.
///
/// # Panics
/// When neither is there; the message says what makes it. A test without its oracle has no result.
pub fn python() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "the task runner says here which one to use")]
    let named = env::var_os("TASKLOOM_PYTHON").map(PathBuf::from);
    find(named, cached()).expect(
        "`cargo xtask test` installs the Python packages that tests ask; run it once, or name an \
         interpreter that has them by TASKLOOM_PYTHON",
    )
}

fn find(named: Option<PathBuf>, cached: Option<PathBuf>) -> Option<PathBuf> {
    named.or(cached).filter(|python| python.is_file())
}

/// Where `xtask/src/cached.rs` puts it; `None` until it is finished.
fn cached() -> Option<PathBuf> {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/requirements.txt");
    let text = fs::read_to_string(requirements).ok()?;
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text.as_str());
    let folder = env::home_dir()?.join(format!(".cache/taskloom/python-{hash:016x}"));
    folder.join("finished").is_file().then(|| folder.join("bin/python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_one_comes_first_and_one_that_is_not_there_is_none() {
        let here = PathBuf::from(file!()).file_name().map(PathBuf::from);
        let this = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(here.unwrap());
        let gone = PathBuf::from("/no/such/python");
        assert_eq!(find(Some(this.clone()), Some(gone.clone())), Some(this.clone()));
        assert_eq!(find(None, Some(this.clone())), Some(this.clone()));
        assert_eq!(find(Some(gone), Some(this)), None);
        assert_eq!(find(None, None), None);
    }
}
