//! A state store: values under keys, with entity tags and an end of their life.

use std::{collections::HashMap, time::Duration};

use dapr::dapr::proto::{
    common::v1::{Etag, StateItem, StateOptions, state_options::StateConcurrency},
    runtime::v1::{DeleteStateRequest, GetStateRequest, SaveStateRequest},
};

use crate::{SidecarError, calls::call, sidecar::Client};

const WITHIN: Duration = Duration::from_secs(5);

/// A value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes; JSON comes back as JSON.
    pub value: Vec<u8>,
    /// Its version: a write that names an older one is a [conflict](crate::SidecarErrorKind).
    pub etag: String,
}

/// One state store of the sidecar.
#[derive(Clone)]
pub struct StateStore {
    client: Client,
    store: String,
}

impl StateStore {
    pub(crate) fn new(client: Client, store: &str) -> Self {
        Self { client, store: store.to_owned() }
    }

    /// The value under `key`, if there is one.
    pub async fn get(&self, key: &str) -> Result<Option<Entry>, SidecarError> {
        let request = GetStateRequest {
            store_name: self.store.clone(),
            key: key.to_owned(),
            ..GetStateRequest::default()
        };
        let operation = format!("read from the store `{}`", self.store);
        let found = call(&operation, WITHIN, self.client.clone().get_state(request)).await?;
        // A value has an entity tag, and nothing has none.
        let entry = Entry { value: found.data, etag: found.etag };
        Ok(Some(entry).filter(|entry| !entry.etag.is_empty()))
    }

    /// Stores `value` for `ttl`, or for good. With an entity tag only in place of exactly that version;
    /// without one over whatever is there.
    pub async fn save(
        &self,
        key: &str,
        value: Vec<u8>,
        etag: Option<&str>,
        ttl: Option<Duration>,
    ) -> Result<(), SidecarError> {
        let seconds = |ttl: Duration| ("ttlInSeconds".to_owned(), ttl.as_secs().max(1).to_string());
        let item = StateItem {
            key: key.to_owned(),
            value,
            etag: etag.map(tag),
            metadata: ttl.map(seconds).into_iter().collect::<HashMap<_, _>>(),
            options: etag.map(|_| first_write()),
        };
        let request = SaveStateRequest { store_name: self.store.clone(), states: vec![item] };
        let operation = format!("write to the store `{}`", self.store);
        call(&operation, WITHIN, self.client.clone().save_state(request)).await
    }

    /// Takes the value away, there may be none. With an entity tag only exactly that version.
    pub async fn delete(&self, key: &str, etag: Option<&str>) -> Result<(), SidecarError> {
        let request = DeleteStateRequest {
            store_name: self.store.clone(),
            key: key.to_owned(),
            etag: etag.map(tag),
            options: etag.map(|_| first_write()),
            metadata: HashMap::new(),
        };
        let operation = format!("delete from the store `{}`", self.store);
        call(&operation, WITHIN, self.client.clone().delete_state(request)).await
    }
}

fn tag(value: &str) -> Etag {
    Etag { value: value.to_owned() }
}

fn first_write() -> StateOptions {
    let concurrency = i32::from(StateConcurrency::ConcurrencyFirstWrite);
    StateOptions { concurrency, ..StateOptions::default() }
}
