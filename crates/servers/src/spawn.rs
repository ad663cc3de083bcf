//! Processes that do not outlive the one that started them, even when that is killed.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        mpsc::{self, Sender},
    },
};

const SETPRIV: &[&str] = &["/usr/bin/setpriv", "/bin/setpriv"];

/// What is started, how and as whom.
#[derive(Debug, Clone)]
pub struct Launch {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(String, OsString)>,
    folder: Option<PathBuf>,
    user: Option<(u32, u32)>,
}

impl Launch {
    /// A program without arguments.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), args: vec![], env: vec![], folder: None, user: None }
    }

    /// More arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// One more argument.
    #[must_use]
    pub fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    /// A variable of its environment; it inherits the rest.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The folder that it runs in.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// The ids of user and group that it runs as, when it shall give up being root.
    #[must_use]
    pub(crate) fn user(mut self, user: Option<(u32, u32)>) -> Self {
        self.user = user;
        self
    }

    /// A command that may outlive us; for what is waited for.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        self.dress(&mut command);
        command
    }

    /// Starts it in a process group of its own.
    pub(crate) fn spawn(&self, output: std::fs::File) -> io::Result<Child> {
        let mut command = match SETPRIV.iter().find(|setpriv| Path::new(setpriv).is_file()) {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL", "--"]).arg(&self.program).args(&self.args);
                command
            }
            None => return from_a_lasting_thread(self.grouped(self.command(), output)?),
        };
        self.dress(&mut command);
        from_a_lasting_thread(self.grouped(command, output)?)
    }

    fn dress(&self, command: &mut Command) {
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
    }

    fn grouped(&self, mut command: Command, output: std::fs::File) -> io::Result<Command> {
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        Ok(command)
    }
}

/// The system ends such a process together with the *thread* that started it, and tests run each in a
/// thread of its own: so one thread, which lasts as long as the process, starts them all.
fn from_a_lasting_thread(command: Command) -> io::Result<Child> {
    type Job = (Command, Sender<io::Result<Child>>);
    static STARTER: LazyLock<io::Result<Sender<Job>>> = LazyLock::new(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        let work = move || {
            for (mut command, answer) in jobs {
                // Whoever asked is waiting for the answer.
                let _ = answer.send(command.spawn());
            }
        };
        std::thread::Builder::new().name("servers".to_owned()).spawn(work)?;
        Ok(sender)
    });
    let gone = || io::Error::other("the thread that starts servers is gone");
    let (answer, child) = mpsc::channel();
    let starter = STARTER.as_ref().map_err(|_| gone())?;
    starter.send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}
