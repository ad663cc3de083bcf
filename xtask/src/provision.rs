//! Finds or gets a compiler that can build for `wasm32-wasip1`.
//!
//! rustup's target where it can be had; else, on Debian as root, Debian's own `rustc-web` with its
//! standard library built from source; else one sentence that says what to install.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{debian, step::step};

/// The target of all components: a core module that becomes a WASI 0.2 component afterwards.
pub(crate) const TARGET: &str = "wasm32-wasip1";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "rust-web-src", "wasi-libc"];
/// How long rustup's server may take before we look elsewhere.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(180);

/// A way to build for wasm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// rustup's compiler and its prebuilt standard library.
    Rustup,
    /// Debian's compiler; the standard library is built once per target folder.
    Debian {
        /// rustup's `rust-lld`, since Debian's compiler brings no linker for wasm.
        linker: PathBuf,
    },
}

/// What the decision depends on; tests answer for another machine.
trait Machine {
    fn rustup_target_is_there(&self) -> bool;
    fn add_rustup_target(&self) -> bool;
    fn debian_packages_are_there(&self) -> bool;
    fn is_debian_as_root(&self) -> bool;
    fn install_debian_packages(&self) -> Result<()>;
    fn linker(&self) -> Result<PathBuf>;
}

/// Finds a toolchain, installing what is missing. Says nothing when all is there.
pub(crate) fn toolchain() -> Result<Toolchain> {
    choose(&ThisMachine)
}

fn choose(machine: &impl Machine) -> Result<Toolchain> {
    if machine.rustup_target_is_there() || machine.add_rustup_target() {
        return Ok(Toolchain::Rustup);
    }
    if !machine.debian_packages_are_there() {
        if !machine.is_debian_as_root() {
            bail!(
                "no compiler for {TARGET}: run `rustup target add {TARGET}`, or on Debian as root \
                 `apt-get install {}`",
                DEBIAN_PACKAGES.join(" ")
            );
        }
        machine.install_debian_packages()?;
    }
    Ok(Toolchain::Debian { linker: machine.linker()? })
}

impl Toolchain {
    /// Makes a `cargo build` command one for wasm.
    pub(crate) fn apply(&self, command: &mut Command) {
        let flags = flags();
        command.args(["--target", TARGET]).arg("--target-dir").arg(crate::workspace::wasm_target());
        match self {
            Self::Rustup => {
                command.env("RUSTFLAGS", flags);
            }
            Self::Debian { linker } => {
                command
                    .arg("-Zbuild-std=std,panic_abort")
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTFLAGS", format!("-L native=/usr/lib/wasm32-wasi {flags}"))
                    .env("CARGO_TARGET_WASM32_WASIP1_LINKER", linker);
            }
        }
    }
}

/// What the compiler is told for every component.
fn flags() -> String {
    // The stack lies in linear memory and is wiped for each instance: small is fast.
    let mut flags = vec!["-C link-arg=-zstack-size=262144".to_owned()];
    // Messages of panics name source files; where those lay when it was built is nobody's business.
    let root = crate::workspace::root().to_path_buf();
    let cargo = std::env::home_dir().map(|home| home.join(".cargo"));
    for (folder, name) in [(Some(root), "taskloom"), (cargo, "cargo")] {
        let folder = folder.map(|folder| folder.display().to_string());
        // Cargo splits these flags at spaces.
        if let Some(folder) = folder.filter(|folder| !folder.contains(' ')) {
            flags.push(format!("--remap-path-prefix={folder}={name}"));
        }
    }
    flags.join(" ")
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn rustup_target_is_there(&self) -> bool {
        sysroot().is_ok_and(|root| root.join("lib/rustlib").join(TARGET).join("lib").is_dir())
    }

    fn add_rustup_target(&self) -> bool {
        let adding = format!("adding rustup's target {TARGET}");
        let result = step(&adding, || {
            let mut command = Command::new("rustup");
            command.args(["target", "add", TARGET]).stdin(Stdio::null());
            within(RUSTUP_PATIENCE, &mut command)
        });
        result.is_ok() && self.rustup_target_is_there()
    }

    fn debian_packages_are_there(&self) -> bool {
        Path::new(DEBIAN_RUSTC).is_file()
            && Path::new(DEBIAN_SOURCE).is_dir()
            && Path::new("/usr/lib/wasm32-wasi").is_dir()
    }

    fn is_debian_as_root(&self) -> bool {
        debian::is_debian_as_root()
    }

    fn install_debian_packages(&self) -> Result<()> {
        debian::install("Debian's compiler for wasm", DEBIAN_PACKAGES)
    }

    fn linker(&self) -> Result<PathBuf> {
        let lld = sysroot()?.join("lib/rustlib").join(host()?).join("bin/rust-lld");
        if !lld.is_file() {
            bail!("rust-lld is missing from the Rust toolchain: install a toolchain by rustup");
        }
        Ok(lld)
    }
}

fn sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(rustc(&["--print", "sysroot"])?.trim()))
}

fn host() -> Result<String> {
    let version = rustc(&["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

fn rustc(args: &[&str]) -> Result<String> {
    let out = Command::new("rustc").args(args).output().context("rustc did not start")?;
    Ok(String::from_utf8(out.stdout)?)
}

/// Runs a command that may hang on a network.
fn within(patience: Duration, command: &mut Command) -> Result<()> {
    let mut child = command.spawn()?;
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("{status}");
        }
        if Instant::now() >= deadline {
            child.kill()?;
            bail!("no answer within {} s", patience.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests;
