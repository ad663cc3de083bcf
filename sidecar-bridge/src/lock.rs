//! One process at a time owns a data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// Why the folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("the data folder `{}` is in use by {}", folder.display(), named(*.owner))]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Its id, once it has written it down.
        owner: Option<u32>,
    },
    /// The system does not let us write there.
    #[error("the data folder `{}` cannot be written", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
}

/// The data folder is ours as long as this lives; the system takes the lock back when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Makes the folder when it is missing and takes it.
pub fn acquire(folder: &Path) -> Result<Lock, LockError> {
    let failed = |cause| LockError::Folder { folder: folder.to_owned(), cause };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let owner = read_owner(&mut file).map_err(failed)?;
            return Err(LockError::InUse { folder: folder.to_owned(), owner });
        }
        Err(TryLockError::Error(cause)) => return Err(failed(cause)),
    }
    write_pid(&mut file).map_err(failed)?;
    Ok(Lock { _file: file })
}

/// The owner writes its id down right after it took the lock, so that it may not be there yet.
fn read_owner(file: &mut File) -> std::io::Result<Option<u32>> {
    let mut pid = String::new();
    file.read_to_string(&mut pid)?;
    Ok(pid.trim().parse().ok())
}

fn named(owner: Option<u32>) -> String {
    owner.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/data");
        let first = acquire(&folder).unwrap();
        let refused = acquire(&folder).unwrap_err().to_string();
        let pid = std::process::id();
        let name = folder.display();
        assert_eq!(refused, format!("the data folder `{name}` is in use by process {pid}"));
        drop(first);
        acquire(&folder).unwrap();
    }

    #[test]
    fn a_file_in_the_folders_place_is_told() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        let refused = acquire(&file).unwrap_err();
        assert!(matches!(refused, LockError::Folder { .. }), "{refused}");
    }
}
