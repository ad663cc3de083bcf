//! Whose the folder of machine code is. What lies there runs as we do, outside of every sandbox, and
//! its name can be foretold: so nobody else may be able to put it there.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::Path,
};

/// Rights of others to write.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;

/// Makes the folder when it is missing, and refuses one that others can write to.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    check(&fs::metadata(path)?, "the folder")
}

/// Refuses a file that others can write to.
pub(super) fn file(file: &File) -> io::Result<()> {
    check(&file.metadata()?, "the file")
}

/// Ours or root's, and nobody else's to change.
fn check(found: &Metadata, what: &str) -> io::Result<()> {
    let is_ours = found.uid() == ROOT || found.uid() == rustix::process::geteuid().as_raw();
    if !is_ours {
        return Err(refused(format!("{what} belongs to another user")));
    }
    if found.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(refused(format!("others may write to {what}; take that right from them")));
    }
    Ok(())
}

fn refused(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
