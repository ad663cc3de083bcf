//! Everything outside that a request may touch.

use chrono::{DateTime, Utc};
use domain::change::Settings;
use guest::tokens::Verifier;
use language::Locale;
use store::Store;
use uuid::Uuid;

/// The world as one request sees it.
pub struct Environment<S> {
    /// The rows.
    pub store: Store<S>,
    /// Who is let in.
    pub verifier: Verifier,
    /// What decisions depend on.
    pub settings: Settings,
    /// The language of people who name none.
    pub locale: Locale,
    /// The time of the request.
    pub now: DateTime<Utc>,
    /// A source of fresh `UUIDv7`s.
    pub new_id: Box<dyn Fn() -> Uuid>,
}
