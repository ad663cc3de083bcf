//! How people are told of reminders: settings that begin with `notify_`, or stand in `[notify]`.

use std::path::{Path, PathBuf};

use ::notify::{HttpUrl, Mailbox, Secret, SmtpServer, Topic, Vapid, WebhookKeys};

use super::reader::{FromText, Reader};

/// The channels that the operator has set up. Secrets in it are not shown by `Debug`.
#[derive(Debug, Clone)]
pub struct Notify {
    /// May receivers be on private networks.
    pub allow_private_networks: bool,
    /// Webhooks to one receiver.
    pub webhook: Option<WebhookSettings>,
    /// E-mail to a fixed list of people.
    pub email: Option<EmailSettings>,
    /// One topic of an ntfy server.
    pub ntfy: Option<NtfySettings>,
    /// Pushes to the browsers that ask for them.
    pub push: Option<PushSettings>,
}

/// Webhooks to one receiver.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where it listens.
    pub url: HttpUrl,
    /// What it knows us by.
    pub keys: WebhookKeys,
}

/// E-mail to a fixed list of people.
#[derive(Debug, Clone)]
pub struct EmailSettings {
    /// Who takes it.
    pub server: SmtpServer,
    /// Name and password for that server.
    pub login: Option<(String, Secret)>,
    /// Who writes.
    pub from: Mailbox,
    /// To whom.
    pub to: Vec<Mailbox>,
}

/// One topic of an ntfy server.
#[derive(Debug, Clone)]
pub struct NtfySettings {
    /// The server.
    pub server: HttpUrl,
    /// The topic.
    pub topic: Topic,
    /// The access token of a user of that server.
    pub token: Option<Secret>,
}

/// Pushes to browsers.
#[derive(Debug, Clone)]
pub struct PushSettings {
    /// Whom push services ask when something is wrong: `mailto:` or `https://`.
    pub subject: String,
    /// The VAPID key; made when it is missing.
    pub key_file: PathBuf,
}

/// Reads all of them; what is wrong is kept by `read`.
pub(super) fn read(read: &mut Reader, data_dir: Option<&Path>) -> Option<Notify> {
    let allow_private_networks = read.value("notify_allow_private_networks");
    let (webhook, email, ntfy) = (webhook(read), email(read), ntfy(read));
    let push = push(read, data_dir);
    Some(Notify { allow_private_networks: allow_private_networks?, webhook, email, ntfy, push })
}

fn webhook(read: &mut Reader) -> Option<WebhookSettings> {
    let url = read.optional("notify_webhook_url");
    let secret = read.secret("notify_webhook_secret");
    let keys = secret.and_then(|secret| {
        let keys = WebhookKeys::parse(&secret);
        keys.map_err(|error| read.problem(&format!("`notify_webhook_secret` {error}"))).ok()
    });
    let url = url?;
    read.needs("notify_webhook_url", "notify_webhook_secret", keys.is_some());
    Some(WebhookSettings { url, keys: keys? })
}

fn email(read: &mut Reader) -> Option<EmailSettings> {
    let server: Option<SmtpServer> = read.optional("notify_smtp_url");
    let user: Option<String> = read.optional("notify_smtp_user");
    let password = read.secret("notify_smtp_password");
    let from = read.optional("notify_smtp_from");
    let to: Option<Recipients> = read.optional("notify_smtp_to");
    let server = server?;
    read.needs("notify_smtp_url", "notify_smtp_from", from.is_some());
    read.needs("notify_smtp_url", "notify_smtp_to", to.is_some());
    if user.is_some() {
        read.needs("notify_smtp_user", "notify_smtp_password", password.is_some());
        if !server.is_encrypted() {
            read.problem("`notify_smtp_url` is not encrypted, so it gets no password");
        }
    }
    let login = user.zip(password);
    Some(EmailSettings { server, login, from: from?, to: to?.0 })
}

fn ntfy(read: &mut Reader) -> Option<NtfySettings> {
    let server = read.value("notify_ntfy_url");
    let topic = read.secret("notify_ntfy_topic").and_then(|name| {
        let topic = Topic::parse(&name);
        topic.map_err(|error| read.problem(&format!("`notify_ntfy_topic` {error}"))).ok()
    });
    let token = read.secret("notify_ntfy_token");
    Some(NtfySettings { server: server?, topic: topic?, token })
}

fn push(read: &mut Reader, data_dir: Option<&Path>) -> Option<PushSettings> {
    let subject: Option<String> = read.optional("notify_push_subject");
    let in_data_dir = || data_dir.unwrap_or(Path::new("")).join("keys").join("vapid.pem");
    let key_file = read.value_or("notify_push_key_file", in_data_dir);
    let subject = subject?;
    if !Vapid::is_subject(&subject) {
        read.problem("`notify_push_subject` has to begin with mailto: or https://");
    }
    Some(PushSettings { subject, key_file: key_file? })
}

/// Several mailboxes with commas between them.
struct Recipients(Vec<Mailbox>);

impl FromText for Recipients {
    const EXPECTED: &'static str =
        "a list of addresses such as me@example.org, with commas between";

    fn from_text(text: &str) -> Option<Self> {
        let boxes: Option<Vec<Mailbox>> = text.split(',').map(|one| one.parse().ok()).collect();
        boxes.filter(|boxes| !boxes.is_empty()).map(Self)
    }
}

impl FromText for Mailbox {
    const EXPECTED: &'static str = "an address such as Taskloom <taskloom@example.org>";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for SmtpServer {
    const EXPECTED: &'static str =
        "an address such as smtps://mail.example.org, without user name and password";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for HttpUrl {
    const EXPECTED: &'static str =
        "an address such as https://example.org/path, without user name and password";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// What comes after the host is often a secret.
    fn show(&self, _: &str) -> String {
        self.to_string()
    }
}
