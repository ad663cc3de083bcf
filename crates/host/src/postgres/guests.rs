//! The pools of one component: one for each address that it uses.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{Address, Database, Settings};

/// Databases that one component may use at once. Each has a pool, so that more would be a way
/// around the limit of connections.
const DATABASES_MAX: usize = 2;

/// What a component has opened so far. Components share no connections with each other, nor with
/// the embedding program.
pub(crate) struct Databases {
    settings: Settings,
    open: Mutex<HashMap<String, Database>>,
}

impl Databases {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, open: Mutex::default() }
    }

    /// The pool of an address that was opened before.
    pub(crate) fn known(&self, text: &str) -> Option<Database> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    /// Makes the pool for an address that the component may use. The error is for the component.
    pub(crate) fn open(&self, text: &str, address: &Address) -> Result<Database, String> {
        if let Some(file) = address.root_certificates()
            && !self.settings.trusted_roots.contains(file)
        {
            return Err("the file that `sslrootcert` names is not one for components".to_owned());
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = open.get(text) {
            return Ok(database.clone());
        }
        if open.len() >= DATABASES_MAX {
            return Err(format!("a component may use {DATABASES_MAX} databases"));
        }
        let database = Database::connect(address, self.settings.clone());
        let database = database.map_err(|error| error.message)?;
        open.insert(text.to_owned(), database.clone());
        Ok(database)
    }
}
