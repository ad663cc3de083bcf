//! Log lines on standard error: for people on a terminal, JSON for machines.

use std::io::IsTerminal;

use tracing_subscriber::{
    filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

use crate::config::LogFormat;

/// Starts logging. A second call, as tests make it, changes nothing.
pub fn init(filter: &Targets, format: LogFormat) {
    let json = match format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    // A log that nobody reads any more is no reason to stop: without this, a line that cannot be
    // written is reported on the same broken pipe, and that panics.
    let lines = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let registry = registry().with(filter.clone());
    let started = if json {
        let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
        registry.with(lines).try_init()
    } else {
        let ansi = std::io::stderr().is_terminal();
        registry.with(lines.compact().with_ansi(ansi).with_target(false)).try_init()
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
