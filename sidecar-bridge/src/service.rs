//! What runs until it is told to stop, and the way it ends.

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

type Run = Box<dyn FnOnce(CancellationToken) -> BoxFuture<'static, ()> + Send>;

/// Work that is ready to be started. It runs until its token is cancelled, then finishes what it has
/// begun and ends; ending earlier is a fault that ends the application.
pub struct Service {
    name: &'static str,
    run: Run,
}

impl Service {
    /// Work under a name that reads well in "`{name}` ended by itself", such as "the relay".
    pub fn new<F>(
        name: &'static str,
        run: impl FnOnce(CancellationToken) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { name, run: Box::new(|stop| Box::pin(run(stop))) }
    }

    /// Starts it in a task of its own.
    pub(crate) fn start(self) -> Running {
        let stop = CancellationToken::new();
        let task = tokio::spawn((self.run)(stop.clone()));
        Running { name: self.name, stop, task }
    }
}

/// Work under way.
pub(crate) struct Running {
    name: &'static str,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Waits for an end that nobody asked for, and returns the name of what ended.
    pub(crate) async fn ended(&mut self) -> &'static str {
        if let Err(error) = (&mut self.task).await {
            warn!(%error, "{} ended in a bug", self.name);
        }
        self.name
    }

    /// Tells it to stop and waits until it has finished what it had begun.
    pub(crate) async fn finish(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            warn!(%error, "{} ended in a bug", self.name);
        }
    }
}

/// A part that the settings ask for and that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be used")]
pub struct SetupError {
    /// Such as "the bus `kafka`".
    pub what: &'static str,
    /// Whether somebody has to change the configuration.
    pub kind: SetupErrorKind,
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Whether somebody has to change the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupErrorKind {
    /// It will fail again until the configuration is changed.
    Configuration,
    /// A later start may find it.
    Unavailable,
}

impl SetupError {
    /// For adapters.
    pub fn new(
        what: &'static str,
        kind: SetupErrorKind,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { what, kind, cause: cause.into() }
    }
}
