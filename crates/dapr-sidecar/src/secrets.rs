//! Secrets of a secret store.

use std::{collections::HashMap, time::Duration};

use dapr::dapr::proto::runtime::v1::GetSecretRequest;

use crate::{Sidecar, SidecarError, SidecarErrorKind, calls::call};

const WITHIN: Duration = Duration::from_secs(10);

impl Sidecar {
    /// The value of `name` in `store`. Where a secret has several values, `key` says which.
    pub async fn secret(
        &self,
        store: &str,
        name: &str,
        key: Option<&str>,
    ) -> Result<String, SidecarError> {
        let operation = format!("give the secret `{name}` of `{store}`");
        let request = GetSecretRequest {
            store_name: store.to_owned(),
            key: name.to_owned(),
            metadata: HashMap::new(),
        };
        let mut found = call(&operation, WITHIN, self.client().get_secret(request)).await?.data;
        let missing =
            |cause: String| SidecarError::new(operation.clone(), SidecarErrorKind::Missing, cause);
        match key {
            Some(key) => found.remove(key).ok_or_else(|| missing(format!("it has no `{key}`"))),
            None if found.len() == 1 => Ok(found.into_values().next().unwrap_or_default()),
            None => found.remove(name).ok_or_else(|| {
                missing("it has not exactly one value: say which as `/key`".to_owned())
            }),
        }
    }
}
