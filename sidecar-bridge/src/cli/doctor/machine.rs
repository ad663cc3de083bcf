//! What a start needs of the machine: disk, clock, and the libraries in this program.

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use chrono::{DateTime, Datelike, Utc};

use super::Check;

/// Below this, SQLite soon cannot write any more.
const DISK_MIN_BYTES: u64 = 256 << 20;
/// The first SQLite without the known faults of WAL recovery.
const SQLITE_MIN: [u32; 3] = [3, 51, 3];
/// No clock is right that shows an earlier year than this program was made in.
const YEAR_MIN: i32 = 2025;
/// How long the two clocks are compared, and by how much they may differ.
const CLOCK_FOR: Duration = Duration::from_millis(50);
const CLOCK_DRIFT_MAX: Duration = Duration::from_millis(10);

pub(super) fn disk(data_dir: &Path) -> Check {
    const NAME: &str = "disk";
    let folder = data_dir.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let detail = format!("{} MiB are free", free >> 20);
            if free < DISK_MIN_BYTES {
                Check::failed(NAME, format!("{detail}; {} are needed", DISK_MIN_BYTES >> 20))
            } else {
                Check::ok(NAME, detail)
            }
        }
        Err(error) => Check::warning(NAME, format!("the free space cannot be read: {error}")),
    }
}

pub(super) fn sqlite() -> Check {
    const NAME: &str = "SQLite";
    let version = host::sqlite::sqlite_version();
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() >= SQLITE_MIN.as_slice() {
        return Check::ok(NAME, version);
    }
    let [major, minor, patch] = SQLITE_MIN;
    Check::failed(NAME, format!("{version} is older than {major}.{minor}.{patch}"))
}

/// Reminders follow the wall clock; pauses follow the monotonic one. Both have to go alike.
pub(super) fn clock() -> Check {
    const NAME: &str = "clock";
    let (wall, monotonic) = (SystemTime::now(), Instant::now());
    std::thread::sleep(CLOCK_FOR);
    let passed = wall.elapsed().unwrap_or_default();
    let drift = passed.abs_diff(monotonic.elapsed());
    let now: DateTime<Utc> = wall.into();
    if now.year() < YEAR_MIN {
        return Check::failed(NAME, format!("it is not {}", now.format("%Y-%m-%d")));
    }
    if drift > CLOCK_DRIFT_MAX {
        let detail = format!("the wall clock moved by {} ms beside the other", drift.as_millis());
        return Check::warning(NAME, detail);
    }
    Check::ok(NAME, now.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

pub(super) fn time_zones() -> Check {
    Check::ok("time zones", format!("IANA {}, bundled", domain::zone::database_version()))
}
