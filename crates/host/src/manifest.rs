//! Reads `spin.toml`, version 2: what of it this host understands, and a clear refusal of the rest.
//!
//! A file that is read without an error means the same to Spin 3.6. A key that nobody takes is an
//! error, because a misspelt limit is no limit.

mod check;
mod schema;
mod template;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use template::Template;

/// An application as its manifest describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// `[application] name`.
    pub name: String,
    /// `[application] version`.
    pub version: String,
    /// `[application] description`.
    pub description: String,
    /// `[application] authors`.
    pub authors: Vec<String>,
    /// The `[application.tool]` tables, for programs other than Spin.
    pub tool: toml::Table,
    /// Application variables by name.
    pub variables: BTreeMap<String, Variable>,
    /// Components, sorted by id.
    pub components: Vec<Component>,
}

/// An application variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What it is when nobody gives a value. `None`: a value is required.
    pub default: Option<String>,
    /// Its value must not be shown.
    pub secret: bool,
}

/// A component and what it is granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Its file, from the manifest's folder.
    pub source: PathBuf,
    /// Its public routes. None: only other components and the embedding program can call it.
    pub routes: Vec<Route>,
    /// What it may ask for by `variables.get`.
    pub variables: BTreeMap<String, Template>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Labels of the databases that it may open.
    pub sqlite_databases: Vec<String>,
    /// Where it may send requests, as written.
    pub allowed_outbound_hosts: Vec<Template>,
    /// The `[component.<id>.tool]` tables, for programs other than Spin.
    pub tool: toml::Table,
}

/// A public route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// This path and no other.
    Exact(String),
    /// Written `<prefix>/...`: this path and all below it.
    Wildcard(String),
}

impl std::fmt::Display for Route {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(path) => out.write_str(path),
            Self::Wildcard(prefix) => write!(out, "{prefix}/..."),
        }
    }
}

/// What is wrong with a manifest, and where.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot read the manifest {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        #[source]
        cause: std::io::Error,
    },
    /// The file says something wrong, or something that this host does not do.
    #[error("{} line {line}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there, naming the key.
        problem: String,
    },
}

impl Manifest {
    /// Reads the file and checks all that can be checked without the components.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ManifestError::Read { path: path.to_owned(), cause })?;
        Self::parse(&text, path)
    }

    /// As [`Manifest::read`]; `path` is for messages and for the folder that sources are relative
    /// to.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ManifestError> {
        let invalid = |problem: check::Problem| ManifestError::Invalid {
            path: path.to_owned(),
            line: 1 + text[..problem.at.min(text.len())].matches('\n').count(),
            problem: problem.text,
        };
        let file: schema::File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            invalid(check::Problem { at, text: error.message().to_owned() })
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        check::manifest(file, folder).map_err(invalid)
    }
}

#[cfg(test)]
mod tests;
