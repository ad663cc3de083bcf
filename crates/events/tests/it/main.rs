//! The wire as others see it: bytes in, bytes out, files in `schemas/`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod asyncapi;
mod cloud_event;
mod envelope;
mod refusals;
mod round_trip;
mod samples;
mod schemas;
mod versions;
mod wishes;
