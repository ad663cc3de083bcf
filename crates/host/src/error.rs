//! Why an application does not load, and why a call finds nobody.

use std::path::PathBuf;

use crate::{BoxError, manifest::ManifestError};

/// Why the application cannot be served. Each message is one sentence that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The manifest is not there, or says something this host does not do.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A component's file is not there.
    #[error("component `{component}`: there is no file at {}", path.display())]
    Missing {
        /// The component's id.
        component: String,
        /// Where its `source` points.
        path: PathBuf,
    },
    /// A component's file cannot be read, is cut short, or is no component.
    #[error("component `{component}`: {} {problem}", path.display())]
    Component {
        /// The component's id.
        component: String,
        /// Where its `source` points.
        path: PathBuf,
        /// What is wrong with the file.
        problem: &'static str,
        /// What the reader of the file said.
        #[source]
        cause: BoxError,
    },
    /// A component imports what this host does not offer, or exports no HTTP handler.
    #[error("component `{component}` does not fit this host")]
    Link {
        /// The component's id.
        component: String,
        /// The import or export that is the trouble.
        #[source]
        cause: BoxError,
    },
    /// A component asks for a database that the settings do not have.
    #[error(
        "component `{component}` asks for the SQLite database `{label}`, which is not configured"
    )]
    Database {
        /// The component's id.
        component: String,
        /// The label in `sqlite_databases`.
        label: String,
    },
    /// A required variable has no value.
    #[error("the variable `{name}` is required and has no value")]
    VariableMissing {
        /// The application variable.
        name: String,
    },
    /// A value was given for a variable that the manifest does not declare.
    #[error("a value was given for the variable `{name}`, which the manifest does not declare")]
    VariableUnknown {
        /// The name that was given.
        name: String,
    },
    /// An entry of `allowed_outbound_hosts` is none once its variables are filled in.
    #[error("component `{component}`: `allowed_outbound_hosts`: `{host}` {why}")]
    OutboundHost {
        /// The component's id.
        component: String,
        /// The entry.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// A route holds what no header can carry.
    #[error("route `{0}` is no plain text")]
    Route(String),
    /// The folder for compiled components cannot be used.
    #[error("cannot write compiled components to {}", path.display())]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What the file system said.
        #[source]
        cause: std::io::Error,
    },
    /// The engine refuses to start, for example because address space is limited.
    #[error("the WebAssembly engine does not start")]
    Engine(#[source] BoxError),
}

/// Why [`Host::call`](crate::Host::call) could not even begin. What happens inside is an HTTP
/// answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No component has this id.
    #[error("there is no component `{0}`")]
    UnknownComponent(String),
}
