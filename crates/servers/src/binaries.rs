//! Where the programs lie: what `cargo xtask` found or made, written down in one file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, KafkaFiles};

/// The variable that names the folder with [`FILE`].
pub const VARIABLE: &str = "TASKLOOM_SERVERS";
/// The file in that folder.
pub const FILE: &str = "servers.json";

/// The programs of all servers. What is absent cannot be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binaries {
    /// The folder with `initdb` and `postgres`.
    pub postgres_bin: PathBuf,
    /// The broker.
    pub kafka: Option<KafkaFiles>,
    /// Dapr's sidecar.
    pub daprd: Option<PathBuf>,
    /// Dapr's scheduler.
    pub scheduler: Option<PathBuf>,
    /// A Kafka client that is not ours.
    pub kcat: Option<PathBuf>,
}

impl Binaries {
    /// Only Postgres.
    #[must_use]
    pub fn postgres(postgres_bin: PathBuf) -> Self {
        Self { postgres_bin, kafka: None, daprd: None, scheduler: None, kcat: None }
    }

    /// As written in the folder that `TASKLOOM_SERVERS` names.
    ///
    /// # Errors
    /// When the variable is not set, or the folder has no such file.
    #[expect(clippy::disallowed_methods, reason = "how a test process is told where programs lie")]
    pub fn from_env() -> Result<Self, Error> {
        let folder = std::env::var_os(VARIABLE).ok_or_else(|| {
            let what = format!("{VARIABLE} is not set; `cargo xtask e2e servers` sets it");
            Error::new("servers", ErrorKind::Missing, what)
        })?;
        Self::read(Path::new(&folder))
    }

    /// As written in this folder.
    ///
    /// # Errors
    /// When it has no such file, or one of another shape.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let file = folder.join(FILE);
        let text =
            fs::read(&file).and_then(|text| serde_json::from_slice(&text).map_err(Into::into));
        text.map_err(|error: io::Error| {
            Error::system("servers", format!("`{}` cannot be read", file.display()), error)
        })
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let written = Binaries {
            daprd: Some("/usr/bin/daprd".into()),
            ..Binaries::postgres("/usr/lib/postgresql/15/bin".into())
        };
        fs::write(folder.path().join(FILE), written.text()).unwrap();
        assert_eq!(Binaries::read(folder.path()).unwrap(), written);
    }

    #[test]
    fn a_folder_without_the_file_is_named() {
        let error = Binaries::read(Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.to_string(), "servers: `/nowhere/servers.json` cannot be read");
    }
}
