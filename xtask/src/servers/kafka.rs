//! Kafka: jars named by `TASKLOOM_KAFKA_LIBS` or fetched by Maven, and a machine that runs them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use servers::KafkaFiles;

use super::program::{self, Program};
use crate::{
    cached,
    step::{step, succeed},
    workspace,
};

const VARIABLE: &str = "TASKLOOM_KAFKA_LIBS";
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/// The broker's jars are made for this one and later ones.
const JAVA: Program = Program {
    what: "Java virtual machine 17 or later",
    find: java,
    packages: &["openjdk-17-jre-headless"],
    otherwise: "",
};
const MAVEN: Program = Program {
    what: "Maven",
    find: || program::in_path("mvn"),
    packages: &["maven"],
    otherwise: ", or name a folder with Kafka's jars by TASKLOOM_KAFKA_LIBS",
};
const KCAT: Program =
    Program { what: "kcat", find: || program::in_path("kcat"), packages: &["kcat"], otherwise: "" };

/// A broker with a formatted data folder and an archive of its classes.
pub(super) fn provide() -> Result<KafkaFiles> {
    let java = JAVA.provide()?;
    let version = program::says(&java, &["-version"]).context("`java -version` failed")?;
    let named = program::variable(VARIABLE).map(PathBuf::from);
    if let Some(named) = named.as_ref().filter(|named| !has_jars(named)) {
        bail!("{VARIABLE} names `{}`, where no jar of Kafka is", named.display());
    }
    let pom = workspace::root().join("xtask/servers/kafka/pom.xml");
    let source = match &named {
        Some(named) => named.display().to_string(),
        None => fs::read_to_string(&pom)?,
    };
    // The archive of classes fits this machine and these jars only.
    let source = format!("{source}\n{}\n{version}", java.display());
    let folder = cached::folder("kafka", &source, |folder| {
        let libs = match named {
            Some(named) => named,
            None => fetch(&pom, folder)?,
        };
        step("kafka: formatting data, archiving classes", || {
            let files = servers::prepare_kafka(java, libs, folder)?;
            Ok(fs::write(folder.join("files.json"), serde_json::to_string(&files)?)?)
        })
    })?;
    let files = fs::read_to_string(folder.join("files.json"))?;
    serde_json::from_str(&files).context("its files are not listed as they should be")
}

/// A client that is not ours, for tests to compare with; done without where it cannot be had.
pub(super) fn kcat() -> Option<PathBuf> {
    KCAT.provide().ok()
}

fn fetch(pom: &Path, folder: &Path) -> Result<PathBuf> {
    let maven = MAVEN.provide()?;
    let libs = folder.join("libs");
    step("kafka: fetching its jars", || {
        let mut command = Command::new(&maven);
        command.args(["-q", "-B", COPY, "-DincludeScope=runtime"]).arg("-f").arg(pom);
        command.arg(format!("-DoutputDirectory={}", libs.display()));
        succeed(command.stdin(Stdio::null()).stdout(Stdio::null()))
    })?;
    if !has_jars(&libs) {
        bail!("Maven brought no jar of Kafka");
    }
    Ok(libs)
}

fn has_jars(libs: &Path) -> bool {
    let mut names = fs::read_dir(libs).into_iter().flatten().flatten();
    names.any(|entry| entry.file_name().to_string_lossy().starts_with("kafka_2.13-"))
}

fn java() -> Option<PathBuf> {
    let home = program::variable("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java"));
    let debian = fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin/java"));
    let all = home.into_iter().chain(program::in_path("java")).chain(debian);
    all.into_iter().find(|java| {
        let said = program::says(java, &["-version"]);
        said.and_then(|said| program::version(&said)).is_some_and(|(major, _)| major >= 17)
    })
}
