//! Why the application does not start, or does not go on.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::{
    database::operator_text,
    dispatcher::SubscriptionError,
    keys::KeyError,
    lock::LockError,
    notify::ChannelError,
    service::{SetupError, SetupErrorKind},
};

/// Each message is one sentence that says what to change, where that can be said.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The data folder is not ours to use.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Somebody else listens there.
    #[error("the address {address} is taken by another program; choose another with `{flag}`")]
    Taken {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
    },
    /// The system does not let us listen there.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database `{}`", path.display())]
    Database {
        /// Its file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        cause: host::sqlite::Error,
    },
    /// The Postgres of the settings cannot be used.
    #[error("cannot use the database at {address}")]
    Postgres {
        /// Where it is, without its password.
        address: Box<host::postgres::Address>,
        /// What it says, or the system.
        #[source]
        cause: host::postgres::Error,
    },
    /// The database cannot be put away.
    #[error("cannot close the database; what was acknowledged is in its log and safe")]
    Close(#[source] host::sqlite::Error),
    /// The database cannot be brought to the schema of this version.
    #[error("{}", operator_text(.0))]
    Migrate(store::MigrateError),
    /// A role cannot be given its rights.
    #[error("cannot let the role `{role}` serve people: {}", operator_text(source))]
    Grant {
        /// The role.
        role: String,
        /// What the database says.
        source: store::SqlError,
    },
    /// The application cannot be loaded.
    #[error(transparent)]
    Load(#[from] host::LoadError),
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] host::manifest::ManifestError),
    /// A handler subscribes to or is granted something that there is not.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// A channel of notifications cannot be used.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// What carries events or alarms cannot be had.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A table for us in the manifest is not as it should be.
    #[error("component `{component}`: `tool.taskloom` {problem}")]
    Tool {
        /// The component.
        component: String,
        /// What is wrong with its table.
        problem: String,
    },
    /// The file that tells other commands where we answer cannot be written.
    #[error("cannot write `server.json` in the data folder")]
    Announce(#[source] std::io::Error),
    /// The system gives us no threads or no signals.
    #[error("the process cannot be set up")]
    Runtime(#[source] std::io::Error),
    /// A thread of ours ended in a bug.
    #[error("a part of the process ended in a bug")]
    Bug(#[source] tokio::task::JoinError),
    /// The disk failed under the database. A new process reads what is really there.
    #[error("the disk failed under the database; start again once it is well")]
    Disk(#[source] Option<host::sqlite::Error>),
    /// A loop that never ends ended.
    #[error("{0} ended by itself")]
    Ended(&'static str),
    /// The orderly end took too long.
    #[error("the stop took longer than {} seconds and was cut short", .0.as_secs())]
    Grace(Duration),
    /// Somebody does not want to wait for the orderly end.
    #[error("{0} again: stopped at once")]
    Forced(&'static str),
}

impl AppError {
    /// Whether a start will fail again until somebody changes the configuration.
    pub fn is_configuration(&self) -> bool {
        match self {
            Self::Load(error) => {
                !matches!(error, host::LoadError::Cache { .. } | host::LoadError::Engine(_))
            }
            Self::Manifest(_) | Self::Subscription(_) | Self::Channel(_) | Self::Tool { .. } => {
                true
            }
            // The password or the name of the database is wrong, or a file of certificates.
            Self::Postgres { cause, .. } => match &cause.sqlstate {
                Some(code) => code.starts_with("28") || code == "3D000",
                None => cause.kind == host::postgres::ErrorKind::Invalid,
            },
            Self::Setup(error) => error.kind == SetupErrorKind::Configuration,
            _ => false,
        }
    }
}
