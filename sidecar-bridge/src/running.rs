//! Tells other processes where the server of a data folder answers.

use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// What stands in `<data_dir>/server.json` while a server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Base URL of the API, such as `http://127.0.0.1:8080`.
    pub api: String,
    /// The process that serves.
    pub pid: u32,
    /// The address that it listens on itself.
    pub listen: Option<SocketAddr>,
    /// The address of its metrics.
    pub admin_listen: Option<SocketAddr>,
}

/// The file is there as long as this lives.
#[derive(Debug)]
pub struct Announcement {
    path: PathBuf,
}

impl Server {
    /// The server that holds the data folder, `owner` being the process that has its lock. What a
    /// server that was killed left behind is not believed.
    pub fn of_owner(data_dir: &Path, owner: Option<u32>) -> Option<Self> {
        Self::read(data_dir).filter(|server| owner == Some(server.pid))
    }

    /// What the owner of the data folder said last, if it said anything readable.
    pub fn read(data_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path(data_dir)).ok()?).ok()
    }

    /// Writes the file, whole or not at all.
    pub fn announce(&self, data_dir: &Path) -> std::io::Result<Announcement> {
        let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.persist(path(data_dir)).map_err(|error| error.error)?;
        Ok(Announcement { path: path(data_dir) })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the announcement was gone before");
        }
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("server.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_announced_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let server = Server {
            api: "http://127.0.0.1:8080".to_owned(),
            pid: 7,
            listen: Some(([127, 0, 0, 1], 8080).into()),
            admin_listen: None,
        };
        assert_eq!(Server::read(folder.path()), None);
        let announcement = server.announce(folder.path()).unwrap();
        assert_eq!(Server::read(folder.path()), Some(server.clone()));
        assert_eq!(Server::of_owner(folder.path(), Some(7)), Some(server));
        assert_eq!(Server::of_owner(folder.path(), Some(8)), None);
        assert_eq!(Server::of_owner(folder.path(), None), None);
        drop(announcement);
        assert_eq!(Server::read(folder.path()), None);
    }
}
