//! The port of every channel, and what can become of a message.

use std::time::Duration;

use async_trait::async_trait;

use crate::Message;

/// A way to one receiver.
#[async_trait]
pub trait Channel: Send + Sync {
    /// One of a closed set of short words: `web-push`, `webhook`, `email`, `ntfy`.
    fn name(&self) -> &'static str;

    /// Makes one attempt, within bounded time. `Ok` means that the receiver has the message.
    async fn send(&self, message: &Message) -> Result<(), SendError>;
}

/// An attempt that came to nothing. Display is for the operator: it names the host and what it did,
/// never a secret, a path or what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// Whether trying again can help.
    pub kind: SendErrorKind,
    reason: String,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The receiver does not exist any more and wants nothing more.
    Gone,
    /// This message will be refused again.
    Permanent,
    /// The same message may get through later.
    Transient {
        /// Not before this much time has passed, says the receiver.
        retry_after: Option<Duration>,
    },
}

impl SendError {
    /// For channels of others.
    pub fn new(kind: SendErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    pub(crate) fn gone(reason: impl Into<String>) -> Self {
        Self::new(SendErrorKind::Gone, reason)
    }

    pub(crate) fn permanent(reason: impl Into<String>) -> Self {
        Self::new(SendErrorKind::Permanent, reason)
    }

    pub(crate) fn transient(reason: impl Into<String>) -> Self {
        Self::later(None, reason)
    }

    pub(crate) fn later(retry_after: Option<Duration>, reason: impl Into<String>) -> Self {
        Self::new(SendErrorKind::Transient { retry_after }, reason)
    }
}
