//! What goes over the wire.

/// A record on its way to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it goes.
    pub topic: String,
    /// Records of one key stay in order. An empty key is none.
    pub key: String,
    /// The value.
    pub payload: Vec<u8>,
    /// Names may repeat.
    pub headers: Vec<(String, String)>,
}

impl Record {
    /// Its size as brokers count it, but for a few bytes.
    pub fn size_bytes(&self) -> usize {
        let headers: usize =
            self.headers.iter().map(|(name, value)| name.len() + value.len() + 10).sum();
        self.key.len() + self.payload.len() + headers + 32
    }
}

/// Where a record was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The partition of its topic.
    pub partition: i32,
    /// Its place there.
    pub offset: i64,
}

/// A record that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Where it comes from.
    pub topic: String,
    /// The partition of that topic.
    pub partition: i32,
    /// Its place there.
    pub offset: i64,
    /// Empty when there is none; what is no UTF-8 is replaced.
    pub key: String,
    /// Empty when there is none.
    pub payload: Vec<u8>,
    /// Those whose value is UTF-8.
    pub headers: Vec<(String, String)>,
    /// Milliseconds since the epoch, when the broker knows it.
    pub timestamp_ms: Option<i64>,
}

impl Received {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Headers of a dead letter, besides those that its record had.
pub mod header {
    /// Why nobody could take it.
    pub const REASON: &str = "reason";
    /// Where it came from.
    pub const SOURCE_TOPIC: &str = "source-topic";
    /// The partition there.
    pub const SOURCE_PARTITION: &str = "source-partition";
    /// Its place there.
    pub const SOURCE_OFFSET: &str = "source-offset";
    /// How many bytes it had, when they were too many to be kept.
    pub const CUT_FROM_BYTES: &str = "cut-from-bytes";
}
