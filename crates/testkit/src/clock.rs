//! Time that stands still and ids that come in a row.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// 2026-01-30T12:00:00Z, a Friday: the "now" of tests.
pub fn now() -> DateTime<Utc> {
    at_ms(1_769_774_400_000)
}

/// An instant from milliseconds since the epoch.
pub fn at_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).expect("tests stay within the calendar")
}

/// Ids in ascending order, the same in every run.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    last: u64,
}

impl Ids {
    /// The first id that it gives is `id(1)`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first id that it gives is `id(last + 1)`: for writers beside each other.
    pub fn after(last: u64) -> Self {
        Self { last }
    }

    /// The next one.
    pub fn next_id(&mut self) -> Uuid {
        self.last += 1;
        id(self.last)
    }
}

/// The `n`th id: a `UUIDv7` that shows its number.
pub fn id(n: u64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}
