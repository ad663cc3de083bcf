//! A network of its own: only loopback, and every process in it ends with its first one.
//!
//! Dapr's scheduler shows its health on all interfaces, and sidecars find each other by multicast:
//! neither shall reach, or be reached by, anyone else.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::program::{self, Program};

const UNSHARE: Program = Program {
    what: "`unshare`",
    find: || program::in_path("unshare"),
    packages: &["util-linux"],
    otherwise: "",
};
const IP: Program = Program {
    what: "`ip`",
    find: || program::in_path("ip"),
    packages: &["iproute2"],
    otherwise: "",
};

const FLAGS: &[&str] = &["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
/// Who is not root becomes master of a network in a namespace of users, and stays who they are:
/// Postgres refuses to run as root even there.
const FLAGS_OF_A_USER: &[&str] = &["--user", "--map-current-user", "--keep-caps"];
/// `$0` is `ip`.
const SCRIPT: &str = "\"$0\" link set lo up && \"$0\" link set lo multicast on && \
                      \"$0\" route add 224.0.0.0/4 dev lo && exec \"$@\"";

/// The command that runs another one in such a network.
pub(crate) fn command<A: AsRef<OsStr>>(
    program: &Path,
    args: impl IntoIterator<Item = A>,
) -> Result<Command> {
    let ip = IP.provide()?;
    let mut command = unshare()?;
    command.args(["--", "sh", "-c", SCRIPT]).arg(ip).arg(program).args(args);
    Ok(command)
}

/// Says in one sentence why there can be no such network, when that is so.
pub(crate) fn check() -> Result<()> {
    let out = command(Path::new("true"), [""; 0])?.output().context("`unshare` did not start")?;
    if !out.status.success() {
        bail!(
            "real servers need a network of their own, which this machine does not allow ({}): \
             run as root, or allow user namespaces",
            String::from_utf8_lossy(&out.stderr).trim().replace('\n', "; ")
        );
    }
    Ok(())
}

/// The command that runs another one in the network of a process in it.
pub(crate) fn join(id: u32, program: &str, args: &[String]) -> Command {
    let mut command = Command::new(program::in_path("nsenter").unwrap_or("nsenter".into()));
    command.args(["--target", &id.to_string(), "--net", "--pid", "--mount"]);
    if !is_root() {
        command.args(["--user", "--preserve-credentials"]);
    }
    // Mount namespaces bring their own working folder.
    command.arg(format!("--wd={}", std::env::current_dir().unwrap_or_default().display()));
    command.arg("--").arg(program).args(args);
    command
}

fn unshare() -> Result<Command> {
    let mut command = Command::new(UNSHARE.provide()?);
    command.args(FLAGS);
    if !is_root() {
        command.args(FLAGS_OF_A_USER);
    }
    Ok(command)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n")
}

/// This program, also when it was built anew while it runs.
pub(crate) fn ourselves() -> Result<PathBuf> {
    let path = std::env::current_exe()?;
    let text = path.to_string_lossy();
    Ok(PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(&text)))
}

// `--without-servers` leaves them out by this name.
#[cfg(test)]
mod in_a_network_of_its_own {
    use super::*;

    #[test]
    fn there_is_loopback_alone_and_all_ends_with_the_first_process() {
        check().unwrap();
        let script =
            "ip -o link | wc -l; ip -o -4 addr show lo | grep -c 127.0.0.1; echo $$; sleep 600 &";
        let out = command(Path::new("sh"), ["-c", script]).unwrap().output().unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout), "1\n1\n1\n");
    }
}
