//! Folders in `~/.cache/taskloom` that are made once: what tests and peers need from registries.

use std::{
    fs::{self, File},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The folder of this kind for what `source` lists, filled by `make` when it is not finished. Whoever
/// wants it at the same time waits. Says nothing when it is there.
pub(crate) fn folder(
    kind: &str,
    source: &str,
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let home = std::env::home_dir().with_context(|| format!("no home folder to keep {kind} in"))?;
    let folder = place(&home.join(".cache/taskloom"), kind, source);
    // Written last: a run that was cut off leaves no half folder behind.
    let finished = folder.join("finished");
    if finished.is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    if !finished.is_file() {
        make(&folder)?;
        fs::write(finished, "")?;
    }
    Ok(folder)
}

/// Where it lies. `testkit::python` knows the same rule.
fn place(cache: &Path, kind: &str, source: &str) -> PathBuf {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(source);
    cache.join(format!("{kind}-{hash:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_source_lives_in_another_folder() {
        let cache = Path::new("/cache");
        assert_ne!(place(cache, "python", "a==1"), place(cache, "python", "a==2"));
        assert_ne!(place(cache, "python", "a==1"), place(cache, "node", "a==1"));
        assert_eq!(place(cache, "python", "a==1"), place(cache, "python", "a==1"));
    }
}
