//! Components behind a sidecar's service invocation: found by name, encrypted and repeated by it.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dapr_sidecar::{HttpApi, SidecarErrorKind};

use super::{ANSWER_WITHIN, Answer, CallError, CallErrorKind, Components, TokenMint, request};

/// Calls an application by its id.
pub struct Invoked {
    sidecar: HttpApi,
    app_id: String,
    tokens: Arc<dyn TokenMint>,
}

impl Invoked {
    /// Calls the components of `app_id` through the sidecar.
    pub fn new(sidecar: HttpApi, app_id: &str, tokens: Arc<dyn TokenMint>) -> Self {
        Self { sidecar, app_id: app_id.to_owned(), tokens }
    }
}

#[async_trait]
impl Components for Invoked {
    async fn call(
        &self,
        path: &str,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Answer, CallError> {
        let request =
            request(path, "http://taskloom.internal", body, &*self.tokens, correlation_id)?;
        let answer = self.sidecar.invoke(&self.app_id, path, request, ANSWER_WITHIN).await;
        let answer = answer.map_err(|error| {
            let kind = match error.kind {
                SidecarErrorKind::Unreachable => CallErrorKind::Unreachable,
                _ => CallErrorKind::Failed,
            };
            CallError::new(path, kind, error)
        })?;
        let (head, body) = answer.into_parts();
        Ok(Answer { status: head.status, body })
    }
}
