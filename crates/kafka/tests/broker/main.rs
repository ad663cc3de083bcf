//! Against a real broker, named by `TASKLOOM_TEST_KAFKA`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what is wrong by failing"
)]

mod on_kafka;
#[path = "../it/support.rs"]
mod support;
