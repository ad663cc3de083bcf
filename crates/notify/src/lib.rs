//! Delivery channels: Web Push, webhook, e-mail and ntfy. Knows no task and no store.
//!
//! A [`Channel`] takes a [`Message`] to one receiver, once, and says what became of it; when to try
//! again is the caller's. Everything that leaves goes through [`Outbound`], which looks at every
//! address before it connects to it. Nothing here keeps, logs or shows a [`Secret`].

mod channel;
mod email;
mod message;
mod ntfy;
mod outbound;
mod secret;
mod web_push;
mod webhook;

pub use channel::{Channel, SendError, SendErrorKind};
pub use email::{Email, EmailError, Mailbox, SmtpServer};
pub use message::Message;
pub use ntfy::{Ntfy, Topic, TopicError};
pub use outbound::{HttpUrl, Networks, Outbound, Resolve, SystemResolver, UrlError};
pub use secret::Secret;
pub use web_push::{Subscription, SubscriptionError, Vapid, VapidError, WebPush};
pub use webhook::{Webhook, WebhookKeys, WebhookSecretError};
