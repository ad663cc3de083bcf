//! How a cluster is reached, and what every client of ours does alike.

use std::{fmt, path::PathBuf, time::Duration};

use rdkafka::ClientConfig;

/// How a cluster is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `host:port`, with commas between.
    pub brokers: String,
    /// What the brokers call us in their logs.
    pub client_id: String,
    /// The group that shares the partitions.
    pub group: String,
    /// A name of this process that outlives it, so that a restart moves no partition.
    pub instance: Option<String>,
    /// Encryption and login, if any.
    pub security: Security,
    /// Longest record that we send.
    pub record_bytes_max: usize,
    /// A record that is not confirmed in that time is given back to the caller.
    pub send_within: Duration,
    /// How long the producer collects records before it sends them together.
    pub linger: Duration,
    /// Settings of librdkafka itself, which win.
    pub extra: Vec<(String, String)>,
}

impl Settings {
    /// Without encryption and login.
    pub fn new(brokers: impl Into<String>, group: impl Into<String>) -> Self {
        Self {
            brokers: brokers.into(),
            client_id: "taskloom".to_owned(),
            group: group.into(),
            instance: None,
            security: Security::default(),
            record_bytes_max: 1_000_000,
            send_within: Duration::from_secs(10),
            linger: Duration::from_millis(2),
            extra: Vec::new(),
        }
    }

    /// What all clients have in common.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            // The default is 10 s: as long as that a broker that is back would be left alone.
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "1000")
            .set("socket.connection.setup.timeout.ms", "5000")
            // The default is a minute: longer than a stop may take.
            .set("socket.timeout.ms", "10000")
            .set("socket.keepalive.enable", "true")
            .set("allow.auto.create.topics", "false");
        self.security.apply(&mut config);
        config
    }

    pub(crate) fn finish(&self, config: &mut ClientConfig) {
        for (key, value) in &self.extra {
            config.set(key, value);
        }
    }
}

/// Encryption and login.
#[derive(Debug, Clone)]
pub struct Security {
    /// How the connection is made.
    pub protocol: Protocol,
    /// Who we say we are, for the protocols with SASL.
    pub sasl: Option<Sasl>,
    /// Whom we trust; the system's authorities when it is not said.
    pub ca_file: Option<PathBuf>,
}

impl Default for Security {
    fn default() -> Self {
        Self { protocol: Protocol::Plaintext, sasl: None, ca_file: None }
    }
}

impl Security {
    fn apply(&self, config: &mut ClientConfig) {
        config.set("security.protocol", self.protocol.as_str());
        if self.protocol.is_encrypted() {
            // OpenSSL is linked statically and knows no folder by itself: the usual ones are tried.
            let ca = self.ca_file.as_ref().map(|path| path.display().to_string());
            config.set("ssl.ca.location", ca.as_deref().unwrap_or("probe"));
            config.set("ssl.endpoint.identification.algorithm", "https");
        }
        if let Some(sasl) = &self.sasl {
            config
                .set("sasl.mechanisms", sasl.mechanism.as_str())
                .set("sasl.username", &sasl.username)
                .set("sasl.password", &sasl.password);
        }
    }
}

/// Name and password.
#[derive(Clone)]
pub struct Sasl {
    /// How the password is proved.
    pub mechanism: Mechanism,
    /// The name.
    pub username: String,
    /// The password; not shown by `Debug`.
    pub password: String,
}

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sasl").field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

/// A name that is none of those there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of {0}")]
pub struct UnknownName(&'static str);

macro_rules! names {
    ($(#[$doc:meta])* $name:ident: $all:literal { $($(#[$case:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$case])* $variant,)* }

        impl $name {
            /// The name in settings.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                match name.to_ascii_uppercase().replace('-', "_").as_str() {
                    $(text if text == $text.replace('-', "_") => Ok(Self::$variant),)*
                    _ => Err(UnknownName($all)),
                }
            }
        }
    };
}

names! {
    /// How the connection is made.
    Protocol: "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL" {
        /// In the clear, without login.
        Plaintext = "PLAINTEXT",
        /// Encrypted.
        Ssl = "SSL",
        /// In the clear, with login.
        SaslPlaintext = "SASL_PLAINTEXT",
        /// Encrypted, with login.
        SaslSsl = "SASL_SSL",
    }
}

names! {
    /// How a password is proved.
    Mechanism: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512" {
        /// By telling it.
        Plain = "PLAIN",
        /// Without telling it.
        ScramSha256 = "SCRAM-SHA-256",
        /// Without telling it.
        ScramSha512 = "SCRAM-SHA-512",
    }
}

impl Protocol {
    /// Whether others on the way can read along.
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    /// Whether name and password are asked for.
    pub const fn asks_who(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_dashes_or_underscores_in_any_case() {
        assert_eq!("sasl_ssl".parse(), Ok(Protocol::SaslSsl));
        assert_eq!("scram_sha_512".parse(), Ok(Mechanism::ScramSha512));
        assert_eq!("SCRAM-SHA-256".parse(), Ok(Mechanism::ScramSha256));
        let error = "md5".parse::<Mechanism>().unwrap_err();
        assert_eq!(error.to_string(), "not one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512");
    }

    #[test]
    fn a_password_is_not_shown() {
        let sasl = Sasl {
            mechanism: Mechanism::Plain,
            username: "me".to_owned(),
            password: "hunter2".to_owned(),
        };
        let mut settings = Settings::new("127.0.0.1:1", "g");
        settings.security.sasl = Some(sasl);
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
