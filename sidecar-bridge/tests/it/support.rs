//! A home for each test: a data folder, the binary, and plain HTTP to a server that it started.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes, so that a hang is a failure and not a mystery.
const PATIENCE: Duration = Duration::from_secs(60);

/// The components that `spin.toml` names.
pub(crate) const COMPONENTS: &[&str] = &["tasks", "recurrence", "reminders"];

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The repository's manifest, once its components are built.
pub(crate) fn manifest() -> PathBuf {
    for name in COMPONENTS {
        let file = root().join(format!("target/components/{name}.wasm"));
        assert!(file.exists(), "there is no {}: run `cargo xtask wasm` first", file.display());
    }
    root().join("spin.toml")
}

/// Machine code is made once for all tests.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cwasm")
}

/// A folder that is gone when the test is.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// The binary in this folder, with nothing from the outside.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taskloom"));
        command.current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("TASKLOOM_DATA_DIR", self.data());
        command.args(args);
        command
    }

    /// The same, with the application.
    pub(crate) fn with_components(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("TASKLOOM_MANIFEST", manifest()).env("TASKLOOM_CACHE_DIR", cache());
        command
    }

    /// What a command prints that needs no components and succeeds.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> String {
        ok(&self.command(args).output().unwrap())
    }

    /// What a command prints that needs components and succeeds.
    #[track_caller]
    pub(crate) fn app(&self, args: &[&str]) -> String {
        ok(&self.with_components(args).output().unwrap())
    }

    /// Starts `taskloom up` on free ports and waits until it says that it is up.
    pub(crate) fn up(&self) -> Server {
        self.up_with(&[])
    }

    pub(crate) fn up_with(&self, args: &[&str]) -> Server {
        let ports = ["up", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        Server::start(self.with_components(&[&ports, args].concat()), "try ")
    }

    pub(crate) fn token(&self, user: &str) -> String {
        self.run(&["token", "--user", user]).trim().to_owned()
    }
}

/// Standard output of a command that has to succeed.
#[track_caller]
pub(crate) fn ok(output: &Output) -> String {
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{error}", output.status);
    out
}

/// One sentence on standard error, nothing on standard output, and this exit code.
#[track_caller]
pub(crate) fn refused(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(text(&output.stdout), "", "a refusal prints nothing else");
    let sentence = error.strip_prefix("taskloom: ").unwrap_or_else(|| panic!("{error}"));
    assert_eq!(sentence.trim_end().lines().count(), 1, "{error}");
    assert!(!error.contains("panicked"), "{error}");
    sentence.trim_end().to_owned()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running `taskloom up`; killed when the test lets go of it.
pub(crate) struct Server {
    child: Child,
    /// What it said on standard output.
    pub(crate) said: Vec<String>,
    /// `127.0.0.1:4711`
    pub(crate) api: String,
    pub(crate) admin: String,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    /// Waits for the line that begins with `last`.
    pub(crate) fn start(mut command: Command, last: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = Vec::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(Ok(line)) = lines.next() {
            let is_last = line.trim_start().starts_with(last);
            said.push(line);
            if is_last {
                break;
            }
        }
        let mut address = |name: &str| {
            let line = said.iter().find(|line| line.trim_start().starts_with(name));
            let line = line.unwrap_or_else(|| {
                let mut error = String::new();
                child.stderr.as_mut().unwrap().read_to_string(&mut error).unwrap();
                panic!("the server did not come up: {error}")
            });
            line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned()
        };
        let (api, admin) = (address("stream"), address("metrics"));
        Self { child, said, api, admin }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Its exit code and all it logged.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }

    /// One request with a token for `user`.
    pub(crate) fn send(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n",
            body.len()
        );
        exchange(&self.api, method, path, &head, body.as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, as many tests want it to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A connection with patience.
pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// One request on a connection of its own; `head` holds whole header lines.
pub(crate) fn exchange(address: &str, method: &str, path: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = connect(address);
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{head}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    // A server that refuses what is announced may hang up before it has read the body.
    let _ = stream.write_all(body);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunk(body) } else { body.to_owned() };
    Answer { status, head: head.to_owned(), body }
}

fn unchunk(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, more)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        body.push_str(&more[..size]);
        rest = more[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    body
}
