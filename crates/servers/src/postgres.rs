//! Postgres: a cluster of its own, reached by TCP, without passwords.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{Binaries, Error, ErrorKind, Launch, Running, Spec, running::absolute};

const NAME: &str = "postgres";
/// Made together with the cluster, beside `postgres`.
const DATABASE: &str = "taskloom";
/// Postgres refuses to run as root: whoever of them is in `/etc/passwd` takes its place.
const USERS: &[&str] = &["postgres", "nobody"];

/// A running Postgres.
pub type Postgres = Running<Cluster>;

/// How it is launched.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Makes a cluster below `dir`, or takes the one that is there, and serves it on this port. Nothing
    /// acknowledged is lost by a crash.
    ///
    /// # Errors
    /// When it cannot be made or does not get ready.
    pub fn start(binaries: &Binaries, dir: &Path, port: u16) -> Result<Self, Error> {
        Self::start_with(binaries, dir, port, &[])
    }

    /// The same with settings of `postgresql.conf`, such as `("fsync", "off")`.
    ///
    /// # Errors
    /// When it cannot be made or does not get ready.
    pub fn start_with(
        binaries: &Binaries,
        dir: &Path,
        port: u16,
        settings: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let bin = binaries.postgres_bin.clone();
        let is_root = rustix::process::geteuid().is_root();
        let user = if is_root { Some(someone_else()?) } else { None };
        let settings =
            settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self::launch(
            Cluster { bin, data: absolute(dir).join("postgres"), port, settings, user },
            dir,
        )
    }

    /// The URL of a database, as its superuser.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.spec.port)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.spec.port
    }
}

impl Spec for Cluster {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn prepare(&self, log: &Path) -> Result<(), Error> {
        let made = self.data.join("made");
        if made.is_file() {
            return Ok(());
        }
        if !self.bin.join("initdb").is_file() {
            let what = format!("no `initdb` in `{}`", self.bin.display());
            return Err(Error::new(NAME, ErrorKind::Missing, what));
        }
        let system = |error| Error::system(NAME, "its data folder cannot be made", error);
        let _ = fs::remove_dir_all(&self.data);
        fs::create_dir_all(&self.data).map_err(system)?;
        fs::set_permissions(&self.data, fs::Permissions::from_mode(0o700)).map_err(system)?;
        if let Some((user, group)) = self.user {
            chown(&self.data, Some(user), Some(group)).map_err(system)?;
            open_the_way(&self.data)?;
        }
        let data = self.data.as_os_str();
        let init = self.program("initdb").arg("-D").arg(data);
        let init = init.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        run(&init.args(["--no-instructions", "--no-sync"]), None, log)?;
        let single = self.program("postgres").args(["--single", "-F", "-D"]).arg(data);
        let create = format!("CREATE DATABASE {DATABASE}\n");
        run(&single.arg("postgres"), Some(&create), log)?;
        fs::write(&made, "").map_err(system)
    }

    fn launch(&self) -> Launch {
        let port = self.port.to_string();
        let fixed = [
            ("listen_addresses", "127.0.0.1"),
            ("port", &port),
            // Paths of sockets may be 107 bytes long at most; folders of tests may be longer.
            ("unix_socket_directories", ""),
            ("max_connections", "300"),
            ("log_line_prefix", "%m [%p] %d "),
        ];
        let given = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let settings = fixed.into_iter().chain(given);
        let settings: Vec<_> = settings.map(|(name, value)| format!("--{name}={value}")).collect();
        self.program("postgres").arg("-D").arg(&self.data).args(settings)
    }

    /// Its own file says so, as it does to `pg_ctl`: the first line is the process, the last its state.
    fn is_ready(&self, id: u32, _: &str) -> bool {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        let mut lines = file.lines();
        lines.next() == Some(&id.to_string()) && lines.any(|line| line.trim() == "ready")
    }

    fn patience(&self) -> Duration {
        // Recovery after a crash under load takes its time.
        Duration::from_secs(120)
    }

    fn ends_by_interrupt(&self) -> bool {
        true
    }
}

impl Cluster {
    fn program(&self, name: &str) -> Launch {
        Launch::new(self.bin.join(name)).user(self.user).folder(Path::new("/"))
    }
}

/// Runs to the end, with its output in the log.
fn run(launch: &Launch, input: Option<&str>, log: &Path) -> Result<(), Error> {
    use std::io::Write;
    let work = || -> std::io::Result<bool> {
        let output = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut command: Command = launch.command();
        command.stdin(Stdio::piped()).stdout(output.try_clone()?).stderr(output);
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.unwrap_or_default().as_bytes())?;
        }
        Ok(child.wait()?.success())
    };
    match work() {
        Ok(true) => Ok(()),
        Ok(false) => {
            let what = "its data could not be laid out";
            Err(Error::with_log(NAME, ErrorKind::Ended, what, log))
        }
        Err(error) => Err(Error::system(NAME, "its data could not be laid out", error)),
    }
}

/// Ids of the first of [`USERS`] that there is, and of its group.
fn someone_else() -> Result<(u32, u32), Error> {
    let users = fs::read_to_string("/etc/passwd")
        .map_err(|error| Error::system(NAME, "`/etc/passwd` cannot be read", error))?;
    USERS.iter().find_map(|name| ids(&users, name)).ok_or_else(|| {
        let what = "it refuses to run as root, and there is no user `postgres`";
        Error::new(NAME, ErrorKind::Missing, what)
    })
}

fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let mut fields = line.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Temporary folders are closed to other users: they may pass through, but not look around.
fn open_the_way(data: &Path) -> Result<(), Error> {
    let temporary = std::env::temp_dir();
    for folder in data.ancestors().skip(1) {
        let system = |error| Error::system(NAME, "its data folder cannot be reached", error);
        let found = fs::metadata(folder).map_err(system)?;
        if found.mode() & 0o001 != 0 {
            continue;
        }
        if !folder.starts_with(&temporary) || folder == temporary {
            let what = format!(
                "it refuses to run as root, and no other user can pass through `{}`; choose a \
                 folder below `{}`",
                folder.display(),
                temporary.display()
            );
            return Err(Error::new(NAME, ErrorKind::System, what));
        }
        let mode = fs::Permissions::from_mode((found.mode() & 0o7777) | 0o011);
        fs::set_permissions(folder, mode).map_err(system)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "postgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(ids(users, "postgres"), Some((101, 104)));
        assert_eq!(ids(users, "nobody"), None);
    }

    #[test]
    fn a_programs_absence_is_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let binaries = Binaries::postgres("/nowhere".into());
        let error = Postgres::start(&binaries, folder.path(), 1).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Missing);
        assert_eq!(error.to_string(), "postgres: no `initdb` in `/nowhere`");
    }
}
