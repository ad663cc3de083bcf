//! Which way events and alarms take: settings `bus` and `jobs`.

use super::reader::FromText;

/// What carries events from the log to their handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// This process, with the log as its only queue.
    Embedded,
    /// Topics of a Kafka cluster.
    Kafka,
    /// The pub/sub component of a Dapr sidecar.
    Dapr,
}

/// What wakes the bridge when a reminder is due. The rows decide, whoever wakes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// The timers of this process.
    Embedded,
    /// Jobs of a Dapr sidecar, beside the timers of this process.
    Dapr,
}

impl Bus {
    /// Its word in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Kafka => "kafka",
            Self::Dapr => "dapr",
        }
    }
}

impl Jobs {
    /// Its word in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Dapr => "dapr",
        }
    }
}

impl FromText for Bus {
    const EXPECTED: &'static str = "one of embedded, kafka, dapr";

    fn from_text(text: &str) -> Option<Self> {
        [Self::Embedded, Self::Kafka, Self::Dapr].into_iter().find(|bus| bus.as_str() == text)
    }
}

impl FromText for Jobs {
    const EXPECTED: &'static str = "one of embedded, dapr";

    fn from_text(text: &str) -> Option<Self> {
        [Self::Embedded, Self::Dapr].into_iter().find(|jobs| jobs.as_str() == text)
    }
}
