//! A Postgres of the test's own, with certificates of the test's own.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Stopped and gone with the test.
pub(crate) struct Server {
    process: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Server {
    /// Starts one that speaks TLS with this certificate.
    pub(crate) fn start(certificate: &str, key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        give_away(&data);
        let made = as_postgres("initdb")
            .args(["--no-sync", "--no-instructions", "-A", "trust", "-U", "postgres", "-D"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = data.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            give_away(&path);
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = as_postgres("postgres");
        command.arg("-D").arg(&data);
        for setting in [
            "ssl=on",
            "fsync=off",
            "listen_addresses=127.0.0.1",
            &format!("port={port}"),
            &format!("unix_socket_directories={}", data.display()),
        ] {
            command.args(["-c", setting]);
        }
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Self { process, folder, port }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its immediate shutdown: the children go too, which they would not with a kill.
        if let Some(pid) = rustix::process::Pid::from_raw(self.process.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
        }
        let _ = self.process.wait();
    }
}

/// A program of the newest Postgres here; it does not run as root.
fn as_postgres(program: &str) -> Command {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|found| found.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    versions.sort();
    let bin = versions.pop().expect("there is no Postgres in /usr/lib/postgresql: install it");
    let program = bin.join("bin").join(program);
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command.current_dir("/");
    command
}

/// Makes the file the server's, when the server is not us.
fn give_away(path: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let id = |flag: &str| {
        let output = Command::new("id").args([flag, "postgres"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim().parse::<u32>().expect("there is a user called postgres")
    };
    chown(path, Some(id("-u")), Some(id("-g"))).unwrap();
}
