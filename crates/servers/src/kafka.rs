//! Kafka: one node, broker and controller in one, by the jars of a registry.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Binaries, Error, ErrorKind, Launch, Ports, Running, Spec, running::absolute};

const NAME: &str = "kafka";
const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qg";
const LOGGING: &str = include_str!("kafka/log4j2.yaml");
const PROPERTIES: &str = include_str!("kafka/server.properties");

/// What it takes to run a broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The Java virtual machine, 17 or later.
    pub java: PathBuf,
    /// The folder with the jars.
    pub libs: PathBuf,
    /// Classes in the form that is loaded fast; optional.
    pub jsa: Option<PathBuf>,
    /// A formatted data folder to begin with.
    pub template: PathBuf,
}

/// A running broker.
pub type Kafka = Running<Broker>;

/// How it is launched.
#[derive(Debug)]
pub struct Broker {
    files: Files,
    folder: PathBuf,
    port: u16,
    properties: Vec<(String, String)>,
    archive: Option<PathBuf>,
}

impl Kafka {
    /// Serves the data below `dir`, which is empty at first, on this port and the next.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn start(binaries: &Binaries, dir: &Path, port: u16) -> Result<Self, Error> {
        Self::start_with(binaries, dir, port, &[])
    }

    /// The same with properties of the broker, such as `("num.partitions", "1")`.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn start_with(
        binaries: &Binaries,
        dir: &Path,
        port: u16,
        properties: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let files = binaries.kafka.clone().ok_or_else(|| {
            Error::new(NAME, ErrorKind::Missing, "no broker was provided; `cargo xtask` does that")
        })?;
        let properties =
            properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let folder = absolute(dir).join("kafka");
        Self::launch(Broker { files, folder, port, properties, archive: None }, dir)
    }

    /// For `bootstrap.servers`.
    #[must_use]
    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.spec.port)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.spec.port
    }
}

/// Makes what lets a broker start fast, in `folder`: a formatted data folder, and an archive of the
/// classes that it loads.
///
/// # Errors
/// When the data folder cannot be formatted. An archive that cannot be made is done without.
pub fn prepare(java: PathBuf, libs: PathBuf, folder: &Path) -> Result<Files, Error> {
    let template = folder.join("template");
    let files = Files { java, libs, jsa: None, template: template.clone() };
    let port = Ports::free().kafka;
    let work = folder.join("work");
    let broker = Broker {
        files: files.clone(),
        folder: work.join("kafka"),
        port,
        properties: vec![],
        archive: Some(folder.join("kafka.jsa")),
    };
    let system = |error| Error::system(NAME, "its files cannot be prepared", error);
    for old in [&work, &template] {
        let _ = fs::remove_dir_all(old);
    }
    broker.write_settings().map_err(system)?;
    let log = work.join("format.log");
    let output = fs::File::create(&log).map_err(system)?;
    let format = broker.java().args(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"]);
    let mut format = format.arg(broker.folder.join("server.properties")).command();
    format.stdout(output.try_clone().map_err(system)?).stderr(output);
    if !format.status().map_err(system)?.success() {
        return Err(Error::with_log(NAME, ErrorKind::Ended, "its data were not formatted", &log));
    }
    copy(&broker.folder.join("data"), &template).map_err(system)?;
    // The archive is written when the broker ends in its own way.
    let archive = broker.archive.clone();
    if let Ok(mut running) = Running::launch(broker, &work) {
        running.stop();
    }
    let _ = fs::remove_dir_all(&work);
    Ok(Files { jsa: archive.filter(|archive| archive.is_file()), ..files })
}

impl Spec for Broker {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn prepare(&self, _: &Path) -> Result<(), Error> {
        let system = |error| Error::system(NAME, "its data folder cannot be made", error);
        self.write_settings().map_err(system)?;
        let data = self.folder.join("data");
        if data.is_dir() { Ok(()) } else { copy(&self.files.template, &data).map_err(system) }
    }

    fn launch(&self) -> Launch {
        let java = match (&self.archive, &self.files.jsa) {
            (Some(archive), _) => {
                self.java().arg(format!("-XX:ArchiveClassesAtExit={}", archive.display()))
            }
            (None, Some(jsa)) => {
                self.java().arg(format!("-XX:SharedArchiveFile={}", jsa.display()))
            }
            (None, None) => self.java(),
        };
        java.arg("kafka.Kafka").arg(self.folder.join("server.properties"))
    }

    fn is_ready(&self, _: u32, log: &str) -> bool {
        log.contains("Kafka Server started")
    }
}

impl Broker {
    /// The machine and all jars, one by one and sorted: else the archive of classes does not fit.
    fn java(&self) -> Launch {
        let mut jars: Vec<_> = fs::read_dir(&self.files.libs)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.path().to_str().map(str::to_owned))
            .filter(|path| path.ends_with(".jar"))
            .collect();
        jars.sort();
        let logging = self.folder.join("log4j2.yaml");
        Launch::new(&self.files.java)
            .folder(&self.folder)
            .args(["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .args(["-XX:-UsePerfData", "-Djava.awt.headless=true"])
            .arg(format!("-Dlog4j2.configurationFile={}", logging.display()))
            .args(["-cp", &jars.join(":")])
    }

    fn write_settings(&self) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.folder.join("log4j2.yaml"), LOGGING)?;
        let mut text = PROPERTIES
            .replace("{port}", &self.port.to_string())
            .replace("{controller}", &(self.port + 1).to_string())
            .replace("{data}", &self.folder.join("data").display().to_string());
        // Of two lines with one name the last holds.
        for (name, value) in &self.properties {
            text.push_str(&format!("{name}={value}\n"));
        }
        fs::write(self.folder.join("server.properties"), text)
    }
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
