//! The real binary on a port of its own, driven over HTTP.

mod correlation;
mod drain;
mod once;
mod story;
mod support;
