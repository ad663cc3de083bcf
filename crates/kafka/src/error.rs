//! What can go wrong, and whether trying again can help.

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode};

/// A record that was not stored, as far as we know: it may be, if the answer was lost.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the record for `{topic}` was not stored")]
pub struct SendError {
    /// Where it was to go.
    pub topic: String,
    /// Whether trying again can help.
    pub kind: SendErrorKind,
    #[source]
    pub(crate) cause: Cause,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// Kafka is away, or not set up for us: no record is to blame, all wait.
    Unreachable,
    /// This record did not get through; the same one may later.
    Failed,
    /// This record will be refused again.
    Rejected,
}

impl SendError {
    /// Whether the same record may be stored later.
    pub fn is_retryable(&self) -> bool {
        self.kind != SendErrorKind::Rejected
    }

    pub(crate) fn new(topic: &str, error: KafkaError) -> Self {
        let kind = error.rdkafka_error_code().map_or(SendErrorKind::Failed, kind_of);
        Self { topic: topic.to_owned(), kind, cause: Cause::Kafka(error) }
    }

    pub(crate) fn unreachable(topic: &str, cause: Cause) -> Self {
        Self { topic: topic.to_owned(), kind: SendErrorKind::Unreachable, cause }
    }

    pub(crate) fn is_too_large(&self) -> bool {
        matches!(&self.cause, Cause::Kafka(error)
            if error.rdkafka_error_code() == Some(RDKafkaErrorCode::MessageSizeTooLarge))
    }
}

/// What was behind it.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Cause {
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    #[error("no broker confirmed it within {0:?}")]
    Late(std::time::Duration),
    #[error("the producer went away")]
    Gone,
}

/// A client that could not be made, or a question that the cluster did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ClientError {
    what: &'static str,
    retryable: bool,
    #[source]
    cause: KafkaError,
}

impl ClientError {
    /// Whether the same may work later. Settings that make no client will not.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    pub(crate) fn settings(cause: KafkaError) -> Self {
        Self { what: "the settings make no kafka client", retryable: false, cause }
    }

    pub(crate) fn cluster(cause: KafkaError) -> Self {
        Self { what: "the kafka cluster did not answer", retryable: true, cause }
    }
}

fn kind_of(code: RDKafkaErrorCode) -> SendErrorKind {
    use RDKafkaErrorCode as Code;
    match code {
        Code::MessageSizeTooLarge
        | Code::InvalidMessage
        | Code::InvalidMessageSize
        | Code::InvalidRecord
        | Code::InvalidTimestamp
        | Code::InvalidArgument
        | Code::PolicyViolation => SendErrorKind::Rejected,
        // A topic that is missing or closed to us is the operator's to mend, and no record's fault.
        Code::MessageTimedOut
        | Code::BrokerTransportFailure
        | Code::AllBrokersDown
        | Code::Resolve
        | Code::SSL
        | Code::Authentication
        | Code::SaslAuthenticationFailed
        | Code::OperationTimedOut
        | Code::RequestTimedOut
        | Code::NetworkException
        | Code::BrokerNotAvailable
        | Code::CoordinatorNotAvailable
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::ReplicaNotAvailable
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::KafkaStorageError
        | Code::UnknownTopic
        | Code::UnknownPartition
        | Code::UnknownTopicOrPartition
        | Code::TopicAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::QueueFull
        | Code::PurgeQueue
        | Code::PurgeInflight
        | Code::ThrottlingQuotaExceeded
        | Code::Fatal => SendErrorKind::Unreachable,
        _ => SendErrorKind::Failed,
    }
}
