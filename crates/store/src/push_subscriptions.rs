//! Browsers that want notifications.

use uuid::Uuid;

use crate::{Sql, SqlError, Store, row, sql::Row};

/// Most browsers of one user.
pub const PUSH_SUBSCRIPTIONS_MAX: u32 = 20;

/// A browser of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSubscription {
    /// `UUIDv7`, given when it was stored.
    pub id: Uuid,
    /// What the browser handed out, JSON. Who has it can reach the browser.
    pub subscription: String,
    /// When it was stored first, in milliseconds since the epoch.
    pub created_ms: i64,
}

impl<S: Sql> Store<S> {
    /// Keeps a browser of a user and returns its id and age. The same endpoint again replaces what is
    /// known of it, and takes it away from another user. `None` when the user has
    /// [`PUSH_SUBSCRIPTIONS_MAX`] others.
    pub fn put_push_subscription(
        &self,
        user_id: &str,
        endpoint: &str,
        subscription: &PushSubscription,
    ) -> Result<Option<(Uuid, i64)>, SqlError> {
        let params = [
            subscription.id.into(),
            user_id.into(),
            endpoint.into(),
            subscription.subscription.as_str().into(),
            subscription.created_ms.into(),
            PUSH_SUBSCRIPTIONS_MAX.into(),
        ];
        let stored = self.run(text!(self, deliveries::PUT_SUBSCRIPTION), &params)?;
        stored.read_one(|row| Ok((row::id(row)?, row.take()?)))
    }

    /// The browsers of a user, oldest first.
    pub fn push_subscriptions(&self, user_id: &str) -> Result<Vec<PushSubscription>, SqlError> {
        self.run(text!(self, deliveries::SUBSCRIPTIONS), &[user_id.into()])?.read(subscription)
    }

    /// A browser of a user.
    pub fn push_subscription(
        &self,
        user_id: &str,
        id: Uuid,
    ) -> Result<Option<PushSubscription>, SqlError> {
        let params = [id.into(), user_id.into()];
        self.run(text!(self, deliveries::SUBSCRIPTION), &params)?.read_one(subscription)
    }

    /// Forgets a browser of a user; whether there was one.
    pub fn remove_push_subscription(&self, user_id: &str, id: Uuid) -> Result<bool, SqlError> {
        let params = [id.into(), user_id.into()];
        Ok(!self.run(text!(self, deliveries::REMOVE_SUBSCRIPTION), &params)?.rows.is_empty())
    }
}

fn subscription(row: &mut Row) -> Result<PushSubscription, SqlError> {
    Ok(PushSubscription { id: row::id(row)?, subscription: row.take()?, created_ms: row.take()? })
}
