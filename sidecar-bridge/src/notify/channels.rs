//! The channels of this installation, made from its settings.

use std::{path::Path, sync::Arc};

use ::notify::{
    Channel, Email, EmailError, Networks, Ntfy, Outbound, Secret, Subscription, SubscriptionError,
    Vapid, VapidError, WebPush, Webhook,
};

use crate::{
    config::{Notify, PushSettings},
    keys,
};

/// The channel whose receivers are browsers.
pub(crate) const WEB_PUSH: &str = "web-push";
/// The channel that is for programs: it gets every event.
pub(crate) const WEBHOOK: &str = "webhook";

/// Why a channel that was set up cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The VAPID key cannot be read or made.
    #[error("cannot use the key `{path}`")]
    KeyFile {
        /// Its file.
        path: String,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// The file holds something else.
    #[error("`{path}` {cause}")]
    Key {
        /// Its file.
        path: String,
        /// What it is not.
        cause: VapidError,
    },
    /// Mail cannot be sent like this.
    #[error("`notify_smtp_url` {0}")]
    Email(EmailError),
}

/// The channels that are set up. Cloning is cheap.
#[derive(Clone)]
pub struct Channels {
    fixed: Vec<Arc<dyn Channel>>,
    outbound: Outbound,
    vapid: Option<Vapid>,
}

impl Channels {
    /// Makes the channels; makes the VAPID key when it is wanted and missing.
    pub fn open(settings: &Notify) -> Result<Self, ChannelError> {
        let networks = match settings.allow_private_networks {
            true => Networks::All,
            false => Networks::Public(host::is_public),
        };
        let outbound = Outbound::new(networks);
        let out = || outbound.clone();
        let mut fixed = Vec::<Arc<dyn Channel>>::new();
        if let Some(webhook) = settings.webhook.clone() {
            fixed.push(Arc::new(Webhook::new(out(), webhook.url, webhook.keys)));
        }
        if let Some(email) = settings.email.clone() {
            let email = Email::new(out(), email.server, email.login, email.from, email.to);
            fixed.push(Arc::new(email.map_err(ChannelError::Email)?));
        }
        if let Some(ntfy) = settings.ntfy.clone() {
            fixed.push(Arc::new(Ntfy::new(out(), ntfy.server, ntfy.topic, ntfy.token)));
        }
        let vapid = settings.push.as_ref().map(vapid).transpose()?;
        Ok(Self { fixed, outbound, vapid })
    }

    /// None at all: nobody is told of anything but by the live stream.
    pub fn none() -> Self {
        Self {
            fixed: Vec::new(),
            outbound: Outbound::new(Networks::Public(host::is_public)),
            vapid: None,
        }
    }

    /// Only these, for tests.
    #[cfg(test)]
    pub(crate) fn only(fixed: Vec<Arc<dyn Channel>>) -> Self {
        Self { fixed, ..Self::none() }
    }

    /// Those with one receiver for the whole installation.
    pub(crate) fn fixed(&self) -> &[Arc<dyn Channel>] {
        &self.fixed
    }

    /// The channel to a browser, if browsers are pushed to.
    pub(crate) fn browser(
        &self,
        subscription: &str,
    ) -> Result<Option<Arc<dyn Channel>>, SubscriptionError> {
        let Some(vapid) = &self.vapid else { return Ok(None) };
        let subscription = Subscription::parse(subscription)?;
        let push = WebPush::new(self.outbound.clone(), vapid.clone(), subscription);
        Ok(Some(Arc::new(push)))
    }

    /// Reads what a browser handed out, and looks whether it can be pushed to from here.
    pub(crate) fn subscription(&self, json: &str) -> Result<Subscription, SubscriptionError> {
        let subscription = Subscription::parse(json)?;
        match self.outbound.may_post_to(subscription.endpoint()) {
            true => Ok(subscription),
            false => Err(SubscriptionError::NotEncrypted),
        }
    }

    /// What browsers need to subscribe, if they are pushed to.
    pub fn push_key(&self) -> Option<String> {
        self.vapid.as_ref().map(Vapid::public_key)
    }

    /// Names of all channels that are set up.
    pub fn names(&self) -> Vec<&'static str> {
        let push = self.vapid.is_some().then_some(WEB_PUSH);
        self.fixed.iter().map(|channel| channel.name()).chain(push).collect()
    }
}

fn vapid(settings: &PushSettings) -> Result<Vapid, ChannelError> {
    let path = || settings.key_file.display().to_string();
    let pem =
        key(&settings.key_file).map_err(|cause| ChannelError::KeyFile { path: path(), cause })?;
    Vapid::new(&pem, &settings.subject).map_err(|cause| ChannelError::Key { path: path(), cause })
}

/// Reads the key, or makes one.
fn key(path: &Path) -> std::io::Result<Secret> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let pem = Vapid::generate().map_err(std::io::Error::other)?;
            keys::write_new(path, format!("{}\n", pem.reveal()).as_bytes())?;
            // Another process may have been faster; what lies there now is the key.
            std::fs::read_to_string(path).map(|pem| Secret::new(&pem))
        }
        read => read.map(|pem| Secret::new(&pem)),
    }
}
