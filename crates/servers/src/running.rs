//! What all servers have in common: a folder, a log, and a process that comes and goes.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{Error, ErrorKind, process::Process, spawn::Launch};

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One kind of server: how it is launched and what shows that it is ready.
pub trait Spec: std::fmt::Debug {
    /// Its name, also that of its log.
    fn name(&self) -> String;
    /// Makes what must be there before each start.
    ///
    /// # Errors
    /// When it cannot.
    fn prepare(&self, log: &Path) -> Result<(), Error>;
    /// What is started.
    fn launch(&self) -> Launch;
    /// Whether it serves; `log` is what it has written since this start.
    fn is_ready(&self, id: u32, log: &str) -> bool;
    /// How long it may take until then, on a busy machine.
    fn patience(&self) -> Duration {
        Duration::from_secs(90)
    }
    /// Whether it is asked to end by SIGINT; by SIGTERM otherwise.
    fn ends_by_interrupt(&self) -> bool {
        false
    }
}

/// A server. Dropping it kills it.
#[derive(Debug)]
pub struct Running<S: Spec> {
    pub(crate) spec: S,
    log: PathBuf,
    process: Option<Process>,
}

impl<S: Spec> Running<S> {
    /// Starts it and waits until it serves. `folder` keeps its log.
    ///
    /// # Errors
    /// When it ends by itself or is not ready in time; then nothing is left of it.
    pub fn launch(spec: S, folder: &Path) -> Result<Self, Error> {
        let name = spec.name();
        fs::create_dir_all(folder)
            .map_err(|error| Error::system(&name, "its folder cannot be made", error))?;
        let log = folder.join(format!("{name}.log"));
        let mut running = Self { spec, log, process: None };
        running.begin()?;
        Ok(running)
    }

    /// Starts it again after `stop` or `kill`, with the data it had. Nothing happens while it runs.
    ///
    /// # Errors
    /// As for the first start.
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.is_running() {
            return Ok(());
        }
        // What a server that ended by itself may have left behind.
        self.process = None;
        let name = self.spec.name();
        self.spec.prepare(&self.log)?;
        let system = |what: &str| {
            let (name, what) = (name.clone(), what.to_owned());
            move |error| Error::system(&name, what, error)
        };
        let output = append(&self.log).map_err(system("its log cannot be written"))?;
        let from = output.metadata().map_or(0, |file| file.len());
        let child = self.spec.launch().spawn(output).map_err(system("did not start"))?;
        let process = self.process.insert(Process::new(child));
        let deadline = Instant::now() + self.spec.patience();
        loop {
            if self.spec.is_ready(process.id(), &since(&self.log, from)) {
                return Ok(());
            }
            let failure = match process.ended() {
                Some(status) => Some((ErrorKind::Ended, format!("ended by itself ({status})"))),
                None if Instant::now() >= deadline => {
                    let seconds = self.spec.patience().as_secs();
                    Some((ErrorKind::NotReady, format!("was not ready within {seconds} s")))
                }
                None => None,
            };
            if let Some((kind, what)) = failure {
                self.process = None;
                return Err(Error::with_log(&name, kind, &what, &self.log));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Asks it to end as an operator would; kills it when it has not within 30 s.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let interrupt = self.spec.ends_by_interrupt();
            let signal = if interrupt { Signal::INT } else { Signal::TERM };
            process.end(signal, Duration::from_secs(30));
        }
    }

    /// Kills it and everything that it started, as a crash would. All of it is gone afterwards.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Kills it and starts it again.
    ///
    /// # Errors
    /// As for the first start.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        self.begin()
    }

    /// Holds all of it where it is: connections stay, answers do not come.
    pub fn freeze(&mut self) {
        if let Some(process) = &mut self.process {
            process.signal_all(Signal::STOP);
        }
    }

    /// Lets it go on after `freeze`.
    pub fn thaw(&mut self) {
        if let Some(process) = &mut self.process {
            process.signal_all(Signal::CONT);
        }
    }

    /// Whether its process runs; that it answers is another question.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    /// The id of its process, while there is one.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// The file with all that it has said.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }
}

/// Servers run in folders of their own, where a relative path would mean another place.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn append(log: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(log)
}

fn since(log: &Path, from: u64) -> String {
    let text = fs::read(log).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(text.len());
    String::from_utf8_lossy(&text[from..]).into_owned()
}

#[cfg(test)]
mod tests;
