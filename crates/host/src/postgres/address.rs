//! Where a database is and how to get in: `postgres://user:password@host:port/name?sslmode=…`.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// How soon a connection whose other end has gone is noticed.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// The address of a database. `Display` and `Debug` leave the password and all parameters out.
#[derive(Clone)]
pub struct Address {
    config: Config,
    pub(super) trust: Trust,
}

/// Whom we take for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    /// Anybody: `disable`, or `prefer`, which encrypts where the server can and asks for nothing.
    Anybody,
    /// Who proves the name by a certificate of a public authority.
    Public,
    /// Who proves the name by a certificate of an authority in this file (`sslrootcert`).
    File(PathBuf),
}

/// Why a text is no address. It never repeats the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error("is not an address such as postgres://user@host:5432/name")]
    Unreadable,
    /// It names no host.
    #[error("names no host")]
    NoHost,
    /// It names a socket in the file system, or passes by the name of the host.
    #[error("must name the host by its name, not by a socket or `hostaddr`")]
    NotByName,
    /// A way of encryption that there is not.
    #[error("has an `sslmode` that is none of disable, prefer, require, verify-ca, verify-full")]
    SslMode,
}

impl Address {
    /// Hosts and ports that it leads to, brackets of IPv6 addresses left off.
    pub fn endpoints(&self) -> impl Iterator<Item = (&str, u16)> {
        let ports = self.config.get_ports();
        self.config.get_hosts().iter().enumerate().filter_map(move |(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => Some((name.as_str(), port)),
                #[cfg(unix)]
                Host::Unix(_) => None,
            }
        })
    }

    /// The file with the authorities that vouch for the server.
    pub fn root_certificates(&self) -> Option<&PathBuf> {
        match &self.trust {
            Trust::File(path) => Some(path),
            Trust::Anybody | Trust::Public => None,
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (text, ssl) = take_ssl(text)?;
        let mut config: Config = text.parse().map_err(|_| AddressError::Unreadable)?;
        if config.get_hosts().is_empty() {
            return Err(match config.get_hostaddrs() {
                [] => AddressError::NoHost,
                _ => AddressError::NotByName,
            });
        }
        let by_name = config.get_hosts().iter().all(|host| matches!(host, Host::Tcp(_)));
        if !by_name || !config.get_hostaddrs().is_empty() {
            return Err(AddressError::NotByName);
        }
        if let Some(mode) = ssl.mode {
            config.ssl_mode(mode);
        }
        let trust = match (config.get_ssl_mode(), ssl.roots) {
            (SslMode::Require, Some(file)) => Trust::File(file),
            (SslMode::Require, None) => Trust::Public,
            _ => Trust::Anybody,
        };
        if config.get_application_name().is_none() {
            config.application_name("taskloom");
        }
        config.keepalives_idle(KEEPALIVE).tcp_user_timeout(KEEPALIVE);
        Ok(Self { config, trust })
    }
}

struct Ssl {
    mode: Option<SslMode>,
    roots: Option<PathBuf>,
}

/// Takes out of the text what the driver does not know: its modes end at `require`, and it reads no
/// certificates.
fn take_ssl(text: &str) -> Result<(String, Ssl), AddressError> {
    let mut ssl = Ssl { mode: None, roots: None };
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let after_password = text.find('@').unwrap_or(0);
    let Some(at) = text[after_password..].find('?').filter(|_| is_url) else {
        return Ok((text.to_owned(), ssl));
    };
    let (base, query) = text.split_at(after_password + at);
    let mut rest = Vec::new();
    for pair in query[1..].split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => {
                ssl.mode = Some(match mode {
                    "disable" => SslMode::Disable,
                    "allow" | "prefer" => SslMode::Prefer,
                    "require" | "verify-ca" | "verify-full" => SslMode::Require,
                    _ => return Err(AddressError::SslMode),
                });
            }
            Some(("sslrootcert", path)) => {
                let path = percent_encoding::percent_decode_str(path).decode_utf8();
                let path = path.map_err(|_| AddressError::Unreadable)?;
                ssl.roots = Some(PathBuf::from(path.into_owned()));
            }
            _ => rest.push(pair),
        }
    }
    let rest = rest.join("&");
    let text = if rest.is_empty() { base.to_owned() } else { format!("{base}?{rest}") };
    Ok((text, ssl))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        for (at, (host, port)) in self.endpoints().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if host.contains(':') {
                write!(f, "{comma}[{host}]:{port}")?;
            } else {
                write!(f, "{comma}{host}:{port}")?;
            }
        }
        match self.config.get_dbname() {
            Some(name) => write!(f, "/{name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests;
