//! E-mail through the operator's own server (RFC 5321), encrypted unless that is a neighbour.

use async_trait::async_trait;
use http::Uri;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::{header, header::ContentType},
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};

use crate::{Channel, Message, Outbound, Secret, SendError, message::cut};

pub use lettre::message::Mailbox;

/// Longer subjects are cut by those who show them.
const SUBJECT_MAX_BYTES: usize = 200;

/// A server that takes mail, as its address says: `smtps://` is encrypted from the first byte,
/// `smtp://` becomes so by STARTTLS, and `smtp+plain://` stays as it is, for private networks only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    encryption: Encryption,
    host: String,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    FromTheFirstByte,
    StartTls,
    None,
}

/// Why mail cannot be sent like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// The address of the server is none.
    #[error("is no address such as smtps://mail.example.org")]
    Form,
    /// It begins otherwise.
    #[error("has to begin with smtps://, smtp:// (which uses STARTTLS) or smtp+plain://")]
    Scheme,
    /// It holds a name or a password.
    #[error("must not hold a user name or a password")]
    Credentials,
    /// A password would travel where others can read it.
    #[error("is not encrypted, so it gets no password")]
    PasswordInTheOpen,
}

impl std::str::FromStr for SmtpServer {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let uri: Uri = text.parse().map_err(|_| EmailError::Form)?;
        let (encryption, port) = match uri.scheme_str() {
            Some("smtps") => (Encryption::FromTheFirstByte, 465),
            Some("smtp") => (Encryption::StartTls, 587),
            Some("smtp+plain") => (Encryption::None, 25),
            _ => return Err(EmailError::Scheme),
        };
        let authority = uri.authority().ok_or(EmailError::Form)?;
        if authority.as_str().contains('@') {
            return Err(EmailError::Credentials);
        }
        if authority.host().is_empty() || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(EmailError::Form);
        }
        let port = authority.port_u16().unwrap_or(port);
        Ok(Self { encryption, host: authority.host().to_owned(), port })
    }
}

impl SmtpServer {
    /// Whether nobody on the way can read what it is told.
    pub fn is_encrypted(&self) -> bool {
        self.encryption != Encryption::None
    }

    fn parameters(&self) -> Result<Tls, SendError> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let parameters = || {
            let bad =
                |_| SendError::permanent(format!("`{}` is no name for a certificate", self.host));
            TlsParameters::new_rustls(host).map_err(bad)
        };
        Ok(match self.encryption {
            Encryption::FromTheFirstByte => Tls::Wrapper(parameters()?),
            Encryption::StartTls => Tls::Required(parameters()?),
            Encryption::None => Tls::None,
        })
    }
}

/// A server, who writes, and to whom.
pub struct Email {
    outbound: Outbound,
    server: SmtpServer,
    credentials: Option<Credentials>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Email {
    /// Mail from `from` to all of `to`, handed to `server` by a user with a password if it asks for
    /// one.
    pub fn new(
        outbound: Outbound,
        server: SmtpServer,
        login: Option<(String, Secret)>,
        from: Mailbox,
        to: Vec<Mailbox>,
    ) -> Result<Self, EmailError> {
        if login.is_some() && !server.is_encrypted() {
            return Err(EmailError::PasswordInTheOpen);
        }
        let credentials =
            login.map(|(user, password)| Credentials::new(user, password.reveal().to_owned()));
        Ok(Self { outbound, server, credentials, from, to })
    }

    fn letter(&self, message: &Message) -> Result<lettre::Message, lettre::error::Error> {
        let domain = self.from.email.domain();
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .subject(cut(&message.title.replace(['\r', '\n'], " "), SUBJECT_MAX_BYTES))
            .date(message.at.into())
            // The same at every attempt: a repetition can be told by it.
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let text = [message.body.as_str(), message.url.as_deref().unwrap_or_default()];
        let text: Vec<_> = text.into_iter().filter(|part| !part.is_empty()).collect();
        builder.body(text.join("\n\n"))
    }

    async fn hand_over(&self, letter: lettre::Message) -> Result<(), SendError> {
        let SmtpServer { host, port, .. } = &self.server;
        if !self.server.is_encrypted() && !self.outbound.networks().may_go_unencrypted() {
            return Err(SendError::permanent(format!(
                "`{host}` is not encrypted, which is for private networks only"
            )));
        }
        // One address, looked at; the certificate is still checked against the name.
        let addresses = self.outbound.addresses(host, *port).await?;
        let Some(address) = addresses.first() else {
            return Err(SendError::transient(format!("the name `{host}` has no address")));
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
                .port(*port)
                .tls(self.server.parameters()?)
                .hello_name(ClientId::Domain(self.from.email.domain().to_owned()))
                .timeout(Some(self.outbound.time_limit()));
        if let Some(credentials) = &self.credentials {
            transport = transport.credentials(credentials.clone());
        }
        let sent = transport.build().send(letter).await;
        sent.map(drop).map_err(|error| self.failure(&error))
    }

    /// The server's own words may repeat addresses, so its code has to do.
    fn failure(&self, error: &smtp::Error) -> SendError {
        let host = &self.server.host;
        match error.status() {
            // A wrong password is put right by the operator, not by another letter.
            Some(code) if error.is_permanent() && !matches!(u16::from(code), 530..=538) => {
                SendError::permanent(format!("the mail server `{host}` answered {code}"))
            }
            Some(code) => SendError::transient(format!("the mail server `{host}` answered {code}")),
            None if error.is_timeout() => {
                SendError::transient(format!("the mail server `{host}` did not answer in time"))
            }
            None if error.is_tls() => {
                SendError::transient(format!("no encrypted connection to the mail server `{host}`"))
            }
            None => SendError::transient(format!("no mail could be handed to `{host}`")),
        }
    }
}

#[async_trait]
impl Channel for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let letter = self
            .letter(message)
            .map_err(|_| SendError::permanent("no letter can be made of the message"))?;
        let limit = self.outbound.time_limit();
        tokio::time::timeout(limit, self.hand_over(letter)).await.unwrap_or_else(|_| {
            let host = &self.server.host;
            Err(SendError::transient(format!("the mail server `{host}` did not answer in time")))
        })
    }
}

/// RFC 3834: nobody's holiday answers this.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests;
