//! The key's file: PKCS#8 PEM, readable by its owner only, there whole or not at all.

use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes, spki::der::pem::LineEnding},
};

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file or its folder cannot be used.
    #[error("cannot use the key `{}`", path.display())]
    File {
        /// The key's file.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// The file holds something else.
    #[error("`{}` is no Ed25519 key in PKCS#8 PEM form", .0.display())]
    Content(PathBuf),
}

/// Where the key of a data folder lies.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("ed25519.pem")
}

/// Reads the key, or makes one.
pub(super) fn open(data_dir: &Path) -> Result<SigningKey, KeyError> {
    let path = path(data_dir);
    let failed = |cause| KeyError::File { path: path.clone(), cause };
    match std::fs::read_to_string(&path) {
        Ok(pem) => {
            warn_if_open(&path);
            read(&pem, &path)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            create(&path).map_err(failed)?;
            // Another process may have been faster; what lies there now is the key.
            read(&std::fs::read_to_string(&path).map_err(failed)?, &path)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whoever reads the key can speak for everybody. Not refused, because a mounted secret has the mode
/// that its platform gives it.
fn warn_if_open(path: &Path) {
    let Ok(found) = std::fs::metadata(path) else { return };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display();
        tracing::warn!("the key `{path}` is open to others (mode {mode:o}); `chmod 600` it");
    }
}

fn read(pem: &str, path: &Path) -> Result<SigningKey, KeyError> {
    SigningKey::from_pkcs8_pem(pem).map_err(|_| KeyError::Content(path.to_owned()))
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut secret_key = [0; 32];
    getrandom::fill(&mut secret_key).map_err(std::io::Error::other)?;
    let pem = KeypairBytes { secret_key, public_key: None }
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(std::io::Error::other)?;
    write_new(path, pem.as_bytes())
}

/// Writes a secret beside its place, then links it there unless one is there already.
pub(crate) fn write_new(path: &Path, secret: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".key")
        .permissions(std::fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    file.write_all(secret)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => std::fs::File::open(folder)?.sync_all(),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}
