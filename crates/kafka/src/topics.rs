//! Topics: what differs from what we need, and creating those that are missing.

use std::{fmt, time::Duration};

use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    types::RDKafkaErrorCode,
};

use crate::{client::Logged, error::ClientError, settings::Settings};

/// How long the cluster has to answer one question.
const PATIENCE: Duration = Duration::from_secs(5);

/// A topic as we need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// How many consumers can share it at most.
    pub partitions: i32,
    /// Copies, with the first.
    pub replication: i32,
    /// Its own settings, such as `retention.ms`.
    pub configs: Vec<(String, String)>,
}

/// How a topic differs from its [`TopicSpec`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is not there.
    Missing {
        /// The topic.
        topic: String,
    },
    /// It is there, with another number of something.
    Number {
        /// The topic.
        topic: String,
        /// Of what: `partitions` or `replicas`.
        what: &'static str,
        /// What we need.
        wanted: i32,
        /// What there is.
        found: i32,
    },
    /// It is there, and one of its settings is another.
    Config {
        /// The topic.
        topic: String,
        /// The setting.
        key: String,
        /// What we need.
        wanted: String,
        /// What there is.
        found: String,
    },
}

impl Difference {
    /// Whether nothing can be sent or received until somebody mends it.
    pub fn stops_us(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { topic } => write!(f, "topic `{topic}` is missing"),
            Self::Number { topic, what, wanted, found } => {
                write!(f, "topic `{topic}` has {found} {what}, not {wanted}")
            }
            Self::Config { topic, key, wanted, found } => {
                write!(f, "topic `{topic}` has `{key}` {found}, not {wanted}")
            }
        }
    }
}

/// Says how the topics differ from `specs`. Nothing is changed.
pub async fn check(
    settings: &Settings,
    specs: &[TopicSpec],
) -> Result<Vec<Difference>, ClientError> {
    let admin = administrator(settings)?;
    let names: Vec<_> = specs.iter().map(|spec| spec.name.clone()).collect();
    // librdkafka has no way of asking this that does not block.
    let asked = tokio::task::spawn_blocking(move || layout(&admin, &names).map(|all| (all, admin)));
    let canceled = |_| ClientError::cluster(rdkafka::error::KafkaError::Canceled);
    let (layouts, admin) = asked.await.map_err(canceled)??;

    let mut differences = Vec::new();
    for (spec, layout) in specs.iter().zip(layouts) {
        let topic = || spec.name.clone();
        let Some((partitions, replicas)) = layout else {
            differences.push(Difference::Missing { topic: topic() });
            continue;
        };
        let numbers =
            [("partitions", spec.partitions, partitions), ("replicas", spec.replication, replicas)];
        for (what, wanted, found) in numbers.into_iter().filter(|(_, one, other)| one != other) {
            differences.push(Difference::Number { topic: topic(), what, wanted, found });
        }
        // The right to write and read a topic does not bring the right to see its settings.
        match configs(&admin, spec).await {
            Ok(found) => differences.extend(found),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the settings of the topic `{}` cannot be read",
                spec.name
            ),
        }
    }
    Ok(differences)
}

/// Creates the topics that are missing, and returns their names. The others stay as they are.
pub async fn create_missing(
    settings: &Settings,
    specs: &[TopicSpec],
) -> Result<Vec<String>, ClientError> {
    let differences = check(settings, specs).await?;
    let is_missing =
        |spec: &&TopicSpec| differences.contains(&Difference::Missing { topic: spec.name.clone() });
    let missing: Vec<_> = specs.iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let admin = administrator(settings)?;
    let new = missing.iter().map(|spec| {
        let copies = TopicReplication::Fixed(spec.replication);
        let topic = NewTopic::new(&spec.name, spec.partitions, copies);
        spec.configs.iter().fold(topic, |topic, (key, value)| topic.set(key, value))
    });
    let new: Vec<_> = new.collect();
    let answers = admin.create_topics(&new, &options()).await.map_err(ClientError::cluster)?;
    let mut created = Vec::new();
    for answer in answers {
        match answer {
            Ok(name) => created.push(name),
            // Another process was quicker.
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => {
                return Err(ClientError::cluster(rdkafka::error::KafkaError::AdminOp(code)));
            }
        }
    }
    Ok(created)
}

fn administrator(settings: &Settings) -> Result<AdminClient<Logged>, ClientError> {
    let mut config = settings.client();
    settings.finish(&mut config);
    config.create_with_context(Logged).map_err(ClientError::settings)
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE))
}

/// Partitions and copies of each topic that is there.
fn layout(
    admin: &AdminClient<Logged>,
    names: &[String],
) -> Result<Vec<Option<(i32, i32)>>, ClientError> {
    let all = admin.inner().fetch_metadata(None, PATIENCE).map_err(ClientError::cluster)?;
    let layout_of = |name: &String| {
        let topic = all.topics().iter().find(|topic| topic.name() == name)?;
        let partitions = topic.partitions();
        let replicas = partitions.iter().map(|one| one.replicas().len()).min()?;
        Some((count(partitions.len()), count(replicas)))
    };
    Ok(names.iter().map(layout_of).collect())
}

fn count(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}

async fn configs(
    admin: &AdminClient<Logged>,
    spec: &TopicSpec,
) -> Result<Vec<Difference>, ClientError> {
    if spec.configs.is_empty() {
        return Ok(Vec::new());
    }
    let topic = ResourceSpecifier::Topic(&spec.name);
    let answers =
        admin.describe_configs([&topic], &options()).await.map_err(ClientError::cluster)?;
    let mut differences = Vec::new();
    for answer in answers {
        let found = answer
            .map_err(|code| ClientError::cluster(rdkafka::error::KafkaError::AdminOp(code)))?;
        for (key, wanted) in &spec.configs {
            let value = found.get(key).and_then(|entry| entry.value.clone()).unwrap_or_default();
            if value != *wanted {
                differences.push(Difference::Config {
                    topic: spec.name.clone(),
                    key: key.clone(),
                    wanted: wanted.clone(),
                    found: value,
                });
            }
        }
    }
    Ok(differences)
}
