//! How a Kafka cluster is reached: settings that begin with `kafka_`, or stand in `[kafka]`.

use std::path::PathBuf;

use ::kafka::{Mechanism, Protocol, Sasl, Security, Settings};

use super::reader::{FromText, Reader};

/// The cluster and our topics in it. The password in it is not shown by `Debug`.
#[derive(Debug, Clone)]
pub struct Kafka {
    /// How it is reached.
    pub settings: Settings,
    /// Partitions of a topic that we create. More of them later break the order of a user's events
    /// once.
    pub partitions: i32,
    /// Copies of each, with the first.
    pub replication: i32,
    /// Whether topics that are missing are created.
    pub create_topics: bool,
}

/// Reads all of them; what is wrong is kept by `read`.
pub(super) fn read(read: &mut Reader) -> Option<Kafka> {
    let brokers: Option<Brokers> = read.value("kafka_brokers");
    let group: Option<String> = read.value("kafka_group");
    let security = security(read);
    let partitions: Option<Count> = read.value("kafka_partitions");
    let replication: Option<Count> = read.value("kafka_replication");
    let create_topics = read.value("kafka_create_topics");
    let mut settings = Settings::new(brokers?.0, group?);
    settings.security = security?;
    Some(Kafka {
        settings,
        partitions: partitions?.0,
        replication: replication?.0,
        create_topics: create_topics?,
    })
}

fn security(read: &mut Reader) -> Option<Security> {
    let protocol: Option<Protocol> = read.value("kafka_security_protocol");
    let mechanism: Option<Mechanism> = read.value("kafka_sasl_mechanism");
    let username: Option<String> = read.optional("kafka_sasl_username");
    let password = read.secret("kafka_sasl_password");
    let ca_file: Option<PathBuf> = read.optional("kafka_ca_file");
    let (protocol, mechanism) = (protocol?, mechanism?);
    if ca_file.is_some() && !protocol.is_encrypted() {
        read.problem("`kafka_ca_file` needs `kafka_security_protocol` SSL or SASL_SSL");
    }
    if !protocol.asks_who() {
        if username.is_some() {
            read.problem(
                "`kafka_sasl_username` needs `kafka_security_protocol` SASL_SSL or SASL_PLAINTEXT",
            );
        }
        return Some(Security { protocol, sasl: None, ca_file });
    }
    read.needs("kafka_security_protocol", "kafka_sasl_username", username.is_some());
    read.needs("kafka_security_protocol", "kafka_sasl_password", password.is_some());
    if mechanism == Mechanism::Plain && !protocol.is_encrypted() {
        read.problem(
            "`kafka_sasl_mechanism` PLAIN tells the password, so it needs \
             `kafka_security_protocol` SASL_SSL",
        );
    }
    let password = password?.reveal().to_owned();
    let sasl = Some(Sasl { mechanism, username: username?, password });
    Some(Security { protocol, sasl, ca_file })
}

struct Brokers(String);

impl FromText for Brokers {
    const EXPECTED: &'static str = "a list such as kafka-1:9092,kafka-2:9092";

    fn from_text(text: &str) -> Option<Self> {
        let is_one = |one: &str| {
            one.trim().rsplit_once(':').is_some_and(|(host, port)| {
                !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
            })
        };
        text.split(',').all(is_one).then(|| Self(text.to_owned()))
    }
}

struct Count(i32);

impl FromText for Count {
    const EXPECTED: &'static str = "a whole number from 1 to 10000";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|count| (1..=10_000).contains(count)).map(Self)
    }
}

impl FromText for Protocol {
    const EXPECTED: &'static str = "one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromText for Mechanism {
    const EXPECTED: &'static str = "one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
