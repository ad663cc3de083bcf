//! The application inside a command: components and events, no listener, no reminders.

use std::{sync::Arc, time::Duration};

use host::Host;
use tracing::warn;

use super::{AppError, base::Base, spine::EventsOnly};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Config,
    database::operator_text,
    keys::Keys,
    lock::Lock,
};

/// How long a command waits for the handlers of what it did. What is left goes on with the next start.
const SETTLE_WITHIN: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Holds the data folder for the length of one command.
pub struct Local {
    user: String,
    keys: Arc<Keys>,
    base: Base,
    host: Arc<Host>,
    events: EventsOnly,
    lock: Lock,
}

impl Local {
    /// Opens the data folder, which `lock` holds.
    pub async fn open(config: Config, lock: Lock) -> Result<Self, AppError> {
        let keys = Arc::new(Keys::open(&config.data_dir)?);
        let (base, host) = Base::embedded(&config, Arc::clone(&keys)).await?;
        let events = EventsOnly::start(&base, config.bus).await;
        Ok(Self { user: config.user, keys, base, host, events, lock })
    }

    /// Whose tasks the command speaks about.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The key of the data folder.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The components.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Waits until the handlers have taken what happened, then puts everything away.
    pub async fn close(self) -> Result<(), AppError> {
        let Self { base, host, events, lock, .. } = self;
        if events.move_here() && tokio::time::timeout(SETTLE_WITHIN, settled(&base)).await.is_err()
        {
            warn!("some events are still on their way; the next start goes on with them");
        }
        events.drain().await;
        drop(host);
        base.close().await?;
        drop(lock);
        Ok(())
    }
}

/// Returns when no event is left that could be delivered now.
async fn settled(base: &Base) {
    loop {
        let now_ms = SystemClock.now().timestamp_millis();
        match base.storage.read(move |store| store.unpublished(now_ms, 1, &[])).await {
            Ok(rows) if rows.is_empty() => return,
            Ok(_) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => {
                warn!(error = operator_text(&error), "could not read the event log");
                return;
            }
        }
    }
}
