//! A disk that can be full.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

const DISK_MIB: u32 = 256;

/// A small disk in memory. The mount is gone with the network and the processes of the namespace,
/// and when this is dropped.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
}

impl Disk {
    pub(super) fn mount(folder: &Path) -> Result<Self> {
        let path = folder.join("disk");
        let owner = fs::metadata(folder.join("postgres"))?;
        fs::create_dir(&path)?;
        let mut mount = Command::new("mount");
        mount.args([
            "-t",
            "tmpfs",
            "-o",
            &format!("size={DISK_MIB}m,mode=0711"),
            "taskloom-faults",
        ]);
        let mounted = mount.arg(&path).output().context("`mount` is missing")?;
        ensure!(
            mounted.status.success(),
            "no disk of its own for the database, which needs the namespace of `cargo xtask faults`: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        let disk = Self { path: path.join("tables") };
        fs::create_dir(&disk.path)?;
        chown(&disk.path, Some(owner.uid()), Some(owner.gid()))?;
        Ok(disk)
    }

    /// Where the tables are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn filler(&self) -> PathBuf {
        self.path.with_file_name("filler")
    }

    /// Not a byte is left.
    pub fn fill(&self) -> Result<()> {
        use std::io::Write;
        let mut file = fs::File::create(self.filler())?;
        for size in [1 << 20, 4096] {
            let piece = vec![1; size];
            while file.write_all(&piece).is_ok() {}
        }
        Ok(())
    }

    /// As it was.
    pub fn free(&self) {
        // It may not have been full.
        let _ = fs::remove_file(self.filler());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let mount = self.path.parent().unwrap_or(&self.path);
        let _ = Command::new("umount").arg("--lazy").arg(mount).output();
    }
}
